#include "native/addon/poller.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>

#include "native/addon/napi_values.h"

namespace mobula::addon {

void CallJavaScript(napi_env env, Entry entry, napi_value receiver, napi_value function, size_t count,
                    const napi_value* arguments) {
  if (entry == Entry::kPump) {
    napi_call_function(env, receiver, function, count, arguments, nullptr);
    return;
  }
  napi_make_callback(env, nullptr, receiver, function, count, arguments, nullptr);
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (!pending) return;
  napi_value exception = nullptr;
  if (napi_get_and_clear_last_exception(env, &exception) == napi_ok) napi_fatal_exception(env, exception);
}

Poller::Poller(napi_env env, Spinner* spinner) : env_(env), spinner_(spinner) {
  napi_get_uv_event_loop(env, &loop_);
  napi_add_async_cleanup_hook(env, OnCleanup, this, nullptr);
}

int Poller::Watch(const std::shared_ptr<Watched>& watched, int descriptor) {
  auto* handle = static_cast<uv_poll_s*>(std::malloc(uv_handle_size(kUvPoll)));
  if (handle == nullptr) return -ENOMEM;
  const int error = uv_poll_init(loop_, handle, descriptor);
  if (error != 0) {
    std::free(handle);
    return error;
  }
  ++open_handles_;
  watched->poller_ = this;
  watched->handle_ = handle;
  watched->descriptor_ = descriptor;
  watched->events_ = kUvReadable;
  watched_.push_back(watched);
  Restart(watched.get());
  return 0;
}

void Poller::WatchWritable(Watched* watched, bool on) {
  const int events = on ? kUvReadable | kUvWritable : kUvReadable;
  if (events == watched->events_) return;
  watched->events_ = events;
  Restart(watched);
}

void Poller::KeepLoopAlive(Watched* watched, bool on) {
  auto* handle = reinterpret_cast<uv_handle_s*>(watched->handle_);
  if (on) {
    uv_ref(handle);
  } else {
    uv_unref(handle);
  }
}

void Poller::Restart(Watched* watched) {
  auto* handle = reinterpret_cast<uv_handle_s*>(watched->handle_);
  uv_handle_set_data(handle, watched);
  uv_poll_start(watched->handle_, watched->events_, OnPoll);
}

void Poller::Unwatch(Watched* watched) {
  auto* handle = reinterpret_cast<uv_handle_s*>(watched->handle_);
  watched->handle_ = nullptr;
  // The closing callback comes later, maybe after the end of `watched`: it belongs to the poller.
  uv_handle_set_data(handle, this);
  uv_close(handle, OnClosed);
  // Last: this may end the life of `watched`.
  std::erase_if(watched_, [watched](const auto& other) { return other.get() == watched; });
}

void Poller::OnClosed(uv_handle_s* handle) {
  auto* self = static_cast<Poller*>(uv_handle_get_data(handle));
  std::free(handle);
  --self->open_handles_;
  self->FinishCleanup();
}

void Poller::OnPoll(uv_poll_s* handle, int status, int events) {
  auto* raw = static_cast<Watched*>(uv_handle_get_data(reinterpret_cast<uv_handle_s*>(handle)));
  const std::shared_ptr<Watched> watched = raw->shared_from_this();
  Poller* self = watched->poller_;
  self->spinner_->Expect();
  HandleScope scope(self->env_);
  // An error (EPOLLERR) stops the handle: reading says which error, after the bytes that came before it.
  if (status < 0) self->Restart(raw);
  watched->OnReady(Entry::kLoop, status < 0 || (events & kUvReadable) != 0, (events & kUvWritable) != 0);
}

bool Poller::Pump(int milliseconds, bool* called) {
  using Clock = std::chrono::steady_clock;
  *called = false;
  const auto deadline = Clock::now() + std::chrono::milliseconds(milliseconds);
  // Copies: JavaScript may close and open sockets while these are gone through.
  const std::vector<std::shared_ptr<Watched>> snapshot = watched_;
  std::vector<pollfd> polled;
  polled.reserve(snapshot.size());
  for (const auto& watched : snapshot) {
    const bool writable = (watched->events_ & kUvWritable) != 0;
    polled.push_back({watched->descriptor_, static_cast<short>(POLLIN | (writable ? POLLOUT : 0)), 0});
  }
  if (milliseconds != 0) spinner_->Wait(polled.data(), polled.size());
  int wait = milliseconds;
  int ready;
  while ((ready = poll(polled.data(), polled.size(), wait)) < 0 && errno == EINTR) {
    if (milliseconds < 0) continue;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    wait = static_cast<int>(std::max<decltype(left)>(left, 0));
  }
  for (size_t index = 0; ready > 0 && index < polled.size(); ++index) {
    const short events = polled[index].revents;
    Watched* watched = snapshot[index].get();
    if (events == 0 || !watched->watched()) continue;
    *called = true;
    spinner_->Expect();
    HandleScope scope(env_);
    watched->OnReady(Entry::kPump, (events & ~POLLOUT) != 0, (events & POLLOUT) != 0);
    bool pending = false;
    napi_is_exception_pending(env_, &pending);
    if (pending) return false;
  }
  return true;
}

void Poller::OnCleanup(napi_async_cleanup_hook_handle hook, void* data) {
  auto* self = static_cast<Poller*>(data);
  self->cleanup_ = hook;
  while (!self->watched_.empty()) self->Unwatch(self->watched_.back().get());
  self->FinishCleanup();
}

void Poller::FinishCleanup() {
  if (cleanup_ == nullptr || open_handles_ > 0) return;
  napi_remove_async_cleanup_hook(cleanup_);
  cleanup_ = nullptr;
}

}  // namespace mobula::addon
