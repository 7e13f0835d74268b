// The functions that only the store of the raylet has.

#include <bit>
#include <vector>

#include "native/addon/binding.h"
#include "native/addon/napi_values.h"
#include "native/store/census.h"
#include "native/store/check.h"

namespace mobula::addon {

namespace {

// How long the raylet waits for a client that keeps the lock: it has been stopped, or its machine thrashes.
constexpr int kReclaimMilliseconds = 1000;

napi_value ClaimSlot(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  uint32_t pid, slot;
  if (binding == nullptr || !ReadUint32(env, arguments[0], "pid", &pid)) return nullptr;
  const Status status = binding->client->ClaimSlot(pid, &slot);
  if (status != Status::kOk)
    return ThrowStatus(env, status, "all places for clients of the object store are taken");
  return MakeNumber(env, slot);
}

napi_value ReclaimSlot(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  uint64_t slot;
  if (binding == nullptr || !ReadInteger(env, arguments[0], "slot", kSlotCount - 1, &slot)) return nullptr;
  const Status status =
      binding->client->ReclaimSlot(static_cast<uint32_t>(slot), kReclaimMilliseconds, &binding->orphans);
  if (status == Status::kInvalid) return ThrowStatus(env, status, "the slot must be that of another client");
  if (status != Status::kOk)
    return ThrowStatus(env, status, "the lock of the object store was not to be had");
  // A client that died while a container was taken apart has left the rest of it.
  binding->client->Reap();
  const napi_value result = MakeHandles(env, binding->orphans);
  binding->orphans.clear();
  return result;
}

napi_value Running(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  uint64_t slot;
  if (binding == nullptr || !ReadInteger(env, arguments[0], "slot", kSlotCount - 1, &slot)) return nullptr;
  return MakeHandleValue(env, binding->client->Running(static_cast<uint32_t>(slot)));
}

napi_value TakeWaiters(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  Handle handle;
  if (binding == nullptr || !ReadHandle(env, arguments[0], "handle", &handle)) return nullptr;
  uint64_t bits[kSlotCount / 64];
  binding->client->TakeWaiters(handle, bits);
  napi_value result;
  napi_create_array(env, &result);
  uint32_t count = 0;
  for (uint32_t part = 0; part < std::size(bits); ++part) {
    for (uint64_t left = bits[part]; left != 0; left &= left - 1) {
      const int slot = static_cast<int>(part) * 64 + std::countr_zero(left);
      napi_set_element(env, result, count++, MakeInt32(env, slot));
    }
  }
  return result;
}

napi_value MakeIds(napi_env env, const std::vector<ObjectId>& ids) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(ids.data());
  return MakeBytes(env, {bytes, ids.size() * sizeof(ObjectId)});
}

napi_value ObjectChanges(napi_env env, napi_callback_info info) {
  const Arguments<4> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  CensusLimits limits;
  if (binding == nullptr || !ReadUint32(env, arguments[0], "bigBytes", &limits.big_bytes) ||
      !ReadUint32(env, arguments[1], "mostBig", &limits.most_big) ||
      !ReadUint32(env, arguments[2], "mostSmall", &limits.most_small) ||
      !ReadUint32(env, arguments[3], "mostEntries", &limits.most_entries)) {
    return nullptr;
  }
  const CensusChanges changes = binding->census.Look(*binding->store, limits);
  napi_value result;
  napi_create_object(env, &result);
  napi_set_named_property(env, result, "added", MakeIds(env, changes.added));
  napi_set_named_property(env, result, "removed", MakeIds(env, changes.removed));
  return result;
}

napi_value Check(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  if (binding == nullptr) return nullptr;
  napi_value result;
  napi_create_array(env, &result);
  uint32_t count = 0;
  for (const std::string& line : CheckInvariants(*binding->store)) {
    napi_set_element(env, result, count++, MakeString(env, line));
  }
  return result;
}

}  // namespace

void DefineRaylet(napi_env env, napi_value object, Binding* binding) {
  SetFunction(env, object, "claimSlot", ClaimSlot, binding);
  SetFunction(env, object, "reclaimSlot", ReclaimSlot, binding);
  SetFunction(env, object, "running", Running, binding);
  SetFunction(env, object, "takeWaiters", TakeWaiters, binding);
  SetFunction(env, object, "objectChanges", ObjectChanges, binding);
  SetFunction(env, object, "check", Check, binding);
}

}  // namespace mobula::addon
