// Waits a little for an answer before the thread goes to sleep.
//
// To be woken costs 15 to 60 us, on an idle virtual machine more than the whole of a tiny task. So a thread that has
// just sent or received something looks for the next thing for up to kLimit before its event loop blocks, yielding
// the processor to whoever wants it between two looks. Looking in vain makes it rarer: 1, 2, 4, ... 64 waits are let
// pass, until one succeeds again. A thread that has nothing to do with sockets never spins.
#ifndef MOBULA_ADDON_SPINNER_H_
#define MOBULA_ADDON_SPINNER_H_

#include <node_api.h>
#include <poll.h>

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "native/addon/libuv.h"

namespace mobula::addon {

class Spinner {
 public:
  explicit Spinner(napi_env env) : env_(env) {}
  Spinner(const Spinner&) = delete;
  Spinner& operator=(const Spinner&) = delete;

  // From now on. Does nothing when it is on already, or when there is only one processor.
  void Enable();
  // Something was sent or received: the next wait may be short.
  void Expect() { expecting_ = true; }
  // Spins, if it may pay, until one of these is ready. For who is about to block in poll; the event loop is seen to.
  void Wait(pollfd* polled, size_t count);

 private:
  static constexpr std::chrono::microseconds kLimit{50};
  static constexpr uint32_t kMostSkipped = 64;

  static void OnPrepare(uv_prepare_s* handle);
  static void OnCleanup(napi_async_cleanup_hook_handle hook, void* self);
  static void OnClosed(uv_handle_s* handle);
  static bool Spin(pollfd* polled, size_t count);

  const napi_env env_;
  uv_loop_s* loop_ = nullptr;
  uv_prepare_s* handle_ = nullptr;
  napi_async_cleanup_hook_handle cleanup_ = nullptr;
  bool expecting_ = false;
  // Waits to let pass before the next spin, and how many after that if it is in vain.
  uint32_t skipped_ = 0;
  uint32_t next_skipped_ = 1;
};

}  // namespace mobula::addon

#endif  // MOBULA_ADDON_SPINNER_H_
