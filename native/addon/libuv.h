// The few functions of libuv that the addon uses.
//
// node-api-headers ships no <uv.h>, and Node's own headers would have to be downloaded for each version of Node. libuv
// keeps its ABI within 1.x, which every Node that has Node-API 9 uses, and the node executable exports these symbols.
// Handles are opaque here: their size comes from uv_handle_size(), so that no layout is copied.
#ifndef MOBULA_ADDON_LIBUV_H_
#define MOBULA_ADDON_LIBUV_H_

#include <cstddef>

extern "C" {

struct uv_loop_s;
struct uv_handle_s;
struct uv_poll_s;
struct uv_prepare_s;

using uv_close_cb = void (*)(uv_handle_s* handle);
using uv_prepare_cb = void (*)(uv_prepare_s* handle);
using uv_poll_cb = void (*)(uv_poll_s* handle, int status, int events);

size_t uv_handle_size(int type);
int uv_poll_init(uv_loop_s* loop, uv_poll_s* handle, int descriptor);
int uv_poll_start(uv_poll_s* handle, int events, uv_poll_cb callback);
int uv_poll_stop(uv_poll_s* handle);
int uv_prepare_init(uv_loop_s* loop, uv_prepare_s* handle);
int uv_prepare_start(uv_prepare_s* handle, uv_prepare_cb callback);
// The descriptor of the loop's epoll; how long, in milliseconds, the loop would block for now (-1: no limit).
int uv_backend_fd(const uv_loop_s* loop);
int uv_backend_timeout(const uv_loop_s* loop);
void uv_close(uv_handle_s* handle, uv_close_cb callback);
void uv_ref(uv_handle_s* handle);
void uv_unref(uv_handle_s* handle);
const char* uv_err_name(int error);
const char* uv_strerror(int error);
void* uv_handle_get_data(const uv_handle_s* handle);
void uv_handle_set_data(uv_handle_s* handle, void* data);
}

namespace mobula::addon {

// Values of uv_handle_type and uv_poll_event, fixed by libuv's ABI.
inline constexpr int kUvPoll = 8;
inline constexpr int kUvPrepare = 9;
inline constexpr int kUvReadable = 1;
inline constexpr int kUvWritable = 2;

}  // namespace mobula::addon

#endif  // MOBULA_ADDON_LIBUV_H_
