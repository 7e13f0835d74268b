// What the addon keeps for one Node environment (the main thread or one worker thread).
//
// Thread safety: none; an environment is used by its own thread only. Nothing here is shared between environments.
// Ownership: Node-API owns the Environment as its instance data and deletes it when the environment ends.
#ifndef MOBULA_ADDON_ENVIRONMENT_H_
#define MOBULA_ADDON_ENVIRONMENT_H_

#include <node_api.h>

#include <memory>

#include "native/addon/collector.h"
#include "native/addon/poller.h"
#include "native/addon/spinner.h"

namespace mobula::addon {

class Bindings;

struct Environment {
  explicit Environment(napi_env env);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  static Environment* Of(napi_env env) {
    void* data = nullptr;
    napi_get_instance_data(env, &data);
    return static_cast<Environment*>(data);
  }

  const napi_env env;
  Spinner spinner;
  Poller poller;
  Collector collector;
  // The constructors of the classes that the addon itself makes objects of.
  napi_ref socket_class = nullptr;
  napi_ref listener_class = nullptr;
  // The stores that this environment is or was attached to; their functions outlive their detachment.
  std::unique_ptr<Bindings> bindings;
};

}  // namespace mobula::addon

#endif  // MOBULA_ADDON_ENVIRONMENT_H_
