// Arrays that are written inside the store: writable ArrayBuffers over drafts.
//
// The ArrayBuffer shows the shared mapping. Before the draft is sealed it is detached, so that nobody can write into
// what others read; and a draft's block is not given back before nothing can reach the memory any more.
//
// Thread safety: belongs to one environment; only an ArrayBuffer's death may be noticed on another thread.
#ifndef MOBULA_ADDON_DRAFTS_H_
#define MOBULA_ADDON_DRAFTS_H_

#include <node_api.h>

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "native/addon/mapped_buffer.h"
#include "native/addon/pressure.h"
#include "native/store/client.h"

namespace mobula::addon {

// Bytes of meta that a finished draft may have.
inline constexpr uint32_t kDraftMetaCapacity = 512;

class Drafts {
 public:
  Drafts(napi_env env, Client* client, std::shared_ptr<Store> store);
  Drafts(const Drafts&) = delete;
  Drafts& operator=(const Drafts&) = delete;

  // A draft with one buffer, and the ArrayBuffer over it, which is null, with an exception pending, when V8 has none.
  Status Allocate(const ObjectId& id, uint64_t byte_length, Handle* draft, napi_value* array_buffer);

  // Writes the meta, detaches the ArrayBuffer and forgets it: the draft can be sealed, completed or aborted as any
  // other. False with an exception pending when the draft must not be sealed, because something could still write
  // into it; it is aborted as soon as nothing can.
  bool Finish(Handle draft, const void* meta, uint32_t meta_length, uint16_t flags);

  // Detaches the ArrayBuffer, if there is one, and aborts the draft, at once or when nothing can reach its memory.
  void Abort(Handle draft);

  // Whether its memory may still be written into.
  bool IsWritable(Handle draft) const { return !buffers_.empty() && buffers_.contains(draft); }

  // Buffers that something could reach at the last Sweep.
  size_t count() const { return entries_.size(); }

  // Aborts drafts whose ArrayBuffer was collected.
  void Sweep();

  // Aborts all that are unfinished. Memory that JavaScript still sees becomes ordinary memory.
  void Close(bool environment_ends);

  Newcomers newcomers;

 private:
  struct Entry {
    // The draft to abort after the buffer's death; none once it is finished.
    Handle draft;
    Newcomers::Epoch epoch;
  };

  const napi_env env_;
  Client* const client_;
  const std::shared_ptr<Store> store_;
  const std::shared_ptr<DeathList> deaths_;
  // Every buffer that something can reach.
  std::unordered_map<MappedBuffer*, Entry> entries_;
  // Those with a draft.
  std::unordered_map<Handle, MappedBuffer*> buffers_;
};

}  // namespace mobula::addon

#endif  // MOBULA_ADDON_DRAFTS_H_
