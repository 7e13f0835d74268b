// ArrayBuffers over memory that is not V8's.
//
// The memory of an object must never be given back while JavaScript can still see it, and must be given back soon
// after JavaScript cannot. Both have to hold in a loop that never returns to the event loop, and whatever the
// program does with the ArrayBuffer. Measured on Node 20, 22, 24 and 26:
//
//   - The finalizer of napi_create_external_arraybuffer comes when the memory is unreachable, but only from the
//     event loop.
//   - A weak reference is cleared by the collector itself, but says nothing once the memory has moved to another
//     ArrayBuffer: transfer() (Node >= 22), and byte streams and BYOB reads on 20 and 22, move it.
//   - worker_threads.markAsUntransferable stops that on 24 and 26 only, and there Node aborts when an environment
//     ends with such a buffer (it detaches its external buffers with Check()). A detach key makes transfer() abort
//     the process on 22 and a byte stream on 20.
//   - V8 charges such a buffer to its heap and answers with major collections.
//
// V8's own interface has the right thing: a backing store is held by a std::shared_ptr, so its deleter runs at the
// moment when the last holder lets go, on whatever thread, without the event loop; and one with BackingStore::
// EmptyDeleter is not charged. V8's headers are not used (an addon built with them fits one Node version): the five
// functions are looked up by name at run time, and only on the Node versions on which this was tested, whose ABI is
// frozen. On any other Node, the first of the four facts above is what is left.
#ifndef MOBULA_ADDON_EXTERNAL_BUFFER_H_
#define MOBULA_ADDON_EXTERNAL_BUFFER_H_

#include <node_api.h>

#include <cstddef>

namespace mobula::addon {

// Runs once, when nothing can reach the memory any more. On any thread, perhaps inside a garbage collection: it must
// use neither Node-API nor JavaScript.
using OnUnreachable = void (*)(void* context);

// Whether OnUnreachable runs as soon as the memory is unreachable; else it waits for the event loop.
bool HasExactBuffers(napi_env env);

// An ArrayBuffer over `bytes`, length >= 1. Null with an exception pending when there is none to be had; then
// `on_unreachable` will not run.
napi_value NewExternalBuffer(napi_env env, void* bytes, size_t length, OnUnreachable on_unreachable,
                             void* context);

}  // namespace mobula::addon

#endif  // MOBULA_ADDON_EXTERNAL_BUFFER_H_
