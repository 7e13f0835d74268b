// The functions of a store that read objects and their names.

#include <cstring>

#include "native/addon/binding.h"
#include "native/addon/napi_values.h"

namespace mobula::addon {

namespace {

napi_value State(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  Handle handle;
  if (binding == nullptr || !ReadHandle(env, arguments[0], "handle", &handle)) return nullptr;
  return MakeInt32(env, static_cast<int32_t>(binding->client->State(handle)));
}

napi_value IsWanted(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  Handle handle;
  if (binding == nullptr || !ReadHandle(env, arguments[0], "handle", &handle)) return nullptr;
  return MakeBoolean(env, binding->client->IsWanted(handle));
}

napi_value BytesOf(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  Handle handle;
  if (binding == nullptr || !ReadHandle(env, arguments[0], "handle", &handle)) return nullptr;
  return MakeNumber(env, static_cast<double>(binding->client->BytesOf(handle)));
}

napi_value Read(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  Handle handle;
  std::span<uint8_t> target;
  if (binding == nullptr || !ReadHandle(env, arguments[0], "handle", &handle) ||
      !ReadBytes(env, arguments[1], "target", &target)) {
    return nullptr;
  }
  ReadResult result;
  switch (binding->client->Read(handle, target.data(), target.size(), &result)) {
    case Status::kOk:
      return (result.flags & kErrorFlag) != 0 ? MakeInt32(env, -2) : MakeNumber(env, result.length);
    case Status::kNotReady:
      return MakeInt32(env, -1);
    case Status::kHasBuffers:
      return MakeInt32(env, -2);
    case Status::kTooSmall:
      return MakeInt32(env, -3);
    default:
      return MakeInt32(env, -4);
  }
}

napi_value Open(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  Handle handle;
  uint64_t task;
  if (binding == nullptr || !ReadHandle(env, arguments[0], "handle", &handle) ||
      !ReadInteger(env, arguments[1], "task", kMaxSafeInteger, &task)) {
    return nullptr;
  }
  uint64_t viewed = 0;
  napi_value result = binding->views->Open(handle, task, &viewed);
  if (viewed > 0) binding->CountBytes(viewed);
  return result;
}

napi_value TaskFinished(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Binding* binding = Binding::If(arguments.data);
  uint64_t task;
  if (binding == nullptr || !ReadInteger(env, arguments[0], "task", kMaxSafeInteger, &task)) return nullptr;
  binding->views->TaskFinished(task);
  return nullptr;
}

napi_value CheckViews(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  if (Binding* binding = Binding::If(arguments.data)) binding->views->Check();
  return nullptr;
}

napi_value DropViews(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  if (Binding* binding = Binding::If(arguments.data)) binding->views->Sweep();
  return nullptr;
}

napi_value Contained(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  Handle handle;
  if (binding == nullptr || !ReadHandle(env, arguments[0], "handle", &handle)) return nullptr;
  if (binding->client->Contained(handle, &binding->handles) != Status::kOk) binding->handles.clear();
  return MakeHandles(env, binding->handles);
}

napi_value Free(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Binding* binding = Binding::If(arguments.data);
  Handle handle;
  if (binding == nullptr || !ReadHandle(env, arguments[0], "handle", &handle)) return nullptr;
  // What the program gives back itself is no garbage that V8 has to find.
  binding->pressure.Remove(binding->client->BytesOf(handle));
  binding->client->Free(handle);
  return nullptr;
}

napi_value Lookup(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  ObjectId id;
  if (binding == nullptr || !ReadId(env, arguments[0], arguments[1], &id)) return nullptr;
  return MakeHandleValue(env, binding->client->Lookup(id));
}

napi_value WriteId(napi_env env, napi_callback_info info) {
  const Arguments<3> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  Handle handle;
  std::span<uint8_t> target;
  if (binding == nullptr || !ReadHandle(env, arguments[0], "handle", &handle) ||
      !ReadSlice(env, arguments[1], arguments[2], MakeInt32(env, sizeof(ObjectId)), "target", &target)) {
    return nullptr;
  }
  ObjectId id;
  const bool found = binding->client->IdOf(handle, &id) == Status::kOk;
  if (found) std::memcpy(target.data(), &id, sizeof(id));
  return MakeBoolean(env, found);
}

napi_value IdString(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Binding* binding = Binding::If(arguments.data);
  Handle handle;
  if (!ReadHandle(env, arguments[0], "handle", &handle)) return nullptr;
  ObjectId id;
  if (binding == nullptr || binding->client->IdOf(handle, &id) != Status::kOk) return MakeString(env, "");
  constexpr char kDigits[] = "0123456789abcdef";
  uint8_t bytes[sizeof(id)];
  std::memcpy(bytes, &id, sizeof(id));
  std::string text;
  for (const uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return MakeString(env, text);
}

}  // namespace

void DefineReading(napi_env env, napi_value object, Binding* binding) {
  SetFunction(env, object, "state", State, binding);
  SetFunction(env, object, "isWanted", IsWanted, binding);
  SetFunction(env, object, "bytesOf", BytesOf, binding);
  SetFunction(env, object, "read", Read, binding);
  SetFunction(env, object, "open", Open, binding);
  SetFunction(env, object, "taskFinished", TaskFinished, binding);
  SetFunction(env, object, "checkViews", CheckViews, binding);
  SetFunction(env, object, "dropViews", DropViews, binding);
  SetFunction(env, object, "contained", Contained, binding);
  SetFunction(env, object, "free", Free, binding);
  SetFunction(env, object, "lookup", Lookup, binding);
  SetFunction(env, object, "writeId", WriteId, binding);
  SetFunction(env, object, "idString", IdString, binding);
}

}  // namespace mobula::addon
