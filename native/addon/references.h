// What this environment refers to. The store knows one bit for each environment and object; here are the counts.
//
// A reference is set in the store when the first hold on an object begins and cleared when the last one ends. There
// are two kinds of hold: tracked ones end when a JavaScript object is collected (or by Untrack), counted ones by
// Release.
//
// Collected objects are found by polling weak references, because that needs no event loop: finalizers do not run in
// a synchronous loop. Polling is amortised: after as many new tracked objects as were alive after the last poll, and
// only if V8 has collected anything since.
//
// Thread safety: none; belongs to one environment.
#ifndef MOBULA_ADDON_REFERENCES_H_
#define MOBULA_ADDON_REFERENCES_H_

#include <node_api.h>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "native/addon/collector.h"
#include "native/addon/pressure.h"
#include "native/store/client.h"

namespace mobula::addon {

class References {
 public:
  // Names one tracked hold: generation << 32 | position + 1; an exact integer. 0 = none.
  using Ticket = uint64_t;
  static constexpr Ticket kMaxTicket = (uint64_t{1} << 52) - 1;

  References(napi_env env, Client* client) : env_(env), client_(client), collections_(env) {}
  References(const References&) = delete;
  References& operator=(const References&) = delete;

  // An object made by this client: its reference is set already, and stays until the first hold on it has come and
  // the last has gone, or until Release.
  void Adopt(Handle handle);
  // The same, with its first counted hold.
  void AdoptHeld(Handle handle);

  // One more hold; false when the object is gone.
  bool Hold(Handle handle);
  // One hold less. Without one it drops an adopted object, and does nothing to others.
  void Release(Handle handle);

  // A hold that ends with the life of `object`. 0 when there is nothing to hold any more.
  Ticket Track(napi_value object, Handle handle);
  // Ends it now. Does nothing for a ticket that has ended.
  void Untrack(Ticket ticket);

  // From now on (or no longer): when the last tracked hold on the object ends, it is reported by TakeDropped with one
  // counted hold, which is the caller's to release.
  void WatchDrop(Handle handle, bool on);
  std::vector<Handle> TakeDropped();

  // Ends the holds of collected objects. Unless forced, does nothing when V8 has not collected since the last time.
  void Sweep(bool force);

  // Objects tracked since the last ForgetNewcomers, and not ended by Untrack or Sweep.
  bool AnyNewcomers() const { return newcomers_.any(); }
  // Sweep for these alone.
  void SweepNewcomers();
  void ForgetNewcomers();

  // Forgets everything without touching the store.
  void Clear();

  size_t tracked() const { return tracked_count_; }

 private:
  // What is held of the entry with this index.
  struct Record {
    Handle handle = kNoHandle;
    uint32_t counted = 0;
    uint32_t tracked = 0;
    // The client's bit is set in the store. While it is, the entry cannot go on to another generation.
    bool referenced = false;
    bool watched = false;
  };
  static constexpr uint32_t kChunkRecords = 4096;
  using Chunk = std::array<Record, kChunkRecords>;

  struct Tracked {
    napi_ref reference = nullptr;  // null: free
    Handle handle = kNoHandle;     // of the object; free: position + 1 of the next free one
    uint32_t generation = 0;
    // Of its last use; the position is in recent_ if that is the current one.
    Newcomers::Epoch epoch = 0;
  };
  static constexpr uint32_t kGenerations = 1u << 20;

  // The record of that very handle, null when nothing is held of it.
  Record* Find(Handle handle) const;
  // The record, with the reference set; null when the object is gone.
  Record* Acquire(Handle handle);
  Record& At(uint32_t index);
  // Ends the holds of collected objects among `count` positions; `position_of(n)` gives the n-th.
  template <typename PositionOf>
  void Poll(size_t count, const PositionOf& position_of);
  void EndTracked(size_t position);
  void DropIfUnused(Record* record);

  const napi_env env_;
  Client* const client_;
  CollectionWatch collections_;
  // By index of the entry. Entries are used from the lowest, so few chunks exist.
  std::array<std::unique_ptr<Chunk>, kMaxEntries / kChunkRecords> chunks_;
  std::vector<Tracked> tracked_;
  size_t tracked_count_ = 0;
  uint64_t first_free_ = 0;
  size_t next_sweep_ = 0;
  Newcomers newcomers_;
  // Their positions, each once, also of those that have ended.
  std::vector<size_t> recent_;
  std::vector<Handle> dropped_;
};

}  // namespace mobula::addon

#endif  // MOBULA_ADDON_REFERENCES_H_
