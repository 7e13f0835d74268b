#include "native/addon/spinner.h"

#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

namespace mobula::addon {

void Spinner::Enable() {
  if (handle_ != nullptr || std::thread::hardware_concurrency() < 2) return;
  napi_get_uv_event_loop(env_, &loop_);
  handle_ = static_cast<uv_prepare_s*>(std::malloc(uv_handle_size(kUvPrepare)));
  if (handle_ == nullptr) return;
  uv_prepare_init(loop_, handle_);
  auto* handle = reinterpret_cast<uv_handle_s*>(handle_);
  uv_handle_set_data(handle, this);
  uv_prepare_start(handle_, OnPrepare);
  uv_unref(handle);
  napi_add_async_cleanup_hook(env_, OnCleanup, this, &cleanup_);
}

void Spinner::OnPrepare(uv_prepare_s* handle) {
  auto* self = static_cast<Spinner*>(uv_handle_get_data(reinterpret_cast<uv_handle_s*>(handle)));
  // 0: something is due at once, and the loop will not block. A timer that is due soon may be late by kLimit.
  if (!self->expecting_ || uv_backend_timeout(self->loop_) == 0) return;
  // The loop's epoll descriptor is itself readable when the loop has an event.
  pollfd polled{uv_backend_fd(self->loop_), POLLIN, 0};
  self->Wait(&polled, 1);
}

void Spinner::Wait(pollfd* polled, size_t count) {
  if (handle_ == nullptr || !expecting_) return;
  expecting_ = false;
  if (skipped_ > 0) {
    --skipped_;
  } else if (Spin(polled, count)) {
    next_skipped_ = 1;
  } else {
    skipped_ = next_skipped_;
    next_skipped_ = std::min(2 * next_skipped_, kMostSkipped);
  }
}

bool Spinner::Spin(pollfd* polled, size_t count) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + kLimit;
  do {
    if (poll(polled, count, 0) != 0) return true;
    sched_yield();
  } while (Clock::now() < deadline);
  return false;
}

void Spinner::OnCleanup(napi_async_cleanup_hook_handle, void* data) {
  auto* self = static_cast<Spinner*>(data);
  uv_close(reinterpret_cast<uv_handle_s*>(self->handle_), OnClosed);
}

void Spinner::OnClosed(uv_handle_s* handle) {
  auto* self = static_cast<Spinner*>(uv_handle_get_data(handle));
  std::free(handle);
  napi_remove_async_cleanup_hook(self->cleanup_);
}

}  // namespace mobula::addon
