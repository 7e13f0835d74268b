// What is in the store and who holds it. Everything here may be called by any client at any time.

#ifndef MOBULA_NATIVE_STORE_STATISTICS_H_
#define MOBULA_NATIVE_STORE_STATISTICS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "native/store/store.h"

namespace mobula {

struct StateUse {
  uint64_t objects = 0;
  uint64_t bytes = 0;  // of blocks, as asked for
};

struct ClientCounters {
  uint64_t puts = 0;
  uint64_t gets = 0;
  uint64_t bytes_copied_in = 0;
  uint64_t bytes_copied_out = 0;
  uint64_t bytes_viewed = 0;
};

struct Statistics {
  uint64_t arena_bytes = 0;
  uint64_t bytes_used = 0;  // of blocks, as rounded by the allocator
  uint64_t bytes_peak = 0;
  uint64_t bytes_touched = 0;  // of the arena, ever: what is resident
  uint64_t entries_used = 0;
  uint64_t entries_peak = 0;
  uint64_t max_objects = 0;
  uint64_t recoveries = 0;
  uint32_t clients = 0;
  StateUse pending;  // no bytes
  StateUse drafts;
  StateUse sealed;
  StateUse freed;         // tombstones: no bytes; those still pinned or dying count with theirs
  ClientCounters totals;  // of all clients, the gone ones included
};

// The figures by state come from a scan without the lock: while others work they are not of one instant.
Statistics ReadStatistics(const Store& store);

// Of one client. slot < kSlotCount
ClientCounters ReadCounters(const Store& store, uint32_t slot);

struct Holder {
  uint32_t slot = 0;
  uint32_t pid = 0;
  uint64_t objects = 0;  // that it refers to, pins or is writing
  uint64_t bytes = 0;
};

// One for each client that holds anything. Scans without the lock.
std::vector<Holder> ReadHolders(const Store& store);

}  // namespace mobula

#endif  // MOBULA_NATIVE_STORE_STATISTICS_H_
