// What one client may do with the store.
//
// The life of an entry:
//
//   kFree --CreatePending--> kPending --Complete--> kSealed            (several returns: kProvisional in between)
//   kFree --CreateDraft--> kDraft --SealDraft--> kSealed
//                          kDraft --AbortDraft, or moved by Complete--> kFree
//   kSealed --last of references, pins, containing objects ends--> kFree          (with children: kDying before)
//   kSealed --Free--> kFreed (kDoomed before, while pinned) --last reference ends--> kFree
//   kPending --Free--> kPending with kFreeRequestedFlag --Complete--> kFreed or kFree
//
// An object is destroyed when no client refers to it, none has it pinned, and no living object contains it. A
// handle whose generation has passed is "freed" for every operation. Objects cannot contain each other, unless a
// result contains the handle of its own task, or two do so crosswise: those end by Free alone.
//
// The death of a client at any instruction leaves at most: its own bits set, its own drafts, its own pending
// entries, a result moved half way, and the lock. Whoever takes the lock next repairs the last two
// (native/store/recovery.h); the raylet's ReclaimSlot clears the rest.

#ifndef MOBULA_NATIVE_STORE_CLIENT_H_
#define MOBULA_NATIVE_STORE_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "native/layout.h"
#include "native/status.h"
#include "native/store/store.h"

namespace mobula {

// What a reader sees of a handle.
enum class ObjectState : uint32_t {
  kGone = 0,     // freed, dropped by everybody, unknown, or somebody's draft
  kPending = 1,  // no value yet
  kValue = 2,
  kError = 3,  // the value is an encoded error
};

// A block to write into: the owner's alone until it is sealed, completed or aborted.
struct Draft {
  Handle handle = kNoHandle;
  uint64_t offset = 0;  // of the block in the arena
};

struct BufferSource {
  const void* bytes = nullptr;
  uint64_t byte_length = 0;
};

// An object to be written. Nothing is kept of the pointers after the call.
struct ObjectParts {
  const void* meta = nullptr;
  uint32_t meta_length = 0;
  const BufferSource* buffers = nullptr;
  uint32_t buffer_count = 0;
  const Handle* contained = nullptr;  // the caller holds a reference to each until the object is sealed
  uint32_t contained_count = 0;
  uint16_t flags = 0;  // kObjectFlagsMask
};

// Where the parts of a pinned object are. Valid as long as the pin.
struct ObjectView {
  uint64_t offset = 0;  // of the block in the arena
  uint64_t size = 0;    // of the block
  uint16_t flags = 0;
  ObjectHeader header = {};
  uint64_t meta_offset = 0;  // in the arena
};

struct ReadResult {
  uint32_t length = 0;  // of the meta; for kTooSmall what it needs
  uint16_t flags = 0;
};

// Operations of one client, named by its slot.
//
// Thread safety: one thread at a time; different clients run concurrently, in the same process or not.
// Ownership: the store outlives the client. The destructor gives nothing back (see ReleaseAll): references and
// pins belong to the slot, not to this object.
// Counting: references and pins are one bit for each client and object; whoever needs counts keeps them.
class Client {
 public:
  // The slot was claimed for this client (ClaimSlot), or is kRayletSlot in the process that made the store.
  Client(Store* store, uint32_t slot);

  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  Store& store() const { return store_; }
  uint32_t slot() const { return slot_; }
  uint64_t session() const { return session_; }
  ObjectId MakeId(uint64_t counter, uint32_t return_index) const {
    return ObjectId::Make(session_, counter, return_index);
  }

  // --- Results to come ---

  // A kPending entry that this client owns and refers to. kFull when the table is.
  Status CreatePending(const ObjectId& id, Handle* handle);

  // The same for an object of another node, which gave it the id: to become this node's copy.
  Status CreateReplica(const ObjectId& id, Handle* handle);

  // The same for the returns 0..count-1 of one task: all or none.
  Status CreatePendings(uint64_t counter, uint32_t count, Handle* handles);

  // --- Writing ---

  // A draft with a block of `size` bytes, of which nothing is written yet: its ObjectHeader must be, before it
  // is sealed or completed. `id` is null for a result, which takes the target's. kFull, kTooLarge. Errors
  // (kErrorFlag) may use the last part of the arena, and results the last entries, which are kept back for them.
  Status CreateDraft(const ObjectId& id, uint64_t size, uint16_t flags, Draft* draft);

  // A draft that holds the object: allocates, then copies without the lock.
  Status CreateObject(const ObjectId& id, const ObjectParts& parts, Handle* draft);

  // CreateObject and SealDraft.
  Status Put(const ObjectId& id, const ObjectParts& parts, Handle* handle);

  // A draft with one buffer of `byte_length`, to be filled in place, and room for a meta of `meta_capacity`.
  // `buffer_offset` is where in the arena the buffer is; its bytes are whatever was there before.
  Status Allocate(const ObjectId& id, uint64_t byte_length, uint32_t meta_capacity, Draft* draft,
                  uint64_t* buffer_offset);

  // Gives an allocated draft its meta and flags. kTooSmall when it has no room for that meta.
  Status FinishAllocated(Handle draft, const void* meta, uint32_t meta_length, uint16_t flags);

  // Makes the own draft an object under its own id, which this client refers to.
  Status SealDraft(Handle draft);

  // Gives the own draft's block back.
  Status AbortDraft(Handle draft);

  // Settles a task: the drafts' blocks become the values of the pending targets, all at once. The drafts are
  // used up whatever happens, but for kInvalid. kStale when the first target is settled or gone, or the task is
  // at another attempt; then nothing else has changed. `had_waiters`: somebody asked to be told (TakeWaiters).
  // A target that nobody refers to any more, or that was freed meanwhile, is destroyed at once.
  // REQUIRES: count >= 1; the targets are the returns of one task, in order; the drafts are all different.
  Status Complete(const Handle* targets, const Handle* drafts, size_t count, uint16_t attempt,
                  bool* had_waiters);

  // CreateObject and Complete for one value without buffers and children. kFull leaves the target as it was.
  Status CompleteSmall(Handle target, uint16_t attempt, const void* meta, uint32_t meta_length,
                       uint16_t flags, bool* had_waiters);

  // --- Reading ---

  // Lock-free.
  ObjectState State(Handle handle) const;

  // Copies the meta of a value without buffers. Lock-free, needs neither pin nor reference.
  // kNotReady, kFreed, kHasBuffers, kTooSmall.
  Status Read(Handle handle, void* target, uint64_t capacity, ReadResult* result);

  // Sets the own pin: the block stays where it is and as it is until Unpin. kNotReady, kFreed.
  Status Pin(Handle handle, ObjectView* view);
  // Idempotent. The last pin of a freed or unreferenced object gives its block back.
  void Unpin(Handle handle);

  // Of a pinned object: where in the arena a buffer starts, and its length. index < header.buffer_count
  BufferPlace BufferOf(const ObjectView& view, uint32_t index) const;

  // The objects that a value contains. Lock-free. kNotReady, kFreed.
  Status Contained(Handle handle, std::vector<Handle>* contained) const;

  // Bytes of its block; 0 when it is gone or pending. A hint: it may change at once.
  uint64_t BytesOf(Handle handle) const;

  // The id of an object in any state but free. Lock-free. kFreed.
  Status IdOf(Handle handle, ObjectId* id) const;

  // The object of that id, if it is there and not a draft; else kNoHandle.
  Handle Lookup(const ObjectId& id);

  // --- References ---

  // Sets the own reference. kFreed when there is nothing to refer to any more. Idempotent.
  Status AddReference(Handle handle);
  // Clears it. Idempotent; does nothing to a handle whose generation has passed.
  void DropReference(Handle handle);
  bool HasReference(Handle handle) const;
  // Whether somebody keeps the object, or the place of one to come, and nobody has freed it.
  bool IsWanted(Handle handle) const;

  // Destroys the object for everybody; what is pinned, when the last pin ends; what is not there yet, when it
  // comes. References stay until their holders drop them. Idempotent. True if somebody waits for it.
  bool Free(Handle handle);

  // --- Waiting ---

  // True if there is nothing to wait for (ready, or gone). Else the own waiter bit is set, and whoever completes
  // the object is told so.
  bool Wait(Handle handle);

  // The slots that wait, as four words of bits; they are cleared. Raylet.
  void TakeWaiters(Handle handle, uint64_t slots[kSlotCount / 64]);

  // --- Tasks (handle = the first return, which is pending) ---

  // unstarted at `attempt` -> started by this client. False: taken back, at another attempt, settled, or gone.
  bool StartTask(Handle handle, uint16_t attempt);
  // unstarted at `attempt` -> unstarted at `attempt` + 1, which the earlier holder cannot start any more.
  bool TakeBack(Handle handle, uint16_t attempt);
  // started or unstarted at `attempt` -> unstarted at `next`. False: settled, at another attempt, or gone.
  bool Restart(Handle handle, uint16_t attempt, uint16_t next);
  // kFreed when the object is gone.
  Status ReadTask(Handle handle, TaskWord* task) const;

  // Names the task on this client's stack (kNoHandle: none), for whoever looks after its death.
  void SetRunning(Handle handle);

  // --- Counters of this client, for what happens outside of the core ---

  void CountView(uint64_t bytes);
  void CountCopyOut(uint64_t bytes);

  // --- Giving back ---

  // Takes apart what is dying already (the children of big containers), in short steps under the lock. Called by
  // whatever makes something die; only of use to others after such a process has died.
  void Reap();

  // Drops all references, pins, waiter bits and drafts of this client. Pending entries stay: their tasks run on.
  // For an environment that ends in order; what it leaves, ReclaimSlot finds.
  void ReleaseAll();

  // --- Raylet ---

  // A slot for the client with that pid, with a random session. kFull when all are taken.
  Status ClaimSlot(uint32_t pid, uint32_t* slot);

  // Clears everything of a client that is dead, and frees its slot. In short steps under the lock; an entry at a
  // time, so that it may be called again after kTimedOut (somebody keeps the lock that long: stopped, perhaps).
  // Pending entries of the dead that others still refer to are handed to this client and added to `orphans`: it
  // must settle them (Complete, with an error). The others are destroyed.
  Status ReclaimSlot(uint32_t slot, int timeout_milliseconds, std::vector<Handle>* orphans);

  // The task that was on the stack of that client; kNoHandle: none.
  Handle Running(uint32_t slot) const;

 private:
  // What a lock-free reader finds: kOk (a value), kNotReady or kFreed, and the publish word that says so.
  Status Look(Handle handle, uint64_t* published) const;

  // The entry of an own draft, whose block holds a proper header if `written`; else null.
  Entry* OwnDraft(Handle handle, bool written) const;

  // CreatePending for the ids of `count` returns, from `first` on; with `replica`, of another node's.
  Status CreateReturns(const ObjectId& first, uint32_t count, bool replica, Handle* handles);

  bool MoveTask(Handle handle, uint16_t attempt, const TaskWord& next, bool only_unstarted);

  // Ends the object if nothing keeps it any more, after an own bit of it was cleared.
  void Settle(Handle handle);

  // Takes what the slot has from all entries. Pending entries too if it is dead.
  Status Strip(uint32_t slot, bool dead, int timeout_milliseconds, std::vector<Handle>* orphans);

  Store& store_;
  const uint32_t slot_;
  const uint64_t session_;
  SlotRecord& record_;

  // Working memory, kept to save allocations.
  std::vector<uint64_t> lengths_;
  std::vector<BufferPlace> places_;
  std::vector<size_t> moved_;
};

}  // namespace mobula

#endif  // MOBULA_NATIVE_STORE_CLIENT_H_
