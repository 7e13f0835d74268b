#include "native/addon/collector.h"

#include "native/addon/napi_values.h"

namespace mobula::addon {

bool CollectionWatch::Happened() const {
  if (sentinel_ == nullptr) return true;
  const HandleScope scope(env_);
  napi_value object = nullptr;
  napi_get_reference_value(env_, sentinel_, &object);
  return object == nullptr;
}

void CollectionWatch::Restart() {
  if (sentinel_ != nullptr) napi_delete_reference(env_, sentinel_);
  sentinel_ = nullptr;
  const HandleScope scope(env_);
  napi_value object;
  if (napi_create_object(env_, &object) == napi_ok) napi_create_reference(env_, object, 0, &sentinel_);
}

void Collector::SetFunction(napi_value function) {
  if (function_ != nullptr) napi_delete_reference(env_, function_);
  napi_create_reference(env_, function, 1, &function_);
}

void Collector::Call(bool full) {
  if (function_ == nullptr) return;
  const HandleScope scope(env_);
  napi_value function, receiver;
  const napi_value argument = MakeBoolean(env_, full);
  napi_get_reference_value(env_, function_, &function);
  napi_get_undefined(env_, &receiver);
  // It fails only while the environment is being stopped; the exception stays pending then, as for any call.
  napi_call_function(env_, receiver, function, 1, &argument, nullptr);
}

}  // namespace mobula::addon
