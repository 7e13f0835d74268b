// What the holder of the lock may do with the object table: entries, the index over ids, and the ends of objects.

#ifndef MOBULA_NATIVE_STORE_OBJECT_TABLE_H_
#define MOBULA_NATIVE_STORE_OBJECT_TABLE_H_

#include <cstdint>

#include "native/store/allocator.h"
#include "native/store/store.h"

namespace mobula {

// --- Reading an entry (no lock needed) -------------------------------------------------------------------

inline PublishWord LoadPublish(const Entry& entry) {
  return PublishWord::Decode(entry.publish.Load());
}

inline ObjectId LoadId(const Entry& entry) {
  return {entry.session.Load(), entry.serial.Load()};
}

// Somebody may still use the handle.
inline bool IsReferred(const Entry& entry) {
  return entry.references.Any() || entry.contained_count.Load() != 0;
}

// Somebody keeps the object alive.
inline bool IsHeld(const Entry& entry) {
  return IsReferred(entry) || entry.pins.Any();
}

// States in which the entry has a block.
constexpr bool HasBlock(EntryState state) {
  return state == EntryState::kDraft || state == EntryState::kSealed || state == EntryState::kProvisional ||
         state == EntryState::kDoomed || state == EntryState::kDying;
}

// The entry that the handle names, if its generation is still on; else null.
Entry* FindEntry(const Store& store, Handle handle);

// The header of the block at `offset`. Validated by nobody yet.
ObjectHeader LoadHeader(const Store& store, uint64_t offset);

// How many children of dying objects are let go at most while the lock is held once: about ten microseconds.
inline constexpr uint32_t kReapBudget = 128;

// --- The table -------------------------------------------------------------------------------------------

// Thread safety: every method REQUIRES the store's lock (see StoreLock, which hands out the table).
//
// A crash between any two stores leaves nothing that recovery does not repair: an entry changes hands by its
// publish word alone, everything else is written before it, or derived.
class ObjectTable {
 public:
  explicit ObjectTable(const Store& store) : store_(store), control_(store.control()), allocator_(store) {}

  Allocator& allocator() { return allocator_; }

  // --- Entries ---

  // Whether so many entries can still be taken. Some are kept back for the drafts of results: when the table is full
  // of tasks, it must still be possible to settle them.
  bool HasRoomFor(uint32_t count, bool use_reserve) const;

  // Takes a free entry, and fills in all but the publish word and the block; 0 when there is none. The slot refers
  // to it. The caller publishes it.
  uint32_t TakeEntry(const ObjectId& id, uint32_t slot);

  // Ends the entry's generation: publishes it as free, and puts it on the list of free entries. Its block, if any,
  // is somebody else's by now.
  void FreeEntry(uint32_t index);
  // The same, and gives the block back.
  void FreeWithBlock(uint32_t index);

  // Stores the publish word, ordered against the other side's bits (see Word).
  void Publish(uint32_t index, const PublishWord& word) {
    store_.entry(index).publish.Exchange(word.Encode());
  }

  Block BlockOf(uint32_t index) const;
  void SetBlock(uint32_t index, const Block& block);

  // --- The index over ids ---

  // The object of that id; 0 if there is none. Drafts are found as well.
  uint32_t Find(const ObjectId& id) const;

  // --- The ends of objects ---

  // Counts the children of the object as contained once more. Those that are gone are left out, here as in Reap
  // and in recovery: a generation does not come back.
  void CountChildren(uint32_t index);

  // To be called whenever a reference, a pin or a containing object of the entry has ended, or a state was
  // published in which they matter: ends what nothing keeps alive.
  void Settle(uint32_t index);

  // Client::Free.
  void Free(uint32_t index);

  // Lets at most `budget` children of dying objects go. The list may still not be empty then.
  void Reap(uint32_t budget);

  // --- Rebuilding: Reset, then Adopt every entry below the high-water mark, then CountAllChildren and Finish ---

  void Reset();
  void Adopt(uint32_t index);
  void CountAllChildren();
  void Finish() { allocator_.Finish(); }

 private:
  void Insert(uint32_t index);
  void Remove(uint32_t index);
  uint32_t BucketOf(const ObjectId& id) const;
  void SplitBucket();

  Handle ChildOf(const Entry& entry, uint32_t number) const;
  void Unreference(Handle child);
  // Ends the object's value whoever refers to it; nobody has it pinned. By way of kDying if it has children.
  void Destroy(uint32_t index);
  void EndValue(uint32_t index);

  const Store& store_;
  Control& control_;
  Allocator allocator_;
};

}  // namespace mobula

#endif  // MOBULA_NATIVE_STORE_OBJECT_TABLE_H_
