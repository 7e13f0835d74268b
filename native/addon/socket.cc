#include "native/addon/socket.h"

#include <unistd.h>

#include <cerrno>
#include <iterator>

#include "native/addon/napi_values.h"
#include "native/addon/store_passing.h"
#include "native/platform/local_socket.h"
#include "native/platform/platform.h"

namespace mobula::addon {

namespace {

using Holder = std::shared_ptr<Socket>;

void FinalizeSocket(napi_env, void* holder, void*) {
  delete static_cast<Holder*>(holder);
}

void DeleteReference(napi_env env, napi_ref* reference) {
  if (*reference != nullptr) napi_delete_reference(env, *reference);
  *reference = nullptr;
}

}  // namespace

Socket::~Socket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Socket* Socket::Unwrap(napi_env env, napi_value object) {
  void* holder = nullptr;
  if (napi_unwrap(env, object, &holder) != napi_ok) return nullptr;
  return static_cast<Holder*>(holder)->get();
}

napi_value Socket::New(Environment* environment, int descriptor) {
  const napi_env env = environment->env;
  auto holder = std::make_unique<Holder>(std::make_shared<Socket>(environment, descriptor));
  napi_value constructor, token, result = nullptr;
  napi_get_reference_value(env, environment->socket_class, &constructor);
  // The constructor takes over what the token points to. JavaScript has no way to make such a token.
  napi_create_external(env, holder.get(), nullptr, nullptr, &token);
  if (napi_new_instance(env, constructor, 1, &token, &result) == napi_ok) (void)holder.release();
  return result;
}

napi_value Socket::Construct(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  void* holder = nullptr;
  if (napi_get_value_external(env, arguments[0], &holder) != napi_ok) {
    ThrowTypeError(env, "sockets come from connectSocket and listenSocket");
    return nullptr;
  }
  napi_wrap(env, arguments.receiver, holder, FinalizeSocket, nullptr, nullptr);
  return arguments.receiver;
}

void Socket::OnReady(Entry entry, bool readable, bool writable) {
  const napi_env env = environment_->env;
  napi_value receiver, callback;
  if (readable) {
    napi_get_reference_value(env, object_, &receiver);
    napi_get_reference_value(env, on_readable_, &callback);
    CallJavaScript(env, entry, receiver, callback);
    bool pending = false;
    napi_is_exception_pending(env, &pending);
    if (pending) return;
  }
  // The first callback may have closed the socket, or have lost interest.
  if (writable && watched() && watches_writable_) {
    napi_get_reference_value(env, object_, &receiver);
    napi_get_reference_value(env, on_writable_, &callback);
    CallJavaScript(env, entry, receiver, callback);
  }
}

void Socket::Close() {
  if (descriptor_ < 0) return;
  const std::shared_ptr<Watched> alive = shared_from_this();
  if (watched()) environment_->poller.Unwatch(this);
  ::close(descriptor_);
  descriptor_ = -1;
  DeleteReference(environment_->env, &object_);
  DeleteReference(environment_->env, &on_readable_);
  DeleteReference(environment_->env, &on_writable_);
}

napi_value Socket::Start(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  Socket* socket = Unwrap(env, arguments.receiver);
  if (!ReadFunction(env, arguments[0], "onReadable") || !ReadFunction(env, arguments[1], "onWritable"))
    return nullptr;
  if (socket->descriptor_ < 0) return ThrowErrno(env, EBADF, "start");
  if (socket->watched()) return ThrowErrno(env, EALREADY, "start");
  Poller& poller = socket->environment_->poller;
  const int error = poller.Watch(socket->shared_from_this(), socket->descriptor_);
  if (error != 0) return ThrowErrno(env, -error, "start");
  napi_create_reference(env, arguments.receiver, 1, &socket->object_);
  napi_create_reference(env, arguments[0], 1, &socket->on_readable_);
  napi_create_reference(env, arguments[1], 1, &socket->on_writable_);
  poller.KeepLoopAlive(socket, socket->keeps_loop_alive_);
  poller.WatchWritable(socket, socket->watches_writable_);
  return nullptr;
}

napi_value Socket::Read(napi_env env, napi_callback_info info) {
  const Arguments<3> arguments(env, info);
  const Socket* socket = Unwrap(env, arguments.receiver);
  std::span<uint8_t> target;
  if (!ReadSlice(env, arguments[0], arguments[1], arguments[2], "target", &target)) return nullptr;
  if (socket->descriptor_ < 0) return MakeInt32(env, -1);
  // A read of nothing would look like the end.
  if (target.empty()) return MakeInt32(env, 0);
  return MakeNumber(env, platform::ReceiveBytes(socket->descriptor_, target.data(), target.size()));
}

napi_value Socket::Write(napi_env env, napi_callback_info info) {
  const Arguments<3> arguments(env, info);
  const Socket* socket = Unwrap(env, arguments.receiver);
  std::span<uint8_t> source;
  if (!ReadSlice(env, arguments[0], arguments[1], arguments[2], "source", &source)) return nullptr;
  if (socket->descriptor_ < 0) return MakeInt32(env, -1);
  if (source.empty()) return MakeInt32(env, 0);
  socket->environment_->spinner.Expect();
  return MakeNumber(env, platform::SendBytes(socket->descriptor_, source.data(), source.size()));
}

napi_value Socket::WatchWritable(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Socket* socket = Unwrap(env, arguments.receiver);
  bool on;
  if (!ReadBoolean(env, arguments[0], "on", &on)) return nullptr;
  socket->watches_writable_ = on;
  if (socket->watched()) socket->environment_->poller.WatchWritable(socket, on);
  return nullptr;
}

void Socket::KeepLoopAlive(bool on) {
  keeps_loop_alive_ = on;
  if (watched()) environment_->poller.KeepLoopAlive(this, on);
}

napi_value Socket::Ref(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  Unwrap(env, arguments.receiver)->KeepLoopAlive(true);
  return nullptr;
}

napi_value Socket::Unref(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  Unwrap(env, arguments.receiver)->KeepLoopAlive(false);
  return nullptr;
}

napi_value Socket::CloseMethod(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  Unwrap(env, arguments.receiver)->Close();
  return nullptr;
}

napi_value Socket::GetDescriptor(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  return MakeInt32(env, Unwrap(env, arguments.receiver)->descriptor_);
}

napi_value Socket::Peer(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  platform::Peer peer;
  std::string error;
  if (platform::PeerOf(Unwrap(env, arguments.receiver)->descriptor_, &peer, &error) != Status::kOk) {
    return ThrowErrno(env, EBADF, "getsockopt");
  }
  napi_value result;
  napi_create_object(env, &result);
  SetNumber(env, result, "pid", peer.pid);
  SetNumber(env, result, "uid", peer.uid);
  return result;
}

void Socket::Define(Environment* environment) {
  const auto method = [](const char* name, napi_callback callback) {
    return napi_property_descriptor{name,   nullptr, callback, nullptr, nullptr, nullptr, napi_default_method,
                                    nullptr};
  };
  const napi_property_descriptor properties[] = {
      method("start", Start),
      method("read", Read),
      method("write", Write),
      method("watchWritable", WatchWritable),
      method("ref", Ref),
      method("unref", Unref),
      method("close", CloseMethod),
      method("peer", Peer),
      method("sendStore", SendStore),
      method("receiveStore", ReceiveStore),
      {"descriptor", nullptr, nullptr, GetDescriptor, nullptr, nullptr, napi_default, nullptr},
  };
  const napi_env env = environment->env;
  napi_value constructor;
  napi_define_class(env, "NativeSocket", NAPI_AUTO_LENGTH, Construct, nullptr, std::size(properties),
                    properties, &constructor);
  napi_create_reference(env, constructor, 1, &environment->socket_class);
}

}  // namespace mobula::addon
