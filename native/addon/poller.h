// Watches descriptors in libuv's loop, and, for code that blocks the thread, outside of it.
//
// A uv_poll handle in the addon, and not a net.Socket: net.Socket sends nothing while a synchronous loop runs, cannot
// pass descriptors, and cannot be read while JavaScript blocks the thread.
#ifndef MOBULA_ADDON_POLLER_H_
#define MOBULA_ADDON_POLLER_H_

#include <node_api.h>

#include <memory>
#include <vector>

#include "native/addon/libuv.h"
#include "native/addon/spinner.h"

namespace mobula::addon {

class Poller;

// Calls `function` on `receiver`. In the event loop this opens a callback scope (microtasks and ticks run after it)
// and an exception becomes an uncaughtException. Inside a pump it is a plain call, and an exception stays pending.
enum class Entry { kLoop, kPump };
void CallJavaScript(napi_env env, Entry entry, napi_value receiver, napi_value function, size_t count = 0,
                    const napi_value* arguments = nullptr);

// Something with a descriptor that is watched.
class Watched : public std::enable_shared_from_this<Watched> {
 public:
  virtual ~Watched() = default;
  // The descriptor is readable (or at its end, or broken), writable, or both. Runs JavaScript, which may close this
  // and others; the caller keeps this alive. Must leave an exception pending in a pump and none in the loop.
  virtual void OnReady(Entry entry, bool readable, bool writable) = 0;

  bool watched() const { return handle_ != nullptr; }

 private:
  friend class Poller;
  // Set while it is watched.
  uv_poll_s* handle_ = nullptr;
  Poller* poller_ = nullptr;
  int descriptor_ = -1;
  int events_ = 0;
};

class Poller {
 public:
  // Tells the spinner of everything that arrives.
  Poller(napi_env env, Spinner* spinner);
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // Watches `descriptor` for reading. Keeps `watched` alive until Unwatch. Returns 0 or a negative errno.
  // REQUIRES: it is not watched, and the descriptor is its own and non-blocking.
  int Watch(const std::shared_ptr<Watched>& watched, int descriptor);
  // REQUIRES: `watched` is watched.
  void WatchWritable(Watched* watched, bool on);
  void KeepLoopAlive(Watched* watched, bool on);
  // After this the descriptor may be closed at once, and OnReady is not called again.
  void Unwatch(Watched* watched);

  // Polls everything watched for at most `milliseconds` (-1: no limit) and calls OnReady of what is ready. Safe
  // against any of them being closed or added meanwhile, and may be called from OnReady. Sets `*called` if something
  // was ready. False: an exception is pending; what had not been called yet stays ready for the next time.
  bool Pump(int milliseconds, bool* called);

 private:
  static void OnPoll(uv_poll_s* handle, int status, int events);
  static void OnClosed(uv_handle_s* handle);
  static void OnCleanup(napi_async_cleanup_hook_handle hook, void* self);
  void Restart(Watched* watched);
  void FinishCleanup();

  const napi_env env_;
  Spinner* const spinner_;
  uv_loop_s* loop_ = nullptr;
  std::vector<std::shared_ptr<Watched>> watched_;
  // Handles that libuv still knows, those being closed included.
  size_t open_handles_ = 0;
  // Set while the environment ends and waits for the handles to be closed.
  napi_async_cleanup_hook_handle cleanup_ = nullptr;
};

}  // namespace mobula::addon

#endif  // MOBULA_ADDON_POLLER_H_
