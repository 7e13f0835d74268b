#include "native/addon/references.h"

#include <algorithm>
#include <utility>

#include "native/addon/napi_values.h"

namespace mobula::addon {

namespace {

// Fewer new tracked objects than this are not worth a poll.
constexpr size_t kMinSweepInterval = 4096;
// Polled in one handle scope.
constexpr size_t kSweepBatch = 1024;

}  // namespace

References::Record& References::At(uint32_t index) {
  std::unique_ptr<Chunk>& chunk = chunks_[index / kChunkRecords];
  if (chunk == nullptr) chunk = std::make_unique<Chunk>();
  return (*chunk)[index % kChunkRecords];
}

References::Record* References::Find(Handle handle) const {
  const uint32_t index = IndexOf(handle);
  const std::unique_ptr<Chunk>& chunk = chunks_[index / kChunkRecords];
  if (chunk == nullptr) return nullptr;
  Record* record = &(*chunk)[index % kChunkRecords];
  return record->referenced && record->handle == handle ? record : nullptr;
}

References::Record* References::Acquire(Handle handle) {
  Record& record = At(IndexOf(handle));
  if (record.referenced) return record.handle == handle ? &record : nullptr;
  if (client_->AddReference(handle) != Status::kOk) return nullptr;
  record = {.handle = handle, .referenced = true};
  return &record;
}

void References::DropIfUnused(Record* record) {
  if (record->counted > 0 || record->tracked > 0) return;
  record->referenced = false;
  client_->DropReference(record->handle);
}

void References::Adopt(Handle handle) {
  At(IndexOf(handle)) = {.handle = handle, .referenced = true};
}

void References::AdoptHeld(Handle handle) {
  At(IndexOf(handle)) = {.handle = handle, .counted = 1, .referenced = true};
}

bool References::Hold(Handle handle) {
  Record* record = Acquire(handle);
  if (record == nullptr) return false;
  ++record->counted;
  return true;
}

void References::Release(Handle handle) {
  Record* record = Find(handle);
  if (record == nullptr) return;
  if (record->counted > 0) --record->counted;
  DropIfUnused(record);
}

References::Ticket References::Track(napi_value object, Handle handle) {
  if (tracked_count_ >= next_sweep_) Sweep(false);
  Record* record = Acquire(handle);
  if (record == nullptr) return 0;
  napi_ref reference;
  if (napi_create_reference(env_, object, 0, &reference) != napi_ok) {
    DropIfUnused(record);
    ThrowUnexpected(env_, "ref", "an object");
    return 0;
  }
  ++record->tracked;
  ++tracked_count_;
  if (first_free_ == 0) {
    tracked_.push_back({});
    first_free_ = tracked_.size();
  }
  const uint64_t position = first_free_ - 1;
  Tracked& tracked = tracked_[position];
  first_free_ = tracked.handle;
  tracked.handle = handle;
  tracked.reference = reference;
  if (tracked.epoch != newcomers_.epoch()) recent_.push_back(position);
  tracked.epoch = newcomers_.Add();
  return uint64_t{tracked.generation} << 32 | (position + 1);
}

void References::Untrack(Ticket ticket) {
  const uint64_t position = (ticket & UINT32_MAX) - 1;
  if (position >= tracked_.size()) return;
  if (tracked_[position].reference == nullptr || tracked_[position].generation != ticket >> 32) return;
  EndTracked(position);
}

void References::EndTracked(size_t position) {
  Tracked& tracked = tracked_[position];
  napi_delete_reference(env_, tracked.reference);
  Record* record = Find(tracked.handle);
  tracked.reference = nullptr;
  tracked.generation = (tracked.generation + 1) % kGenerations;
  tracked.handle = std::exchange(first_free_, position + 1);
  --tracked_count_;
  newcomers_.Remove(tracked.epoch);
  if (--record->tracked == 0 && record->watched) {
    record->watched = false;
    ++record->counted;
    dropped_.push_back(record->handle);
  }
  DropIfUnused(record);
}

void References::WatchDrop(Handle handle, bool on) {
  Record* record = Find(handle);
  if (record == nullptr) return;
  record->watched = on && record->tracked > 0;
  if (on && record->tracked == 0) {
    ++record->counted;
    dropped_.push_back(handle);
  }
}

std::vector<Handle> References::TakeDropped() {
  return std::exchange(dropped_, {});
}

void References::Sweep(bool force) {
  // Looked at again soon if V8 has not collected yet: nothing can have died since the last poll.
  next_sweep_ = tracked_count_ + kMinSweepInterval;
  if (!force && !collections_.Happened()) return;
  // First, so that what a collection in here clears is seen now or announced by the next one.
  collections_.Restart();
  Poll(tracked_.size(), [](size_t number) { return number; });
  next_sweep_ = tracked_count_ + std::max(tracked_count_, kMinSweepInterval);
}

void References::SweepNewcomers() {
  Poll(recent_.size(), [this](size_t number) { return recent_[number]; });
}

void References::ForgetNewcomers() {
  newcomers_.Forget();
  recent_.clear();
}

template <typename PositionOf>
void References::Poll(size_t count, const PositionOf& position_of) {
  for (size_t number = 0; number < count;) {
    const HandleScope scope(env_);
    const size_t end = std::min(number + kSweepBatch, count);
    for (; number < end; ++number) {
      const size_t position = position_of(number);
      if (tracked_[position].reference == nullptr) continue;
      napi_value object = nullptr;
      napi_get_reference_value(env_, tracked_[position].reference, &object);
      if (object == nullptr) EndTracked(position);
    }
  }
}

void References::Clear() {
  for (const Tracked& tracked : tracked_) {
    if (tracked.reference != nullptr) napi_delete_reference(env_, tracked.reference);
  }
  tracked_.clear();
  tracked_count_ = 0;
  first_free_ = 0;
  ForgetNewcomers();
  dropped_.clear();
  for (std::unique_ptr<Chunk>& chunk : chunks_) chunk.reset();
}

}  // namespace mobula::addon
