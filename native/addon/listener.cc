#include "native/addon/listener.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>
#include <utility>

#include "native/addon/napi_values.h"
#include "native/addon/socket.h"
#include "native/platform/local_socket.h"

namespace mobula::addon {

namespace {

using Holder = std::shared_ptr<Listener>;

void FinalizeListener(napi_env, void* holder, void*) {
  delete static_cast<Holder*>(holder);
}

int OpenSpare() {
  return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

}  // namespace

Listener::Listener(Environment* environment, int descriptor, std::string path)
    : environment_(environment),
      descriptor_(descriptor),
      spare_descriptor_(OpenSpare()),
      path_(std::move(path)) {}

Listener::~Listener() {
  // The environment ended without Close: the file goes all the same.
  if (descriptor_ >= 0) {
    ::close(descriptor_);
    ::unlink(path_.c_str());
  }
  if (spare_descriptor_ >= 0) ::close(spare_descriptor_);
}

int Listener::Accept() {
  const int descriptor = platform::AcceptLocal(descriptor_);
  if ((descriptor != -EMFILE && descriptor != -ENFILE) || spare_descriptor_ < 0) return descriptor;
  // No descriptor left: the connection stays in the queue and the listener stays ready, for ever. So it is accepted
  // with the spare one and closed at once, which the other side can see.
  ::close(spare_descriptor_);
  const int refused = platform::AcceptLocal(descriptor_);
  if (refused >= 0) ::close(refused);
  spare_descriptor_ = OpenSpare();
  return refused >= 0 ? -ECONNABORTED : refused;
}

void Listener::OnReady(Entry entry, bool, bool) {
  const napi_env env = environment_->env;
  for (;;) {
    // The callback may close the listener.
    if (!watched()) return;
    const int descriptor = Accept();
    if (descriptor == -ECONNABORTED) continue;
    if (descriptor < 0) return;
    const HandleScope scope(env);
    napi_value receiver, callback;
    napi_value socket = Socket::New(environment_, descriptor);
    if (socket == nullptr) return;
    napi_get_global(env, &receiver);
    napi_get_reference_value(env, on_connection_, &callback);
    CallJavaScript(env, entry, receiver, callback, 1, &socket);
    bool pending = false;
    napi_is_exception_pending(env, &pending);
    if (pending) return;
  }
}

void Listener::Close() {
  if (descriptor_ < 0) return;
  const std::shared_ptr<Watched> alive = shared_from_this();
  if (watched()) environment_->poller.Unwatch(this);
  // The file first: whoever comes now is refused and does not wait in a queue that nobody serves.
  ::unlink(path_.c_str());
  ::close(descriptor_);
  descriptor_ = -1;
  napi_delete_reference(environment_->env, on_connection_);
  on_connection_ = nullptr;
}

napi_value Listener::Listen(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  auto* environment = static_cast<Environment*>(arguments.data);
  std::string path;
  if (!ReadString(env, arguments[0], "path", &path) || !ReadFunction(env, arguments[1], "onConnection")) {
    return nullptr;
  }
  const int descriptor = platform::ListenLocal(path);
  if (descriptor < 0) return ThrowErrno(env, -descriptor, "listen", path);
  auto listener = std::make_shared<Listener>(environment, descriptor, path);
  const int error = environment->poller.Watch(listener, descriptor);
  if (error != 0) return ThrowErrno(env, -error, "listen", path);
  napi_create_reference(env, arguments[1], 1, &listener->on_connection_);

  auto holder = std::make_unique<Holder>(std::move(listener));
  napi_value constructor, token, result = nullptr;
  napi_get_reference_value(env, environment->listener_class, &constructor);
  napi_create_external(env, holder.get(), nullptr, nullptr, &token);
  if (napi_new_instance(env, constructor, 1, &token, &result) == napi_ok) (void)holder.release();
  return result;
}

napi_value Listener::Construct(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  void* holder = nullptr;
  if (napi_get_value_external(env, arguments[0], &holder) != napi_ok) {
    ThrowTypeError(env, "listeners come from listenSocket");
    return nullptr;
  }
  napi_wrap(env, arguments.receiver, holder, FinalizeListener, nullptr, nullptr);
  return arguments.receiver;
}

Listener* Listener::Unwrap(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  void* holder = nullptr;
  napi_unwrap(env, arguments.receiver, &holder);
  return static_cast<Holder*>(holder)->get();
}

napi_value Listener::Ref(napi_env env, napi_callback_info info) {
  Listener* listener = Unwrap(env, info);
  if (listener->watched()) listener->environment_->poller.KeepLoopAlive(listener, true);
  return nullptr;
}

napi_value Listener::Unref(napi_env env, napi_callback_info info) {
  Listener* listener = Unwrap(env, info);
  if (listener->watched()) listener->environment_->poller.KeepLoopAlive(listener, false);
  return nullptr;
}

napi_value Listener::CloseMethod(napi_env env, napi_callback_info info) {
  Unwrap(env, info)->Close();
  return nullptr;
}

void Listener::Define(Environment* environment) {
  const napi_property_descriptor properties[] = {
      {"close", nullptr, CloseMethod, nullptr, nullptr, nullptr, napi_default_method, nullptr},
      {"ref", nullptr, Ref, nullptr, nullptr, nullptr, napi_default_method, nullptr},
      {"unref", nullptr, Unref, nullptr, nullptr, nullptr, napi_default_method, nullptr},
  };
  const napi_env env = environment->env;
  napi_value constructor;
  napi_define_class(env, "NativeListener", NAPI_AUTO_LENGTH, Construct, nullptr, std::size(properties),
                    properties, &constructor);
  napi_create_reference(env, constructor, 1, &environment->listener_class);
}

}  // namespace mobula::addon
