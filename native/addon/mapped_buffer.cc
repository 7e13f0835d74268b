#include "native/addon/mapped_buffer.h"

#include <algorithm>
#include <utility>

#include "native/addon/external_buffer.h"
#include "native/platform/pages.h"
#include "native/platform/platform.h"

namespace mobula::addon {

namespace {

constexpr uint64_t RoundUpToPages(uint64_t bytes) {
  return (bytes + kPageSize - 1) / kPageSize * kPageSize;
}

}  // namespace

// --- DeathList -------------------------------------------------------------------------------------------

std::vector<MappedBuffer*> DeathList::Take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(dead_, {});
}

void DeathList::Close() {
  std::vector<MappedBuffer*> dead;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    dead.swap(dead_);
  }
  for (MappedBuffer* buffer : dead) delete buffer;
}

void DeathList::Add(MappedBuffer* buffer) {
  {
    const std::lock_guard lock(mutex_);
    if (!closed_) {
      dead_.push_back(buffer);
      return;
    }
  }
  delete buffer;
}

// --- PrivateArena ----------------------------------------------------------------------------------------

std::shared_ptr<PrivateArena> PrivateArena::Map(const Store& store) {
  std::byte* base = store.MapPrivateCopy(0, store.arena_bytes());
  if (base == nullptr) return nullptr;
  return std::shared_ptr<PrivateArena>(new PrivateArena(base, store.arena_bytes()));
}

PrivateArena::~PrivateArena() {
  if (base_ != nullptr) platform::Unmap(base_, bytes_);
}

void PrivateArena::ReleaseAllBut(std::vector<Range> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const Range& a, const Range& b) { return a.address < b.address; });
  std::byte* from = std::exchange(base_, nullptr);
  std::byte* const end = from + bytes_;
  ranges.push_back({end, 0});
  for (const Range& range : ranges) {
    if (range.address > from) platform::Unmap(from, static_cast<uint64_t>(range.address - from));
    from = range.address + range.bytes;
  }
}

// --- MappedBuffer ----------------------------------------------------------------------------------------

MappedBuffer::MappedBuffer(std::byte* address, uint64_t length, std::shared_ptr<DeathList> deaths)
    : address_(address), length_(length), deaths_(std::move(deaths)) {}

std::unique_ptr<MappedBuffer> MappedBuffer::InArena(std::shared_ptr<PrivateArena> arena, BufferPlace place,
                                                    std::shared_ptr<DeathList> deaths) {
  std::byte* const address = arena->At(place.offset);
  std::unique_ptr<MappedBuffer> buffer(new MappedBuffer(address, place.byte_length, std::move(deaths)));
  buffer->arena_ = std::move(arena);
  return buffer;
}

std::unique_ptr<MappedBuffer> MappedBuffer::OfItsOwn(const Store& store, BufferPlace place,
                                                     std::shared_ptr<DeathList> deaths) {
  std::byte* const address = store.MapPrivateCopy(place.offset, RoundUpToPages(place.byte_length));
  if (address == nullptr) return nullptr;
  std::unique_ptr<MappedBuffer> buffer(new MappedBuffer(address, place.byte_length, std::move(deaths)));
  buffer->owns_mapping_ = true;
  return buffer;
}

std::unique_ptr<MappedBuffer> MappedBuffer::OfDraft(std::shared_ptr<Store> store, BufferPlace place,
                                                    std::shared_ptr<DeathList> deaths) {
  std::byte* const address = store->writable(place.offset);
  std::unique_ptr<MappedBuffer> buffer(new MappedBuffer(address, place.byte_length, std::move(deaths)));
  buffer->store_ = std::move(store);
  return buffer;
}

MappedBuffer::~MappedBuffer() {
  if (owns_mapping_) platform::Unmap(Pages().address, Pages().bytes);
}

napi_value MappedBuffer::Expose(napi_env env, std::unique_ptr<MappedBuffer> buffer) {
  const auto on_unreachable = [](void* context) {
    auto* self = static_cast<MappedBuffer*>(context);
    // Its own copy: Add may delete the buffer.
    const std::shared_ptr<DeathList> deaths = self->deaths_;
    deaths->Add(self);
  };
  napi_value result = NewExternalBuffer(env, buffer->address_, buffer->length_, on_unreachable, buffer.get());
  if (result == nullptr) return nullptr;
  napi_create_reference(env, result, 0, &buffer->array_buffer_);
  (void)buffer.release();
  return result;
}

napi_value MappedBuffer::ArrayBuffer(napi_env env) const {
  napi_value result = nullptr;
  bool detached = false;
  if (array_buffer_ == nullptr || napi_get_reference_value(env, array_buffer_, &result) != napi_ok ||
      result == nullptr) {
    return nullptr;
  }
  napi_is_detached_arraybuffer(env, result, &detached);
  return detached ? nullptr : result;
}

void MappedBuffer::DeleteReference(napi_env env) {
  if (array_buffer_ != nullptr) napi_delete_reference(env, array_buffer_);
  array_buffer_ = nullptr;
}

PrivateArena::Range MappedBuffer::Pages() const {
  // A draft's small buffer begins inside of a page.
  const uint64_t before = reinterpret_cast<uintptr_t>(address_) % kPageSize;
  return {address_ - before, RoundUpToPages(before + length_)};
}

bool MappedBuffer::Separate() {
  return platform::MakeOrdinary(Pages().address, Pages().bytes);
}

void MappedBuffer::LeaveArena() {
  arena_ = nullptr;
  owns_mapping_ = true;
}

bool MappedBuffer::IsClean() const {
  return Store::IsClean(Pages().address, Pages().bytes);
}

void MappedBuffer::DropWritten() const {
  platform::DropPrivatePages(Pages().address, Pages().bytes);
}

}  // namespace mobula::addon
