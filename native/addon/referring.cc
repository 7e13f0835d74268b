// The functions of a store that count references.

#include "native/addon/binding.h"
#include "native/addon/napi_values.h"

namespace mobula::addon {

namespace {

napi_value Track(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  Handle handle;
  if (binding == nullptr || !ReadHandle(env, arguments[1], "handle", &handle)) return nullptr;
  return MakeHandleValue(env, binding->references->Track(arguments[0], handle));
}

napi_value Untrack(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Binding* binding = Binding::If(arguments.data);
  References::Ticket ticket;
  if (binding == nullptr || !ReadInteger(env, arguments[0], "ticket", References::kMaxTicket, &ticket))
    return nullptr;
  binding->references->Untrack(ticket);
  return nullptr;
}

napi_value Hold(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  Handle handle;
  if (binding == nullptr || !ReadHandle(env, arguments[0], "handle", &handle)) return nullptr;
  return MakeBoolean(env, binding->references->Hold(handle));
}

napi_value Release(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Binding* binding = Binding::If(arguments.data);
  Handle handle;
  if (binding == nullptr || !ReadHandle(env, arguments[0], "handle", &handle)) return nullptr;
  binding->references->Release(handle);
  return nullptr;
}

napi_value SetWatched(napi_env env, napi_callback_info info, bool on) {
  const Arguments<1> arguments(env, info);
  Binding* binding = Binding::If(arguments.data);
  Handle handle;
  if (binding == nullptr || !ReadHandle(env, arguments[0], "handle", &handle)) return nullptr;
  binding->references->WatchDrop(handle, on);
  return nullptr;
}

napi_value WatchDrop(napi_env env, napi_callback_info info) {
  return SetWatched(env, info, true);
}

napi_value UnwatchDrop(napi_env env, napi_callback_info info) {
  return SetWatched(env, info, false);
}

napi_value Sweep(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Binding* binding = Binding::If(arguments.data);
  bool force = false;
  if (!IsNullish(env, arguments[0]) && !ReadBoolean(env, arguments[0], "force", &force)) return nullptr;
  if (binding == nullptr) return nullptr;
  binding->Sweep(force);
  const std::vector<Handle> dropped = binding->references->TakeDropped();
  return dropped.empty() ? nullptr : MakeHandles(env, dropped);
}

}  // namespace

void DefineReferences(napi_env env, napi_value object, Binding* binding) {
  SetFunction(env, object, "track", Track, binding);
  SetFunction(env, object, "untrack", Untrack, binding);
  SetFunction(env, object, "hold", Hold, binding);
  SetFunction(env, object, "release", Release, binding);
  SetFunction(env, object, "watchDrop", WatchDrop, binding);
  SetFunction(env, object, "unwatchDrop", UnwatchDrop, binding);
  SetFunction(env, object, "sweep", Sweep, binding);
}

}  // namespace mobula::addon
