// The functions of a store that tell what is in it.

#include "native/addon/binding.h"
#include "native/addon/napi_values.h"
#include "native/store/statistics.h"

namespace mobula::addon {

namespace {

void SetCount(napi_env env, napi_value object, const char* name, uint64_t count) {
  SetNumber(env, object, name, static_cast<double>(count));
}

void SetUse(napi_env env, napi_value object, const char* name, uint64_t objects, uint64_t bytes) {
  napi_value use;
  napi_create_object(env, &use);
  SetCount(env, use, "objects", objects);
  SetCount(env, use, "bytes", bytes);
  napi_set_named_property(env, object, name, use);
}

void SetCounters(napi_env env, napi_value object, const char* name, const ClientCounters& counters) {
  napi_value result;
  napi_create_object(env, &result);
  SetCount(env, result, "puts", counters.puts);
  SetCount(env, result, "gets", counters.gets);
  SetCount(env, result, "bytesCopiedIn", counters.bytes_copied_in);
  SetCount(env, result, "bytesCopiedOut", counters.bytes_copied_out);
  SetCount(env, result, "bytesViewed", counters.bytes_viewed);
  napi_set_named_property(env, object, name, result);
}

napi_value GetStatistics(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  if (binding == nullptr) return nullptr;
  const Statistics statistics = ReadStatistics(*binding->store);
  napi_value result;
  napi_create_object(env, &result);
  SetCount(env, result, "arenaBytes", statistics.arena_bytes);
  SetCount(env, result, "bytesUsed", statistics.bytes_used);
  SetCount(env, result, "bytesPeak", statistics.bytes_peak);
  SetCount(env, result, "bytesTouched", statistics.bytes_touched);
  SetCount(env, result, "entriesUsed", statistics.entries_used);
  SetCount(env, result, "entriesPeak", statistics.entries_peak);
  SetCount(env, result, "maxObjects", statistics.max_objects);
  SetCount(env, result, "recoveries", statistics.recoveries);
  SetCount(env, result, "clients", statistics.clients);
  SetUse(env, result, "pending", statistics.pending.objects, statistics.pending.bytes);
  SetUse(env, result, "drafts", statistics.drafts.objects, statistics.drafts.bytes);
  SetUse(env, result, "sealed", statistics.sealed.objects, statistics.sealed.bytes);
  SetUse(env, result, "freed", statistics.freed.objects, statistics.freed.bytes);
  SetCounters(env, result, "totals", statistics.totals);
  SetCounters(env, result, "own", ReadCounters(*binding->store, binding->client->slot()));
  SetCount(env, result, "tracked", binding->references->tracked());
  SetUse(env, result, "views", binding->views->count(), binding->views->bytes());
  return result;
}

napi_value GetHolders(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  if (binding == nullptr) return nullptr;
  napi_value result;
  napi_create_array(env, &result);
  uint32_t index = 0;
  for (const Holder& holder : ReadHolders(*binding->store)) {
    const HandleScope scope(env);
    napi_value element;
    napi_create_object(env, &element);
    SetCount(env, element, "slot", holder.slot);
    SetCount(env, element, "pid", holder.pid);
    SetCount(env, element, "objects", holder.objects);
    SetCount(env, element, "bytes", holder.bytes);
    napi_set_element(env, result, index++, element);
  }
  return result;
}

napi_value ProgramHolds(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  if (binding == nullptr) return nullptr;
  const size_t count = binding->references->tracked() + binding->views->count() + binding->drafts->count();
  return MakeNumber(env, static_cast<double>(count));
}

}  // namespace

void DefineStatistics(napi_env env, napi_value object, Binding* binding) {
  SetFunction(env, object, "statistics", GetStatistics, binding);
  SetFunction(env, object, "programHolds", ProgramHolds, binding);
  SetFunction(env, object, "holders", GetHolders, binding);
}

}  // namespace mobula::addon
