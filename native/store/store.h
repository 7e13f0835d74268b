// A store, as one process (or one Node environment) has it mapped.

#ifndef MOBULA_NATIVE_STORE_STORE_H_
#define MOBULA_NATIVE_STORE_STORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "native/layout.h"
#include "native/platform/platform.h"
#include "native/status.h"

namespace mobula {

struct StoreOptions {
  uint64_t memory_bytes;                   // of the arena; rounded up to pages, at least kMinMemory
  uint32_t max_objects = kMaxEntries - 1;  // how many objects there may be at once, at most kMaxEntries - 1
};

inline constexpr uint64_t kMinMemory = uint64_t{1} << 20;

// The mappings of one store: control, data shared, data private.
//
// Ownership: owns both descriptors and all three mappings; addresses are valid as long as it lives.
// Thread safety: all methods may be called by several threads at once; what they lead to has rules of its own
// (layout.h). Clients on different threads may share a Store or have one each.
class Store {
 public:
  // Makes both memories and the empty table. Slot 0 is claimed for the caller, who is the raylet.
  static Status Create(const StoreOptions& options, std::unique_ptr<Store>* store, std::string* error);

  // Maps a store made elsewhere. kMismatch when the descriptors are no store of this version.
  static Status Attach(platform::Descriptor control, platform::Descriptor data, std::unique_ptr<Store>* store,
                       std::string* error);

  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  int control_descriptor() const { return control_descriptor_.get(); }
  int data_descriptor() const { return data_descriptor_.get(); }
  uint64_t arena_bytes() const { return arena_bytes_; }
  uint32_t arena_pages() const { return static_cast<uint32_t>(arena_bytes_ / kPageSize); }
  uint32_t max_entries() const { return max_entries_; }

  // --- Control ---

  Control& control() const { return *control_; }
  SlotRecord& slot(uint32_t number) const { return slots_[number]; }
  Guarded<uint32_t>& bucket(uint32_t number) const { return buckets_[number]; }
  PageRecord& page(uint32_t number) const { return pages_[number]; }
  // index < max_entries()
  Entry& entry(uint32_t index) const { return entries_[index]; }

  // --- Data ---

  // The shared mapping. What is read here is what everybody sees. Reading a block needs a pin on its object,
  // its being one's own draft, or a check afterwards that it was there all the time.
  const std::byte* shared(uint64_t offset) const { return shared_ + offset; }

  // The shared mapping for writing into one's own draft from outside of the core (a writable array, a receiving
  // socket). The core itself writes through CopyToShared alone.
  std::byte* writable(uint64_t offset) const { return shared_ + offset; }

  // The private mapping: the same content, but what is written here reaches nobody else.
  std::byte* view(uint64_t offset) const { return private_ + offset; }
  // The inverse; `address` lies in the private mapping.
  uint64_t OffsetOfView(const std::byte* address) const { return static_cast<uint64_t>(address - private_); }

  // --- Views (all ranges page-aligned) ---

  // True if nothing was ever written into the private mapping (or copy) at `address`, since it was mapped or
  // dropped. Costs about 0.6 ms for 64 MB. False when it cannot be found out.
  static bool IsClean(const std::byte* address, uint64_t length) {
    return platform::PrivatePagesClean(address, length);
  }

  // Forgets what was written into the range of the private mapping. Nobody may be using a view of it.
  void DropDirty(uint64_t offset, uint64_t length) const { platform::DropPrivatePages(view(offset), length); }

  // Another private mapping of the range, clean, for a second reader that must not see the first one's writes.
  // The caller ends it with UnmapCopy. Null when the system has no more mappings.
  std::byte* MapPrivateCopy(uint64_t offset, uint64_t length) const;
  static void UnmapCopy(std::byte* address, uint64_t length) { platform::Unmap(address, length); }

 private:
  Store() = default;

  Status MapAll(uint64_t control_bytes, std::string* error);
  void Place();

  platform::Descriptor control_descriptor_;
  platform::Descriptor data_descriptor_;
  uint64_t control_bytes_ = 0;
  uint64_t arena_bytes_ = 0;
  uint32_t max_entries_ = 0;

  std::byte* control_memory_ = nullptr;
  std::byte* shared_ = nullptr;
  std::byte* private_ = nullptr;

  Control* control_ = nullptr;
  SlotRecord* slots_ = nullptr;
  Guarded<uint32_t>* buckets_ = nullptr;
  PageRecord* pages_ = nullptr;
  Entry* entries_ = nullptr;
};

}  // namespace mobula

#endif  // MOBULA_NATIVE_STORE_STORE_H_
