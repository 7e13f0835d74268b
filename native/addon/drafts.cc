#include "native/addon/drafts.h"

#include <utility>

#include "native/addon/external_buffer.h"
#include "native/addon/napi_values.h"

namespace mobula::addon {

Drafts::Drafts(napi_env env, Client* client, std::shared_ptr<Store> store)
    : env_(env), client_(client), store_(std::move(store)), deaths_(std::make_shared<DeathList>()) {}

Status Drafts::Allocate(const ObjectId& id, uint64_t byte_length, Handle* handle, napi_value* array_buffer) {
  Draft draft;
  uint64_t offset = 0;
  const Status status = client_->Allocate(id, byte_length, kDraftMetaCapacity, &draft, &offset);
  if (status != Status::kOk) return status;
  *handle = draft.handle;
  if (byte_length == 0) {
    // There is no memory to share.
    napi_create_arraybuffer(env_, 0, nullptr, array_buffer);
    return Status::kOk;
  }
  std::unique_ptr<MappedBuffer> buffer = MappedBuffer::OfDraft(store_, {offset, byte_length}, deaths_);
  MappedBuffer* key = buffer.get();
  *array_buffer = MappedBuffer::Expose(env_, std::move(buffer));
  if (*array_buffer == nullptr) {
    client_->AbortDraft(draft.handle);
    return Status::kOk;
  }
  buffers_.emplace(draft.handle, key);
  entries_.emplace(key, Entry{draft.handle, newcomers.Add()});
  return Status::kOk;
}

bool Drafts::Finish(Handle draft, const void* meta, uint32_t meta_length, uint16_t flags) {
  const auto known = buffers_.find(draft);
  MappedBuffer* const buffer = known == buffers_.end() ? nullptr : known->second;
  napi_value array_buffer = nullptr;
  if (buffer != nullptr) {
    array_buffer = buffer->ArrayBuffer(env_);
    if (array_buffer == nullptr)
      return ThrowInvalid(env_, "the array", "in place: its memory was transferred");
  }
  const Status status = client_->FinishAllocated(draft, meta, meta_length, flags);
  if (status == Status::kTooSmall)
    return ThrowInvalid(env_, "meta", "at most 512 bytes for an allocated array");
  if (status != Status::kOk) return ThrowInvalid(env_, "draft", "an allocated draft of this environment");
  if (buffer == nullptr) return true;

  napi_detach_arraybuffer(env_, array_buffer);
  buffers_.erase(known);
  entries_.find(buffer)->second.draft = kNoHandle;
  // Detached, the ArrayBuffer lets go of its memory at once, where that can be seen.
  Sweep();
  const auto alive = entries_.find(buffer);
  if (alive == entries_.end() || !HasExactBuffers(env_)) return true;
  alive->second.draft = draft;
  buffers_.emplace(draft, buffer);
  return ThrowInvalid(env_, "the array", "at rest: an operation under way still uses its memory");
}

void Drafts::Abort(Handle draft) {
  const auto known = buffers_.find(draft);
  if (known == buffers_.end()) {
    client_->AbortDraft(draft);
    return;
  }
  napi_value array_buffer = known->second->ArrayBuffer(env_);
  if (array_buffer != nullptr) napi_detach_arraybuffer(env_, array_buffer);
  Sweep();
}

void Drafts::Sweep() {
  for (MappedBuffer* dead : deaths_->Take()) {
    const std::unique_ptr<MappedBuffer> buffer(dead);
    buffer->DeleteReference(env_);
    const auto found = entries_.find(dead);
    const Entry entry = found->second;
    entries_.erase(found);
    newcomers.Remove(entry.epoch);
    if (entry.draft == kNoHandle) continue;
    client_->AbortDraft(entry.draft);
    buffers_.erase(entry.draft);
  }
}

void Drafts::Close(bool environment_ends) {
  Sweep();
  const HandleScope scope(env_);
  for (const auto& [buffer, entry] : entries_) {
    napi_value array_buffer = buffer->ArrayBuffer(env_);
    // An environment that ends takes its own ArrayBuffers with it; memory that moved to another thread stays.
    if (array_buffer == nullptr) {
      buffer->Separate();
    } else if (!environment_ends) {
      napi_detach_arraybuffer(env_, array_buffer);
    }
    buffer->DeleteReference(env_);
    if (entry.draft != kNoHandle) client_->AbortDraft(entry.draft);
  }
  entries_.clear();
  buffers_.clear();
  deaths_->Close();
}

}  // namespace mobula::addon
