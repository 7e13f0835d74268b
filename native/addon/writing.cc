// The functions of a store that create objects and settle tasks.

#include <vector>

#include "native/addon/binding.h"
#include "native/addon/napi_values.h"

namespace mobula::addon {

namespace {

constexpr uint64_t kMaxCounter = (uint64_t{1} << 40) - 1;
constexpr uint32_t kMaxReturnIndex = (1u << 24) - 1;
constexpr uint32_t kMaxAttempt = UINT16_MAX;

// TypeScript gives ids to what it puts; an allocated object gets its own here, out of their way.
ObjectId AllocationId(Binding* binding) {
  return binding->client->MakeId(++binding->allocations, kMaxReturnIndex);
}

bool ReadFlags(napi_env env, napi_value value, uint16_t* flags) {
  uint64_t wide;
  if (!ReadInteger(env, value, "flags", kObjectFlagsMask, &wide)) return false;
  *flags = static_cast<uint16_t>(wide);
  return true;
}

bool ReadAttempt(napi_env env, napi_value value, uint16_t* attempt) {
  uint64_t wide;
  if (!ReadInteger(env, value, "attempt", kMaxAttempt, &wide)) return false;
  *attempt = static_cast<uint16_t>(wide);
  return true;
}

// What an object takes, roughly.
uint64_t SizeOf(const ObjectParts& parts) {
  uint64_t size = parts.meta_length;
  for (uint32_t index = 0; index < parts.buffer_count; ++index) size += parts.buffers[index].byte_length;
  return size;
}

// The arguments meta, start, end, buffers, contained, flags. The parts point into them and into the binding.
bool ReadParts(napi_env env, const napi_value* arguments, Binding* binding, ObjectParts* parts) {
  std::span<uint8_t> meta;
  if (!ReadRange(env, arguments[0], arguments[1], arguments[2], "meta", &meta)) return false;
  if (meta.size() > UINT32_MAX) return ThrowInvalid(env, "meta", "shorter than 4 GiB");
  if (!ReadFlags(env, arguments[5], &parts->flags)) return false;
  parts->meta = meta.data();
  parts->meta_length = static_cast<uint32_t>(meta.size());
  if (!IsNullish(env, arguments[3])) {
    uint32_t count = 0;
    if (napi_get_array_length(env, arguments[3], &count) != napi_ok)
      return ThrowInvalid(env, "buffers", "an array");
    binding->sources.clear();
    for (uint32_t index = 0; index < count; ++index) {
      const HandleScope scope(env);
      napi_value element;
      std::span<uint8_t> bytes;
      if (napi_get_element(env, arguments[3], index, &element) != napi_ok) return false;
      if (!ReadAnyBytes(env, element, "buffers", &bytes)) return false;
      binding->sources.push_back({bytes.data(), bytes.size()});
    }
    parts->buffers = binding->sources.data();
    parts->buffer_count = count;
  }
  if (!IsNullish(env, arguments[4])) {
    if (!ReadHandles(env, arguments[4], "contained", &binding->handles)) return false;
    parts->contained = binding->handles.data();
    parts->contained_count = static_cast<uint32_t>(binding->handles.size());
  }
  return true;
}

// 0 for kFull, the handle for kOk, an exception for the rest.
napi_value HandleOrFull(napi_env env, Status status, Handle handle) {
  if (status == Status::kOk) return MakeHandleValue(env, handle);
  if (status == Status::kFull) return MakeInt32(env, 0);
  return ThrowStatus(env, status, "the value is larger than the object store");
}

napi_value CreatePending(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  uint64_t counter, return_index;
  if (binding == nullptr || !ReadInteger(env, arguments[0], "counter", kMaxCounter, &counter) ||
      !ReadInteger(env, arguments[1], "returnIndex", kMaxReturnIndex, &return_index)) {
    return nullptr;
  }
  Handle handle = kNoHandle;
  const ObjectId id = binding->client->MakeId(counter, static_cast<uint32_t>(return_index));
  const Status status = binding->WithRoom([&] { return binding->client->CreatePending(id, &handle); });
  if (status == Status::kOk) binding->references->AdoptHeld(handle);
  return HandleOrFull(env, status, handle);
}

napi_value CreateReplica(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  ObjectId id;
  if (binding == nullptr || !ReadId(env, arguments[0], arguments[1], &id)) return nullptr;
  Handle handle = binding->client->Lookup(id);
  if (handle != kNoHandle) return ThrowStatus(env, Status::kInvalid, "an object of that id is here already");
  const Status status = binding->WithRoom([&] { return binding->client->CreateReplica(id, &handle); });
  if (status == Status::kOk) binding->references->AdoptHeld(handle);
  return HandleOrFull(env, status, handle);
}

napi_value CreatePendings(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  uint64_t counter, count;
  if (binding == nullptr || !ReadInteger(env, arguments[0], "counter", kMaxCounter, &counter) ||
      !ReadInteger(env, arguments[1], "count", kMaxReturnIndex, &count)) {
    return nullptr;
  }
  std::vector<Handle>& handles = binding->handles;
  handles.resize(count);
  const Status status = binding->WithRoom(
      [&] { return binding->client->CreatePendings(counter, static_cast<uint32_t>(count), handles.data()); });
  if (status == Status::kFull) handles.clear();
  if (status != Status::kOk && status != Status::kFull) return ThrowStatus(env, status, "no such returns");
  for (const Handle handle : handles) binding->references->AdoptHeld(handle);
  return MakeHandles(env, handles);
}

napi_value Put(napi_env env, napi_callback_info info) {
  const Arguments<7> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  uint64_t counter;
  ObjectParts parts;
  if (binding == nullptr || !ReadInteger(env, arguments[0], "counter", kMaxCounter, &counter) ||
      !ReadParts(env, arguments.values + 1, binding, &parts)) {
    return nullptr;
  }
  Handle handle = kNoHandle;
  const ObjectId id = binding->client->MakeId(counter, 0);
  const Status status = binding->WithRoom([&] { return binding->client->Put(id, parts, &handle); });
  if (status == Status::kOk) {
    binding->references->Adopt(handle);
    binding->CountBytes(SizeOf(parts));
  }
  return HandleOrFull(env, status, handle);
}

napi_value MakeDraft(napi_env env, napi_callback_info info) {
  const Arguments<6> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  ObjectParts parts;
  if (binding == nullptr || !ReadParts(env, arguments.values, binding, &parts)) return nullptr;
  Handle draft = kNoHandle;
  const Status status = binding->WithRoom([&] { return binding->client->CreateObject({}, parts, &draft); });
  return HandleOrFull(env, status, draft);
}

// 0 ok, 1 ok and somebody waits, -1 stale, -2 full; an exception for the rest.
napi_value Settled(napi_env env, Status status, bool had_waiters) {
  switch (status) {
    case Status::kOk:
      return MakeInt32(env, had_waiters ? 1 : 0);
    case Status::kStale:
      return MakeInt32(env, -1);
    case Status::kFull:
      return MakeInt32(env, -2);
    case Status::kTooLarge:
      return ThrowStatus(env, status, "the value is larger than the object store");
    default:
      return ThrowStatus(env, status, "these are no drafts of this environment, each given once");
  }
}

napi_value Complete(napi_env env, napi_callback_info info) {
  const Arguments<3> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  if (binding == nullptr) return nullptr;
  std::vector<Handle>& targets = binding->handles;
  std::vector<Handle>& drafts = binding->more_handles;
  uint16_t attempt;
  if (!ReadHandles(env, arguments[0], "targets", &targets) ||
      !ReadHandles(env, arguments[1], "drafts", &drafts) || !ReadAttempt(env, arguments[2], &attempt)) {
    return nullptr;
  }
  if (targets.empty() || targets.size() != drafts.size()) {
    return ThrowUnexpected(env, "drafts", "as many as targets, and at least one");
  }
  for (const Handle draft : drafts) {
    if (!binding->drafts->IsWritable(draft)) continue;
    return ThrowUnexpected(env, "drafts", "finished: one of them is still being written");
  }
  bool had_waiters = false;
  const Status status =
      binding->client->Complete(targets.data(), drafts.data(), targets.size(), attempt, &had_waiters);
  return Settled(env, status, had_waiters);
}

napi_value CompleteSmall(napi_env env, napi_callback_info info) {
  const Arguments<6> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  Handle target;
  uint16_t attempt, flags;
  std::span<uint8_t> meta;
  if (binding == nullptr || !ReadHandle(env, arguments[0], "target", &target) ||
      !ReadAttempt(env, arguments[1], &attempt) ||
      !ReadRange(env, arguments[2], arguments[3], arguments[4], "meta", &meta) ||
      !ReadFlags(env, arguments[5], &flags)) {
    return nullptr;
  }
  if (meta.size() > UINT32_MAX) return ThrowUnexpected(env, "meta", "shorter than 4 GiB");
  bool had_waiters = false;
  const Status status = binding->WithRoom([&] {
    return binding->client->CompleteSmall(target, attempt, meta.data(), static_cast<uint32_t>(meta.size()),
                                          flags, &had_waiters);
  });
  return Settled(env, status, had_waiters);
}

napi_value Abort(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Binding* binding = Binding::If(arguments.data);
  Handle draft;
  if (binding == nullptr || !ReadHandle(env, arguments[0], "draft", &draft)) return nullptr;
  binding->drafts->Abort(draft);
  return nullptr;
}

napi_value Allocate(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  uint64_t byte_length;
  if (binding == nullptr || !ReadInteger(env, arguments[0], "byteLength", kMaxSafeInteger, &byte_length)) {
    return nullptr;
  }
  Handle draft = kNoHandle;
  napi_value buffer = nullptr;
  const ObjectId id = AllocationId(binding);
  const Status status =
      binding->WithRoom([&] { return binding->drafts->Allocate(id, byte_length, &draft, &buffer); });
  if (status == Status::kFull) return nullptr;
  if (status != Status::kOk) return ThrowStatus(env, status, "the array is larger than the object store");
  if (buffer == nullptr) return nullptr;
  napi_value result;
  napi_create_object(env, &result);
  napi_set_named_property(env, result, "draft", MakeHandleValue(env, draft));
  napi_set_named_property(env, result, "buffer", buffer);
  binding->CountBytes(byte_length);
  return result;
}

napi_value FinishAllocated(napi_env env, napi_callback_info info) {
  const Arguments<5> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  Handle draft;
  uint16_t flags;
  std::span<uint8_t> meta;
  if (binding == nullptr || !ReadHandle(env, arguments[0], "draft", &draft) ||
      !ReadRange(env, arguments[1], arguments[2], arguments[3], "meta", &meta) ||
      !ReadFlags(env, arguments[4], &flags)) {
    return nullptr;
  }
  if (meta.size() > kDraftMetaCapacity) {
    return ThrowUnexpected(env, "meta", "at most 512 bytes for an allocated array");
  }
  binding->drafts->Finish(draft, meta.data(), static_cast<uint32_t>(meta.size()), flags);
  return nullptr;
}

napi_value SealDraft(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  Handle draft;
  if (binding == nullptr || !ReadHandle(env, arguments[0], "draft", &draft)) return nullptr;
  if (binding->drafts->IsWritable(draft) || binding->client->SealDraft(draft) != Status::kOk) {
    return ThrowUnexpected(env, "draft", "one of allocate, and finished");
  }
  binding->references->Adopt(draft);
  return MakeHandleValue(env, draft);
}

}  // namespace

void DefineWriting(napi_env env, napi_value object, Binding* binding) {
  SetFunction(env, object, "createPending", CreatePending, binding);
  SetFunction(env, object, "createReplica", CreateReplica, binding);
  SetFunction(env, object, "createPendings", CreatePendings, binding);
  SetFunction(env, object, "put", Put, binding);
  SetFunction(env, object, "draft", MakeDraft, binding);
  SetFunction(env, object, "complete", Complete, binding);
  SetFunction(env, object, "completeSmall", CompleteSmall, binding);
  SetFunction(env, object, "abort", Abort, binding);
  SetFunction(env, object, "allocate", Allocate, binding);
  SetFunction(env, object, "finishAllocated", FinishAllocated, binding);
  SetFunction(env, object, "sealDraft", SealDraft, binding);
}

}  // namespace mobula::addon
