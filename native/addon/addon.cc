// The addon's entry: one Environment for each Node environment that loads it, and what it exports.

#include <dlfcn.h>

#include <climits>

#include "native/addon/binding.h"
#include "native/addon/die_with.h"
#include "native/addon/environment.h"
#include "native/addon/listener.h"
#include "native/addon/napi_values.h"
#include "native/addon/socket.h"
#include "native/platform/local_socket.h"

namespace mobula::addon {

Environment::Environment(napi_env environment)
    : env(environment),
      spinner(environment),
      poller(environment, &spinner),
      collector(environment),
      bindings(std::make_unique<Bindings>()) {}

Environment::~Environment() = default;

namespace {

// A listener accepts at once; only one that is stopped keeps a connector waiting this long.
constexpr int kConnectMilliseconds = 10'000;

napi_value CreateStore(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  StoreOptions options = {};
  if (!ReadInteger(env, arguments[0], "memory", kMaxSafeInteger, &options.memory_bytes)) return nullptr;
  if (!IsNullish(env, arguments[1]) && !ReadUint32(env, arguments[1], "maxObjects", &options.max_objects)) {
    return nullptr;
  }
  std::unique_ptr<Store> store;
  std::string error;
  const Status status = Store::Create(options, &store, &error);
  if (status != Status::kOk) return ThrowStatus(env, status, "the object store cannot be made: " + error);
  return Binding::Create(static_cast<Environment*>(arguments.data), std::move(store), kRayletSlot);
}

napi_value ConnectSocket(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  std::string path;
  if (!ReadString(env, arguments[0], "path", &path)) return nullptr;
  const int descriptor = platform::ConnectLocal(path, kConnectMilliseconds);
  if (descriptor < 0) return ThrowErrno(env, -descriptor, "connect", path);
  return Socket::New(static_cast<Environment*>(arguments.data), descriptor);
}

napi_value SpinForAnswers(napi_env env, napi_callback_info info) {
  static_cast<Environment*>(Arguments<0>(env, info).data)->spinner.Enable();
  return nullptr;
}

napi_value PumpSockets(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  uint64_t milliseconds;
  if (!ReadInteger(env, arguments[0], "milliseconds", INT_MAX, &milliseconds)) return nullptr;
  bool called = false;
  auto* environment = static_cast<Environment*>(arguments.data);
  if (!environment->poller.Pump(static_cast<int>(milliseconds), &called)) return nullptr;
  return MakeBoolean(env, called);
}

napi_value DieWithProcess(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  uint64_t pid;
  if (!ReadInteger(env, arguments[0], "pid", INT_MAX, &pid)) return nullptr;
  if (pid == 0) return ThrowUnexpected(env, "pid", "that of a process");
  std::string error;
  const Status status = DieWith(static_cast<pid_t>(pid), &error);
  return status == Status::kOk ? nullptr : ThrowStatus(env, status, error);
}

napi_value SetCollector(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  if (!ReadFunction(env, arguments[0], "collect")) return nullptr;
  static_cast<Environment*>(arguments.data)->collector.SetFunction(arguments[0]);
  return nullptr;
}

// Code of the addon runs after the last environment that loaded it has ended: the thread of DieWith, and the deleters
// of backing stores when V8 takes down a worker thread's heap. So it is never unloaded.
void StayLoaded() {
  Dl_info self;
  if (dladdr(reinterpret_cast<void*>(StayLoaded), &self) != 0)
    dlopen(self.dli_fname, RTLD_LAZY | RTLD_NODELETE);
}

}  // namespace

}  // namespace mobula::addon

NAPI_MODULE_INIT() {
  using namespace mobula::addon;
  StayLoaded();
  auto* environment = new Environment(env);
  napi_set_instance_data(
      env, environment, [](napi_env, void* data, void*) { delete static_cast<Environment*>(data); }, nullptr);
  napi_add_env_cleanup_hook(
      env, [](void* data) { static_cast<Environment*>(data)->bindings->DetachAll(); }, environment);
  Socket::Define(environment);
  Listener::Define(environment);
  SetFunction(env, exports, "createStore", CreateStore, environment);
  SetFunction(env, exports, "connectSocket", ConnectSocket, environment);
  SetFunction(env, exports, "listenSocket", Listener::Listen, environment);
  SetFunction(env, exports, "pumpSockets", PumpSockets, environment);
  SetFunction(env, exports, "spinForAnswers", SpinForAnswers, environment);
  SetFunction(env, exports, "dieWith", DieWithProcess, environment);
  SetFunction(env, exports, "setCollector", SetCollector, environment);
  return exports;
}
