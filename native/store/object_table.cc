#include "native/store/object_table.h"

#include <algorithm>
#include <bit>

#include "native/store/object_layout.h"

namespace mobula {
namespace {

constexpr uint32_t kFewestBuckets = 64;

// For results that are being written, by all clients together.
constexpr uint32_t kReservedEntries = 1024;

uint64_t HashOf(const ObjectId& id) {
  // Ids count up, so that their bits must be spread; two rounds of multiply and shift do.
  uint64_t hash = (id.session ^ std::rotl(id.serial, 32)) * 0x9e3779b97f4a7c15;
  hash = (hash ^ hash >> 32 ^ id.serial) * 0xbf58476d1ce4e5b9;
  return hash ^ hash >> 29;
}

}  // namespace

Entry* FindEntry(const Store& store, Handle handle) {
  const uint32_t index = IndexOf(handle);
  if (handle == kNoHandle || index == 0 || index >= store.max_entries()) return nullptr;
  Entry& entry = store.entry(index);
  const PublishWord word = LoadPublish(entry);
  if (word.state == EntryState::kFree || word.generation != GenerationOf(handle)) return nullptr;
  return &entry;
}

ObjectHeader LoadHeader(const Store& store, uint64_t offset) {
  ObjectHeader header;
  CopyFromShared(&header, store.shared(offset), sizeof(header));
  return header;
}

// --- Entries ---------------------------------------------------------------------------------------------

bool ObjectTable::HasRoomFor(uint32_t count, bool use_reserve) const {
  const uint32_t all = store_.max_entries() - 1;
  const uint32_t reserved = use_reserve ? 0 : std::min((all + 15) / 16, kReservedEntries);
  return uint64_t{control_.entries_used.Load()} + count <= all - reserved;
}

uint32_t ObjectTable::TakeEntry(const ObjectId& id, uint32_t slot) {
  uint32_t index = control_.free_entry_head.Load();
  if (index != 0) {
    control_.free_entry_head.Store(store_.entry(index).list_next.Load());
  } else {
    index = control_.entry_high_water.Load();
    if (index >= store_.max_entries()) return 0;
    control_.entry_high_water.Store(index + 1);
  }
  const uint32_t used = control_.entries_used.Load() + 1;
  control_.entries_used.Store(used);
  if (used > control_.entries_peak.Load()) control_.entries_peak.Store(used);

  Entry& entry = store_.entry(index);
  const uint64_t generation = PublishWord::Decode(entry.publish.Load()).generation;
  entry.task.Store(TaskWord{.generation = static_cast<uint32_t>(generation)}.Encode());
  entry.session.Store(id.session);
  entry.serial.Store(id.serial);
  entry.link.Store(kNoHandle);
  entry.replica.Store(0);
  entry.contained_count.Store(0);
  entry.references.ResetTo(slot);
  entry.pins.Reset();
  entry.waiters.Reset();
  Insert(index);
  return index;
}

void ObjectTable::FreeEntry(uint32_t index) {
  Entry& entry = store_.entry(index);
  const uint32_t generation = (LoadPublish(entry).generation + 1) & kGenerationMask;
  Publish(index, {.state = EntryState::kFree, .generation = generation});
  Remove(index);
  entry.list_next.Store(control_.free_entry_head.Load());
  control_.free_entry_head.Store(index);
  control_.entries_used.Store(control_.entries_used.Load() - 1);
}

Block ObjectTable::BlockOf(uint32_t index) const {
  const Entry& entry = store_.entry(index);
  return {entry.offset.Load(), entry.size.Load(), entry.slab_page.Load()};
}

void ObjectTable::SetBlock(uint32_t index, const Block& block) {
  Entry& entry = store_.entry(index);
  entry.offset.Store(block.offset);
  entry.size.Store(block.size);
  entry.slab_page.Store(block.slab_page);
}

// --- The index: linear hashing, chained through the entries ----------------------------------------------
//
// The table of buckets grows by one bucket at a time, so that no insertion takes long and a small store touches
// little memory. With n buckets, a hash belongs to the bucket of its low bits, as many as n - 1 has; where that
// bucket does not exist yet, to the one without the highest of them.

uint32_t ObjectTable::BucketOf(const ObjectId& id) const {
  const uint32_t count = control_.bucket_count.Load();
  const uint32_t level = std::bit_ceil(count);
  const uint32_t bucket = static_cast<uint32_t>(HashOf(id)) & (level - 1);
  return bucket < count ? bucket : bucket - level / 2;
}

void ObjectTable::SplitBucket() {
  const uint32_t added = control_.bucket_count.Load();
  const uint32_t source = added - std::bit_floor(added);
  uint32_t index = store_.bucket(source).Load();
  control_.bucket_count.Store(added + 1);
  store_.bucket(source).Store(0);
  store_.bucket(added).Store(0);
  while (index != 0) {
    Entry& entry = store_.entry(index);
    const uint32_t next = entry.hash_next.Load();
    Guarded<uint32_t>& bucket = store_.bucket(BucketOf(LoadId(entry)));
    entry.hash_next.Store(bucket.Load());
    bucket.Store(index);
    index = next;
  }
}

void ObjectTable::Insert(uint32_t index) {
  Entry& entry = store_.entry(index);
  const ObjectId id = LoadId(entry);
  if (id.IsNull()) return;
  const uint32_t count = control_.bucket_count.Load();
  if (control_.entries_used.Load() > count && count < store_.max_entries()) SplitBucket();
  Guarded<uint32_t>& bucket = store_.bucket(BucketOf(id));
  entry.hash_next.Store(bucket.Load());
  bucket.Store(index);
}

void ObjectTable::Remove(uint32_t index) {
  const Entry& entry = store_.entry(index);
  const ObjectId id = LoadId(entry);
  if (id.IsNull()) return;
  Guarded<uint32_t>* place = &store_.bucket(BucketOf(id));
  while (place->Load() != index) place = &store_.entry(place->Load()).hash_next;
  place->Store(entry.hash_next.Load());
}

uint32_t ObjectTable::Find(const ObjectId& id) const {
  if (id.IsNull()) return 0;
  uint32_t index = store_.bucket(BucketOf(id)).Load();
  while (index != 0 && LoadId(store_.entry(index)) != id) index = store_.entry(index).hash_next.Load();
  return index;
}

// --- The ends of objects ---------------------------------------------------------------------------------

Handle ObjectTable::ChildOf(const Entry& entry, uint32_t number) const {
  Handle child;
  const uint64_t offset = entry.offset.Load() + ContainedOffset() + number * sizeof(Handle);
  CopyFromShared(&child, store_.shared(offset), sizeof(child));
  return child;
}

void ObjectTable::CountChildren(uint32_t index) {
  const Entry& entry = store_.entry(index);
  if ((LoadPublish(entry).flags & kHasChildrenFlag) == 0) return;
  const bool dying = LoadPublish(entry).state == EntryState::kDying;
  const uint32_t count = LoadHeader(store_, entry.offset.Load()).contained_count;
  for (uint32_t i = dying ? entry.dropped.Load() : 0; i < count; i++) {
    Entry* child = FindEntry(store_, ChildOf(entry, i));
    if (child != nullptr) child->contained_count.FetchAdd(1);
  }
}

void ObjectTable::Unreference(Handle handle) {
  Entry* child = FindEntry(store_, handle);
  if (child == nullptr) return;
  child->contained_count.FetchSub(1);
  Settle(IndexOf(handle));
}

void ObjectTable::Settle(uint32_t index) {
  const Entry& entry = store_.entry(index);
  const PublishWord word = LoadPublish(entry);
  switch (word.state) {
    case EntryState::kSealed:
      // The flag: it was freed before it was there, and nobody was let near it since.
      if ((word.flags & kFreeRequestedFlag) != 0 || !IsHeld(entry)) Destroy(index);
      break;
    case EntryState::kDoomed:
      if (!entry.pins.Any()) Destroy(index);
      break;
    case EntryState::kFreed:
      if (!IsReferred(entry)) FreeEntry(index);
      break;
    default:
      break;
  }
}

void ObjectTable::Destroy(uint32_t index) {
  Entry& entry = store_.entry(index);
  PublishWord word = LoadPublish(entry);
  if ((word.flags & kHasChildrenFlag) == 0) {
    EndValue(index);
    return;
  }
  entry.dropped.Store(0);
  word.state = EntryState::kDying;
  Publish(index, word);
  entry.list_next.Store(control_.dying_head.Load());
  control_.dying_head.Store(index);
}

void ObjectTable::EndValue(uint32_t index) {
  const Entry& entry = store_.entry(index);
  if (!IsReferred(entry)) {
    FreeWithBlock(index);
    return;
  }
  const Block block = BlockOf(index);
  PublishWord word = LoadPublish(entry);
  word.state = EntryState::kFreed;
  word.flags = 0;
  Publish(index, word);
  allocator_.Release(block);
  Settle(index);  // the last reference may have ended before it could see the new state
}

void ObjectTable::Free(uint32_t index) {
  Entry& entry = store_.entry(index);
  PublishWord word = LoadPublish(entry);
  if (word.state == EntryState::kPending) {
    word.flags |= kFreeRequestedFlag;
    Publish(index, word);
  } else if (word.state == EntryState::kSealed) {
    word.state = EntryState::kDoomed;
    Publish(index, word);
    Settle(index);
  }
}

void ObjectTable::FreeWithBlock(uint32_t index) {
  const Block block = BlockOf(index);
  FreeEntry(index);
  allocator_.Release(block);
}

void ObjectTable::Reap(uint32_t budget) {
  // The list is a stack: a child that dies goes on top, and is done before its parent goes on.
  for (; budget > 0; budget--) {
    const uint32_t index = control_.dying_head.Load();
    if (index == 0) return;
    Entry& entry = store_.entry(index);
    const uint32_t dropped = entry.dropped.Load();
    if (dropped < LoadHeader(store_, entry.offset.Load()).contained_count) {
      // First the note, then the deed: a crash in between is repaired by counting again without this child. If
      // nothing else keeps that alive, ReclaimSlot comes upon it.
      entry.dropped.Store(dropped + 1);
      Unreference(ChildOf(entry, dropped));
    } else {
      control_.dying_head.Store(entry.list_next.Load());
      EndValue(index);
    }
  }
}

// --- Rebuilding ------------------------------------------------------------------------------------------

void ObjectTable::Reset() {
  control_.free_entry_head.Store(0);
  control_.entries_used.Store(0);
  control_.dying_head.Store(0);
  // The index is made for as many buckets as it will have entries, at most.
  const uint32_t buckets = std::bit_ceil(std::max(control_.bucket_count.Load(), kFewestBuckets));
  const uint32_t count = std::min(buckets, store_.max_entries());
  control_.bucket_count.Store(count);
  for (uint32_t i = 0; i < count; i++) store_.bucket(i).Store(0);
  allocator_.Reset();
}

void ObjectTable::Adopt(uint32_t index) {
  Entry& entry = store_.entry(index);
  const EntryState state = LoadPublish(entry).state;
  entry.contained_count.Store(0);
  if (state == EntryState::kFree) {
    entry.list_next.Store(control_.free_entry_head.Load());
    control_.free_entry_head.Store(index);
    return;
  }
  control_.entries_used.Store(control_.entries_used.Load() + 1);
  Insert(index);
  if (HasBlock(state)) allocator_.Adopt(BlockOf(index));
  if (state == EntryState::kDying) {
    entry.list_next.Store(control_.dying_head.Load());
    control_.dying_head.Store(index);
  }
}

void ObjectTable::CountAllChildren() {
  for (uint32_t index = 1; index < control_.entry_high_water.Load(); index++) {
    const EntryState state = LoadPublish(store_.entry(index)).state;
    if (state == EntryState::kSealed || state == EntryState::kDoomed || state == EntryState::kDying) {
      CountChildren(index);
    }
  }
}

}  // namespace mobula
