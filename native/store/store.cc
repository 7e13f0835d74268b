#include "native/store/store.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "native/store/object_table.h"
#include "native/store/recovery.h"

namespace mobula {
namespace {

constexpr uint64_t PageUp(uint64_t bytes) {
  return (bytes + kPageSize - 1) & ~(kPageSize - 1);
}

// The most that page numbers of 32 bits can name.
constexpr uint64_t kMaxMemory = uint64_t{kNoPage} * kPageSize;

}  // namespace

Status Store::Create(const StoreOptions& options, std::unique_ptr<Store>* result, std::string* error) {
  if (options.memory_bytes > kMaxMemory || options.max_objects == 0 || options.max_objects >= kMaxEntries) {
    *error = "the store's size is out of range";
    return Status::kInvalid;
  }
  std::unique_ptr<Store> store(new Store);
  store->arena_bytes_ = PageUp(std::max(options.memory_bytes, kMinMemory));
  store->max_entries_ = options.max_objects + 1;

  const uint64_t slots = PageUp(sizeof(Control));
  const uint64_t buckets = slots + PageUp(kSlotCount * sizeof(SlotRecord));
  const uint64_t pages = buckets + PageUp(store->max_entries_ * sizeof(Guarded<uint32_t>));
  const uint64_t entries = pages + PageUp(store->arena_pages() * sizeof(PageRecord));
  const uint64_t control_bytes = entries + PageUp(store->max_entries_ * sizeof(Entry));

  Status status =
      platform::CreateSharedMemory("mobula-control", control_bytes, &store->control_descriptor_, error);
  if (status != Status::kOk) return status;
  status = platform::CreateSharedMemory("mobula-data", store->arena_bytes_, &store->data_descriptor_, error);
  if (status != Status::kOk) return status;
  status = store->MapAll(control_bytes, error);
  if (status != Status::kOk) return status;

  Control& control = *store->control_;
  control.version.Store(kLayoutVersion);
  control.max_entries.Store(store->max_entries_);
  control.arena_bytes.Store(store->arena_bytes_);
  control.control_bytes.Store(control_bytes);
  control.slots_offset.Store(slots);
  control.buckets_offset.Store(buckets);
  control.pages_offset.Store(pages);
  control.entries_offset.Store(entries);
  control.entry_high_water.Store(1);
  control.high_page_low_water.Store(store->arena_pages());
  platform::InitializeMutex(&control.mutex);
  store->Place();
  ObjectTable table(*store);
  Rebuild(*store, table);

  SlotRecord& slot = store->slot(kRayletSlot);
  slot.pid.Store(static_cast<uint32_t>(getpid()));
  slot.session.Store(platform::RandomBits() | 1);
  slot.state.Store(static_cast<uint32_t>(SlotState::kClaimed));
  control.magic.Store(kMagic);
  *result = std::move(store);
  return Status::kOk;
}

Status Store::Attach(platform::Descriptor control_descriptor, platform::Descriptor data_descriptor,
                     std::unique_ptr<Store>* result, std::string* error) {
  std::unique_ptr<Store> store(new Store);
  store->control_descriptor_ = std::move(control_descriptor);
  store->data_descriptor_ = std::move(data_descriptor);
  uint64_t control_bytes = 0;
  Status status = platform::SharedMemorySize(store->control_descriptor(), &control_bytes, error);
  if (status != Status::kOk) return status;
  status = platform::SharedMemorySize(store->data_descriptor(), &store->arena_bytes_, error);
  if (status != Status::kOk) return status;
  if (control_bytes < sizeof(Control) || store->arena_bytes_ == 0) {
    *error = "the shared memory is too small to be a store";
    return Status::kMismatch;
  }
  status = store->MapAll(control_bytes, error);
  if (status != Status::kOk) return status;
  const Control& control = *store->control_;
  if (control.magic.Load() != kMagic) {
    *error = "the shared memory is no object store";
    return Status::kMismatch;
  }
  if (control.version.Load() != kLayoutVersion) {
    *error = "the object store has layout version " + std::to_string(control.version.Load()) +
             ", this is version " + std::to_string(kLayoutVersion) +
             ": the processes run different versions of mobula";
    return Status::kMismatch;
  }
  if (control.control_bytes.Load() != control_bytes || control.arena_bytes.Load() != store->arena_bytes_) {
    *error = "the object store's sizes do not agree";
    return Status::kMismatch;
  }
  store->max_entries_ = control.max_entries.Load();
  store->Place();
  *result = std::move(store);
  return Status::kOk;
}

Store::~Store() {
  if (control_memory_ != nullptr) platform::Unmap(control_memory_, control_bytes_);
  if (shared_ != nullptr) platform::Unmap(shared_, arena_bytes_);
  if (private_ != nullptr) platform::Unmap(private_, arena_bytes_);
}

Status Store::MapAll(uint64_t control_bytes, std::string* error) {
  using platform::Mapping;
  control_bytes_ = control_bytes;
  Status status =
      platform::Map(control_descriptor(), 0, control_bytes, Mapping::kShared, &control_memory_, error);
  if (status != Status::kOk) return status;
  control_ = reinterpret_cast<Control*>(control_memory_);
  status = platform::Map(data_descriptor(), 0, arena_bytes_, Mapping::kShared, &shared_, error);
  if (status != Status::kOk) return status;
  return platform::Map(data_descriptor(), 0, arena_bytes_, Mapping::kPrivate, &private_, error);
}

void Store::Place() {
  slots_ = reinterpret_cast<SlotRecord*>(control_memory_ + control_->slots_offset.Load());
  buckets_ = reinterpret_cast<Guarded<uint32_t>*>(control_memory_ + control_->buckets_offset.Load());
  pages_ = reinterpret_cast<PageRecord*>(control_memory_ + control_->pages_offset.Load());
  entries_ = reinterpret_cast<Entry*>(control_memory_ + control_->entries_offset.Load());
}

std::byte* Store::MapPrivateCopy(uint64_t offset, uint64_t length) const {
  std::byte* address = nullptr;
  std::string error;
  const Status status =
      platform::Map(data_descriptor(), offset, length, platform::Mapping::kPrivate, &address, &error);
  return status == Status::kOk ? address : nullptr;
}

}  // namespace mobula
