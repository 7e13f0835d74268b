// Creating objects and settling tasks.

#include <algorithm>

#include "native/store/client.h"
#include "native/store/object_layout.h"
#include "native/store/store_lock.h"

namespace mobula {
namespace {

Handle HandleOf(const Store& store, uint32_t index) {
  return MakeHandle(LoadPublish(store.entry(index)).generation, index);
}

void PublishNew(const Store& store, ObjectTable& table, uint32_t index, EntryState state, uint32_t slot,
                uint16_t flags) {
  PublishWord word = LoadPublish(store.entry(index));
  word.state = state;
  word.owner = static_cast<uint8_t>(slot);
  word.flags = flags;
  table.Publish(index, word);
}

// Takes the right to settle the task: from here on no other attempt can, nor can this one be moved.
// REQUIRES: the lock
bool FinishTask(Entry& entry, uint32_t generation, uint16_t attempt) {
  uint64_t seen = entry.task.Load();
  for (;;) {
    TaskWord task = TaskWord::Decode(seen);
    if (task.generation != generation || task.attempt != attempt || task.finished) return false;
    task.finished = true;
    if (entry.task.CompareExchange(seen, task.Encode())) return true;
  }
}

bool IsPending(const Entry* entry) {
  return entry != nullptr && LoadPublish(*entry).state == EntryState::kPending;
}

// Lets the target share the draft's block, and publishes it in that state. `first` is the target that decides.
void MoveBlock(const Store& store, ObjectTable& table, Handle target_handle, Handle draft_handle,
               Handle first, EntryState state) {
  const uint32_t index = IndexOf(target_handle);
  Entry& target = store.entry(index);
  Entry& draft = store.entry(IndexOf(draft_handle));
  draft.link.Store(target_handle);
  table.SetBlock(index, table.BlockOf(IndexOf(draft_handle)));
  target.link.Store(first);
  PublishWord word = LoadPublish(target);
  word.state = state;
  word.flags = static_cast<uint16_t>((word.flags & kFreeRequestedFlag) | LoadPublish(draft).flags);
  table.Publish(index, word);
}

}  // namespace

// --- Results to come -------------------------------------------------------------------------------------

Status Client::CreatePending(const ObjectId& id, Handle* handle) {
  return CreateReturns(id, 1, false, handle);
}

Status Client::CreateReplica(const ObjectId& id, Handle* handle) {
  return CreateReturns(id, 1, true, handle);
}

Status Client::CreatePendings(uint64_t counter, uint32_t count, Handle* handles) {
  return CreateReturns(MakeId(counter, 0), count, false, handles);
}

Status Client::CreateReturns(const ObjectId& first, uint32_t count, bool replica, Handle* handles) {
  for (;;) {
    StoreLock lock(store_);
    ObjectTable& table = lock.table();
    if (table.HasRoomFor(count, false)) {
      for (uint32_t i = 0; i < count; i++) {
        const uint32_t index = table.TakeEntry(first.Return(i), slot_);
        if (replica) store_.entry(index).replica.Store(1);
        PublishNew(store_, table, index, EntryState::kPending, slot_, 0);
        handles[i] = HandleOf(store_, index);
      }
      return Status::kOk;
    }
    if (store_.control().dying_head.Load() == 0) return Status::kFull;
    table.Reap(kReapBudget);
  }
}

// --- Drafts ----------------------------------------------------------------------------------------------

Status Client::CreateDraft(const ObjectId& id, uint64_t size, uint16_t flags, Draft* draft) {
  if (size < sizeof(ObjectHeader)) return Status::kInvalid;
  for (;;) {
    StoreLock lock(store_);
    ObjectTable& table = lock.table();
    if (!table.allocator().CanEverFit(size)) return Status::kTooLarge;
    Block block;
    const bool is_error = (flags & kErrorFlag) != 0;
    if (table.HasRoomFor(1, id.IsNull()) && table.allocator().Allocate(size, is_error, &block)) {
      const uint32_t index = table.TakeEntry(id, slot_);
      table.SetBlock(index, block);
      PublishNew(store_, table, index, EntryState::kDraft, slot_, flags & kObjectFlagsMask);
      *draft = {HandleOf(store_, index), block.offset};
      break;
    }
    if (store_.control().dying_head.Load() == 0) return Status::kFull;
    table.Reap(kReapBudget);
  }
  // What is written into the block from here on comes after the publish word that gave it back (Read).
  ReleaseFence();
  return Status::kOk;
}

Entry* Client::OwnDraft(Handle handle, bool written) const {
  Entry* entry = FindEntry(store_, handle);
  if (entry == nullptr) return nullptr;
  const PublishWord word = LoadPublish(*entry);
  if (word.state != EntryState::kDraft || word.owner != slot_) return nullptr;
  if (written && !FitsBlock(LoadHeader(store_, entry->offset.Load()), entry->size.Load())) return nullptr;
  return entry;
}

Status Client::CreateObject(const ObjectId& id, const ObjectParts& parts, Handle* handle) {
  lengths_.clear();
  for (uint32_t i = 0; i < parts.buffer_count; i++) lengths_.push_back(parts.buffers[i].byte_length);
  places_.resize(parts.buffer_count);
  const uint64_t size = LayOutObject(parts.meta_length, parts.contained_count, lengths_.data(),
                                     parts.buffer_count, places_.data());
  Draft draft;
  const Status status = CreateDraft(id, size, parts.flags, &draft);
  if (status != Status::kOk) return status;

  const ObjectHeader header = {parts.meta_length, parts.buffer_count, parts.contained_count, parts.flags};
  const uint64_t block = draft.offset;
  CopyToShared(store_.writable(block), &header, sizeof(header));
  if (parts.contained_count > 0) {
    CopyToShared(store_.writable(block + ContainedOffset()), parts.contained,
                 parts.contained_count * sizeof(Handle));
  }
  CopyToShared(store_.writable(block + MetaOffset(header)), parts.meta, parts.meta_length);
  uint64_t copied = parts.meta_length;
  if (parts.buffer_count > 0) {
    CopyToShared(store_.writable(block + BufferTableOffset(header)), places_.data(),
                 parts.buffer_count * sizeof(BufferPlace));
    for (uint32_t i = 0; i < parts.buffer_count; i++) {
      CopyToShared(store_.writable(block + places_[i].offset), parts.buffers[i].bytes,
                   parts.buffers[i].byte_length);
      copied += parts.buffers[i].byte_length;
    }
  }
  record_.puts.AddAsOnlyWriter(1);
  record_.bytes_copied_in.AddAsOnlyWriter(copied);
  *handle = draft.handle;
  return Status::kOk;
}

Status Client::Put(const ObjectId& id, const ObjectParts& parts, Handle* handle) {
  const Status status = CreateObject(id, parts, handle);
  return status == Status::kOk ? SealDraft(*handle) : status;
}

Status Client::Allocate(const ObjectId& id, uint64_t byte_length, uint32_t meta_capacity, Draft* draft,
                        uint64_t* buffer_offset) {
  BufferPlace place;
  const uint64_t size = LayOutObject(meta_capacity, 0, &byte_length, 1, &place);
  const Status status = CreateDraft(id, size, 0, draft);
  if (status != Status::kOk) return status;
  const ObjectHeader header = {.meta_length = 0, .buffer_count = 1, .contained_count = 0, .flags = 0};
  CopyToShared(store_.writable(draft->offset), &header, sizeof(header));
  CopyToShared(store_.writable(draft->offset + BufferTableOffset(header)), &place, sizeof(place));
  record_.puts.AddAsOnlyWriter(1);
  *buffer_offset = draft->offset + place.offset;
  return Status::kOk;
}

Status Client::FinishAllocated(Handle draft, const void* meta, uint32_t meta_length, uint16_t flags) {
  Entry* entry = OwnDraft(draft, true);
  if (entry == nullptr) return Status::kInvalid;
  const uint64_t block = entry->offset.Load();
  ObjectHeader header = LoadHeader(store_, block);
  BufferPlace place;
  if (header.buffer_count != 1 || header.contained_count != 0) return Status::kInvalid;
  CopyFromShared(&place, store_.shared(block + BufferTableOffset(header)), sizeof(place));
  if (MetaOffset(header) + meta_length > place.offset) return Status::kTooSmall;
  header.meta_length = meta_length;
  header.flags = flags;
  CopyToShared(store_.writable(block), &header, sizeof(header));
  CopyToShared(store_.writable(block + MetaOffset(header)), meta, meta_length);
  PublishWord word = LoadPublish(*entry);
  word.flags = flags & kObjectFlagsMask;
  entry->publish.Store(word.Encode());
  record_.bytes_copied_in.AddAsOnlyWriter(meta_length);
  return Status::kOk;
}

Status Client::SealDraft(Handle draft) {
  Entry* entry = OwnDraft(draft, true);
  if (entry == nullptr || LoadId(*entry).IsNull()) return Status::kInvalid;
  PublishWord word = LoadPublish(*entry);
  word.state = EntryState::kSealed;
  if (LoadHeader(store_, entry->offset.Load()).contained_count == 0) {
    entry->publish.Store(word.Encode());
    return Status::kOk;
  }
  word.flags |= kHasChildrenFlag;
  StoreLock lock(store_);
  lock.table().Publish(IndexOf(draft), word);
  lock.table().CountChildren(IndexOf(draft));
  return Status::kOk;
}

Status Client::AbortDraft(Handle draft) {
  if (OwnDraft(draft, false) == nullptr) return Status::kInvalid;
  StoreLock lock(store_);
  lock.table().FreeWithBlock(IndexOf(draft));
  return Status::kOk;
}

// --- Settling a task -------------------------------------------------------------------------------------

Status Client::Complete(const Handle* targets, const Handle* drafts, size_t count, uint16_t attempt,
                        bool* had_waiters) {
  *had_waiters = false;
  if (count == 0) return Status::kInvalid;
  for (size_t i = 0; i < count; i++) {
    Entry* draft = OwnDraft(drafts[i], true);
    if (draft == nullptr) return Status::kInvalid;
    if (LoadHeader(store_, draft->offset.Load()).contained_count == 0) continue;
    PublishWord word = LoadPublish(*draft);
    word.flags |= kHasChildrenFlag;
    draft->publish.Store(word.Encode());
  }

  {
    StoreLock lock(store_);
    ObjectTable& table = lock.table();
    Entry* first = FindEntry(store_, targets[0]);
    if (!IsPending(first) || !FinishTask(*first, LoadPublish(*first).generation, attempt)) {
      for (size_t i = 0; i < count; i++) table.FreeWithBlock(IndexOf(drafts[i]));
      return Status::kStale;
    }
    // All of them become visible with the first: a provisional target is ready if the first one is.
    moved_.assign(1, 0);
    for (size_t i = 1; i < count; i++) {
      if (IsPending(FindEntry(store_, targets[i]))) {
        MoveBlock(store_, table, targets[i], drafts[i], targets[0], EntryState::kProvisional);
        moved_.push_back(i);
      } else {
        table.FreeWithBlock(IndexOf(drafts[i]));  // destroyed already
      }
    }
    MoveBlock(store_, table, targets[0], drafts[0], targets[0], EntryState::kSealed);

    // Decided. What follows is what recovery does if this process does not get to it.
    for (const size_t i : moved_) {
      const uint32_t index = IndexOf(targets[i]);
      PublishWord word = LoadPublish(store_.entry(index));
      if (word.state != EntryState::kProvisional) continue;
      word.state = EntryState::kSealed;
      table.Publish(index, word);
    }
    for (const size_t i : moved_) {
      table.FreeEntry(IndexOf(drafts[i]));
      table.CountChildren(IndexOf(targets[i]));
    }
    // Only now that no draft has a link any more may targets end.
    for (const size_t i : moved_) {
      const uint32_t index = IndexOf(targets[i]);
      if (store_.entry(index).waiters.Any()) *had_waiters = true;
      table.Settle(index);
    }
    table.Reap(kReapBudget);
  }
  Reap();
  return Status::kOk;
}

Status Client::CompleteSmall(Handle target, uint16_t attempt, const void* meta, uint32_t meta_length,
                             uint16_t flags, bool* had_waiters) {
  *had_waiters = false;
  Handle draft;
  const ObjectParts parts = {.meta = meta, .meta_length = meta_length, .flags = flags};
  const Status status = CreateObject({}, parts, &draft);
  return status == Status::kOk ? Complete(&target, &draft, 1, attempt, had_waiters) : status;
}

}  // namespace mobula
