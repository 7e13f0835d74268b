// Local stream sockets for TypeScript: the addon does the system calls, TypeScript the framing and buffering.
//
// Every socket is non-blocking, closed on exec, and never raises SIGPIPE. The death of the peer is a result, not an
// exception.
#ifndef MOBULA_ADDON_SOCKET_H_
#define MOBULA_ADDON_SOCKET_H_

#include <node_api.h>

#include <memory>
#include <string>

#include "native/addon/environment.h"

namespace mobula::addon {

// One end of a connection. Owned by its JavaScript object and, while it is started, by the poller too.
class Socket final : public Watched {
 public:
  // Takes over the descriptor.
  Socket(Environment* environment, int descriptor) : environment_(environment), descriptor_(descriptor) {}
  ~Socket() override;

  // -1 once it is closed.
  int descriptor() const { return descriptor_; }
  void OnReady(Entry entry, bool readable, bool writable) override;
  void Close();

  // The socket behind the receiver of a method. V8 has made sure that it is of the class.
  static Socket* Unwrap(napi_env env, napi_value object);
  // A new JavaScript object that owns the descriptor.
  static napi_value New(Environment* environment, int descriptor);
  // Defines the class.
  static void Define(Environment* environment);

 private:
  static napi_value Construct(napi_env env, napi_callback_info info);
  static napi_value Start(napi_env env, napi_callback_info info);
  static napi_value Read(napi_env env, napi_callback_info info);
  static napi_value Write(napi_env env, napi_callback_info info);
  static napi_value WatchWritable(napi_env env, napi_callback_info info);
  static napi_value Ref(napi_env env, napi_callback_info info);
  static napi_value Unref(napi_env env, napi_callback_info info);
  static napi_value CloseMethod(napi_env env, napi_callback_info info);
  static napi_value GetDescriptor(napi_env env, napi_callback_info info);
  static napi_value Peer(napi_env env, napi_callback_info info);
  void KeepLoopAlive(bool on);

  Environment* const environment_;
  int descriptor_;
  bool keeps_loop_alive_ = true;
  bool watches_writable_ = false;
  // Strong while started: a socket in use must not be collected.
  napi_ref object_ = nullptr;
  napi_ref on_readable_ = nullptr;
  napi_ref on_writable_ = nullptr;
};

}  // namespace mobula::addon

#endif  // MOBULA_ADDON_SOCKET_H_
