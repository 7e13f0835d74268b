// Listening for connections on a local socket.
#ifndef MOBULA_ADDON_LISTENER_H_
#define MOBULA_ADDON_LISTENER_H_

#include <node_api.h>

#include <memory>
#include <string>

#include "native/addon/environment.h"

namespace mobula::addon {

// Owned by its JavaScript object and, until it is closed, by the poller too.
class Listener final : public Watched {
 public:
  // Takes over the descriptor, which is bound to `path`.
  Listener(Environment* environment, int descriptor, std::string path);
  ~Listener() override;

  void OnReady(Entry entry, bool readable, bool writable) override;

  // Defines the class.
  static void Define(Environment* environment);
  // listenSocket
  static napi_value Listen(napi_env env, napi_callback_info info);

 private:
  static napi_value Construct(napi_env env, napi_callback_info info);
  static Listener* Unwrap(napi_env env, napi_callback_info info);
  static napi_value Ref(napi_env env, napi_callback_info info);
  static napi_value Unref(napi_env env, napi_callback_info info);
  static napi_value CloseMethod(napi_env env, napi_callback_info info);
  int Accept();
  void Close();

  Environment* const environment_;
  int descriptor_;
  // Kept for the day when the process has no descriptor left, see Accept.
  int spare_descriptor_;
  const std::string path_;
  napi_ref on_connection_ = nullptr;
};

}  // namespace mobula::addon

#endif  // MOBULA_ADDON_LISTENER_H_
