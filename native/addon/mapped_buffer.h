// The memory of one object's buffer while an ArrayBuffer over it may exist.
#ifndef MOBULA_ADDON_MAPPED_BUFFER_H_
#define MOBULA_ADDON_MAPPED_BUFFER_H_

#include <node_api.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "native/store/store.h"

namespace mobula::addon {

class MappedBuffer;

// The buffers that became unreachable and whose owner has not looked yet.
//
// Thread safety: all methods, any thread; the death of a buffer is noticed wherever the collector works.
class DeathList {
 public:
  // The unreachable buffers. They are the caller's to delete.
  std::vector<MappedBuffer*> Take();
  // From now on nobody takes them: what dies deletes itself.
  void Close();

 private:
  friend class MappedBuffer;
  void Add(MappedBuffer* buffer);

  std::mutex mutex_;
  std::vector<MappedBuffer*> dead_;
  bool closed_ = false;
};

// A private mapping of the whole arena. Its own one and not the Store's: buffers may outlive the store, but must not
// keep its memory alive (see Views::Close).
class PrivateArena {
 public:
  // Null when the system has no room for it.
  static std::shared_ptr<PrivateArena> Map(const Store& store);
  ~PrivateArena();
  PrivateArena(const PrivateArena&) = delete;
  PrivateArena& operator=(const PrivateArena&) = delete;

  std::byte* At(uint64_t offset) const { return base_ + offset; }
  // Unmaps all but these ranges, which belong to the buffers that left it.
  struct Range {
    std::byte* address;
    uint64_t bytes;
  };
  void ReleaseAllBut(std::vector<Range> ranges);

 private:
  PrivateArena(std::byte* base, uint64_t bytes) : base_(base), bytes_(bytes) {}

  std::byte* base_;
  uint64_t bytes_;
};

// Ownership: after Expose it is kept alive by the ArrayBuffer's backing store, wherever that moves; then by the death
// list. It keeps the mapping alive that it is in.
//
// Thread safety: used by one thread; but its end may come on any thread once the death list is closed.
class MappedBuffer {
 public:
  // A view of the buffer of a pinned object, of at least kViewThreshold bytes, in `arena`.
  static std::unique_ptr<MappedBuffer> InArena(std::shared_ptr<PrivateArena> arena, BufferPlace place,
                                               std::shared_ptr<DeathList> deaths);
  // The same with a private mapping of its own. Null when the system has none.
  static std::unique_ptr<MappedBuffer> OfItsOwn(const Store& store, BufferPlace place,
                                                std::shared_ptr<DeathList> deaths);
  // For writing a draft's buffer in place.
  static std::unique_ptr<MappedBuffer> OfDraft(std::shared_ptr<Store> store, BufferPlace place,
                                               std::shared_ptr<DeathList> deaths);
  ~MappedBuffer();
  MappedBuffer(const MappedBuffer&) = delete;
  MappedBuffer& operator=(const MappedBuffer&) = delete;

  // An ArrayBuffer over `buffer`, which from now on belongs to it, and of which the caller keeps the address: it is
  // valid until the death list hands it out. Null with an exception pending: then the buffer is gone.
  static napi_value Expose(napi_env env, std::unique_ptr<MappedBuffer> buffer);

  // The ArrayBuffer that was exposed; null when it was collected or detached (its memory may have moved).
  napi_value ArrayBuffer(napi_env env) const;
  // REQUIRES: the environment still runs. To be called before the end of the buffer may come on another thread.
  void DeleteReference(napi_env env);

  // Replaces the memory by ordinary memory with the same content, so that what happens to the store is not seen
  // here. False when there is not enough.
  bool Separate();
  // Makes the pages the buffer's own to unmap: the arena is told so by ReleaseAllBut.
  void LeaveArena();

  bool in_arena() const { return arena_ != nullptr; }
  uint64_t length() const { return length_; }
  // The pages that it touches; of a view they are its own.
  PrivateArena::Range Pages() const;
  // Of a view: whether nothing was ever written into it.
  bool IsClean() const;
  // Of a view in the arena that nothing can reach any more: forgets what was written into it.
  void DropWritten() const;

 private:
  MappedBuffer(std::byte* address, uint64_t length, std::shared_ptr<DeathList> deaths);

  std::byte* const address_;
  const uint64_t length_;
  const std::shared_ptr<DeathList> deaths_;
  // The mapping that it is in: one of these, or its own.
  std::shared_ptr<PrivateArena> arena_;
  std::shared_ptr<Store> store_;
  bool owns_mapping_ = false;
  napi_ref array_buffer_ = nullptr;
};

}  // namespace mobula::addon

#endif  // MOBULA_ADDON_MAPPED_BUFFER_H_
