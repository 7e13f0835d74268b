// One store as one environment uses it, and the JavaScript object that stands for it.
//
// The functions of that object are made for one binding each and get it as their data: no receiver is looked at, and
// no object unwrapped, in the functions that hot loops call.
//
// Thread safety: none; belongs to one environment.
// Ownership: the environment owns its bindings until it ends, for functions of a detached store may still be called.
#ifndef MOBULA_ADDON_BINDING_H_
#define MOBULA_ADDON_BINDING_H_

#include <node_api.h>

#include <memory>
#include <string>
#include <vector>

#include "native/addon/collector.h"
#include "native/addon/drafts.h"
#include "native/addon/environment.h"
#include "native/addon/pressure.h"
#include "native/addon/references.h"
#include "native/addon/views.h"
#include "native/store/census.h"
#include "native/store/client.h"

namespace mobula::addon {

class Binding {
 public:
  // Makes the JavaScript object of a store in which `slot` is this environment's. The raylet's has more functions.
  static napi_value Create(Environment* environment, std::unique_ptr<Store> store, uint32_t slot);
  // The binding behind such an object; throws a TypeError and returns null for anything else.
  static Binding* FromArgument(napi_env env, napi_value value, const char* name);

  // Of a function's data. Null after detachment; Need then throws.
  static Binding* If(void* data);
  static Binding* Need(napi_env env, void* data);

  Binding(Environment* environment, std::unique_ptr<Store> store, uint32_t slot);
  Binding(const Binding&) = delete;
  Binding& operator=(const Binding&) = delete;

  // Gives everything of this environment back. Idempotent.
  void Detach(bool environment_ends);

  // Runs an operation that may find the store full, again as often as this environment finds something to give back.
  template <typename Operation>
  Status WithRoom(const Operation& operation) {
    Status status = operation();
    for (int round = 0; status == Status::kFull && MakeRoom(round); ++round) status = operation();
    return status;
  }

  // Counts bytes that this environment made or viewed, and collects when it is time.
  void CountBytes(uint64_t bytes) {
    if (pressure.Add(bytes)) Relieve();
  }

  void Sweep(bool force);

  // While attached, all of these are there.
  std::shared_ptr<Store> store;
  std::unique_ptr<Client> client;
  std::unique_ptr<References> references;
  std::unique_ptr<Views> views;
  std::unique_ptr<Drafts> drafts;
  Pressure pressure;
  // For the ids of allocated objects, see AllocationId.
  uint64_t allocations = 0;
  // Objects of a dead client that an unfinished reclaimSlot has found.
  std::vector<Handle> orphans;
  // What the raylet's objectChanges has told of.
  Census census;

  // Reused, so that the hot functions do not allocate.
  std::vector<Handle> handles;
  std::vector<Handle> more_handles;
  std::vector<BufferSource> sources;

 private:
  bool MakeRoom(int round);
  void Relieve();
  // Whether a collection of the young generation could give anything back.
  bool AnyNewcomers() const {
    return references->AnyNewcomers() || views->newcomers.any() || drafts->newcomers.any();
  }

  Environment* const environment_;
};

// The bindings of an environment.
class Bindings {
 public:
  Binding* Add(std::unique_ptr<Binding> binding);
  void DetachAll();

 private:
  std::vector<std::unique_ptr<Binding>> bindings_;
};

// The id in `bytes[offset, offset + 16)`; false with a TypeError pending.
bool ReadId(napi_env env, napi_value bytes, napi_value offset, ObjectId* id);

// Throws what a status other than kOk means to a caller of TypeScript. Returns nullptr.
napi_value ThrowStatus(napi_env env, Status status, const std::string& message);

// Each defines some of the functions of NativeStore (lib/store/native.ts) on a store's object.
void DefineWriting(napi_env env, napi_value object, Binding* binding);
void DefineReading(napi_env env, napi_value object, Binding* binding);
void DefineReferences(napi_env env, napi_value object, Binding* binding);
void DefineTasks(napi_env env, napi_value object, Binding* binding);
void DefineStatistics(napi_env env, napi_value object, Binding* binding);
void DefineRaylet(napi_env env, napi_value object, Binding* binding);

}  // namespace mobula::addon

#endif  // MOBULA_ADDON_BINDING_H_
