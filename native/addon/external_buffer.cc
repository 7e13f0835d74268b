#include "native/addon/external_buffer.h"

#include <dlfcn.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace v8 {
class BackingStore;
class Isolate;
}  // namespace v8

namespace mobula::addon {

namespace {

constexpr uint32_t kFirstTestedNode = 20;
constexpr uint32_t kLastTestedNode = 26;

// Returned like std::unique_ptr<v8::BackingStore>: one pointer, and not trivial, so through memory.
struct UniqueBackingStore {
  v8::BackingStore* pointer;
  UniqueBackingStore(const UniqueBackingStore&) = delete;
  ~UniqueBackingStore() {}
};
using EmptyDeleter = void (*)(void* data, size_t length, void* deleter_data);

struct V8Functions {
  // v8::ArrayBuffer::NewBackingStore(void*, size_t, BackingStore::DeleterCallback, void*)
  UniqueBackingStore (*new_backing_store)(void*, size_t, EmptyDeleter, void*);
  // v8::ArrayBuffer::New(Isolate*, std::shared_ptr<BackingStore>). A napi_value is a v8::Local.
  napi_value (*new_array_buffer)(v8::Isolate*, std::shared_ptr<v8::BackingStore>);
  // v8::Isolate::GetCurrent()
  v8::Isolate* (*current_isolate)();
  // v8::BackingStore::~BackingStore()
  void (*destroy_backing_store)(v8::BackingStore*);
  // v8::BackingStore::EmptyDeleter
  EmptyDeleter empty_deleter;
};

template <typename Function>
bool LookUp(const char* name, Function* function) {
  *function = reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
  return *function != nullptr;
}

// Null where they must not be used.
const V8Functions* FindFunctions(napi_env env) {
  static V8Functions functions;
  const napi_node_version* version = nullptr;
  if (napi_get_node_version(env, &version) != napi_ok || std::strcmp(version->release, "node") != 0 ||
      version->major < kFirstTestedNode || version->major > kLastTestedNode) {
    return nullptr;
  }
  // A V8 with a sandbox takes no memory from outside, in whatever way it is given.
  static char probe;
  napi_value buffer;
  if (napi_create_external_arraybuffer(env, &probe, sizeof(probe), nullptr, nullptr, &buffer) != napi_ok) {
    return nullptr;
  }
  // For tests of what an untested Node gets.
  if (std::getenv("MOBULA_INEXACT_BUFFERS") != nullptr) return nullptr;
  const bool found =
      LookUp("_ZN2v811ArrayBuffer15NewBackingStoreEPvmPFvS1_mS1_ES1_", &functions.new_backing_store) &&
      LookUp("_ZN2v811ArrayBuffer3NewEPNS_7IsolateESt10shared_ptrINS_12BackingStoreEE",
             &functions.new_array_buffer) &&
      LookUp("_ZN2v87Isolate10GetCurrentEv", &functions.current_isolate) &&
      LookUp("_ZN2v812BackingStoreD1Ev", &functions.destroy_backing_store) &&
      LookUp("_ZN2v812BackingStore12EmptyDeleterEPvmS1_", &functions.empty_deleter);
  return found ? &functions : nullptr;
}

const V8Functions* Functions(napi_env env) {
  static const V8Functions* const functions = FindFunctions(env);
  return functions;
}

// What the finalizer of an external ArrayBuffer is to call.
struct Call {
  OnUnreachable on_unreachable;
  void* context;
};

void Finalize(napi_env, void*, void* hint) {
  const std::unique_ptr<Call> call(static_cast<Call*>(hint));
  call->on_unreachable(call->context);
}

}  // namespace

bool HasExactBuffers(napi_env env) {
  return Functions(env) != nullptr;
}

napi_value NewExternalBuffer(napi_env env, void* bytes, size_t length, OnUnreachable on_unreachable,
                             void* context) {
  const V8Functions* v8 = Functions(env);
  if (v8 != nullptr) {
    UniqueBackingStore unique = v8->new_backing_store(bytes, length, v8->empty_deleter, nullptr);
    // The deleter of the shared pointer, not that of the store: that one would not be called (it is empty, so that
    // V8 does not charge the bytes).
    std::shared_ptr<v8::BackingStore> shared(unique.pointer, [v8, on_unreachable, context](auto* store) {
      v8->destroy_backing_store(store);
      ::operator delete(static_cast<void*>(store));
      on_unreachable(context);
    });
    return v8->new_array_buffer(v8->current_isolate(), std::move(shared));
  }
  auto call = std::make_unique<Call>(Call{on_unreachable, context});
  napi_value result = nullptr;
  if (napi_create_external_arraybuffer(env, bytes, length, Finalize, call.get(), &result) != napi_ok) {
    napi_throw_error(env, "ERR_MOBULA_NATIVE_ADDON",
                     "this runtime allows no ArrayBuffers over memory of addons");
    return nullptr;
  }
  (void)call.release();
  return result;
}

}  // namespace mobula::addon
