// Getting V8 to collect when it is the store that fills up: V8 does not see the bytes behind refs and views.
//
// Thread safety: none; belongs to one environment.
#ifndef MOBULA_ADDON_COLLECTOR_H_
#define MOBULA_ADDON_COLLECTOR_H_

#include <node_api.h>

#include <cstdint>

namespace mobula::addon {

// Tells whether V8 has collected garbage since a moment: a weak reference to an object that nobody else ever had is
// cleared by the next collection of any kind.
class CollectionWatch {
 public:
  explicit CollectionWatch(napi_env env) : env_(env) {}
  CollectionWatch(const CollectionWatch&) = delete;
  CollectionWatch& operator=(const CollectionWatch&) = delete;
  // The reference is left to the environment's end: the destructor may run when it is too late for Node-API.

  // True before the first Restart.
  bool Happened() const;
  void Restart();

 private:
  const napi_env env_;
  napi_ref sentinel_ = nullptr;
};

// Asks V8 to collect, through a function that TypeScript provides.
class Collector {
 public:
  explicit Collector(napi_env env) : env_(env) {}

  // `function(full: boolean)`; collects before it returns.
  void SetFunction(napi_value function);
  // The young generation: about a millisecond.
  void CollectYoung() { Call(false); }
  // The whole heap.
  void CollectAll() { Call(true); }

 private:
  void Call(bool full);

  const napi_env env_;
  napi_ref function_ = nullptr;
};

}  // namespace mobula::addon

#endif  // MOBULA_ADDON_COLLECTOR_H_
