// Reading: lock-free for states and small values, under a pin for everything else.
//
// A lock-free reader loads the publish word, reads what it needs, and loads the publish word again. As long as that
// has not changed the block was not given back, so that what was read is the object. If it has, what was read may be
// anything, also bytes of another object, and is thrown away.

#include "native/store/client.h"
#include "native/store/object_layout.h"
#include "native/store/store_lock.h"

namespace mobula {
namespace {

// A provisional return is ready if the first one of its task is. REQUIRES: validation of the entry afterwards.
bool IsPublishedWithFirst(const Store& store, const Entry& entry) {
  const Entry* first = FindEntry(store, entry.link.Load());
  return first == nullptr || LoadPublish(*first).state != EntryState::kPending;
}

// What the state means for a reader.
Status Readable(const PublishWord& word) {
  if ((word.flags & kFreeRequestedFlag) != 0) return Status::kFreed;
  switch (word.state) {
    case EntryState::kSealed:
    case EntryState::kProvisional:
      return Status::kOk;
    case EntryState::kPending:
      return Status::kNotReady;
    default:
      return Status::kFreed;
  }
}

bool InArena(const Store& store, uint64_t offset, uint64_t size) {
  return offset <= store.arena_bytes() && size <= store.arena_bytes() - offset &&
         size >= sizeof(ObjectHeader);
}

}  // namespace

Status Client::Look(Handle handle, uint64_t* published) const {
  for (;;) {
    const Entry* entry = FindEntry(store_, handle);
    if (entry == nullptr) return Status::kFreed;
    *published = entry->publish.Load();
    const PublishWord word = PublishWord::Decode(*published);
    if (word.generation != GenerationOf(handle)) return Status::kFreed;
    const Status status = Readable(word);
    if (word.state != EntryState::kProvisional || status != Status::kOk) return status;
    const bool ready = IsPublishedWithFirst(store_, *entry);
    if (entry->publish.Load() == *published) return ready ? Status::kOk : Status::kNotReady;
  }
}

ObjectState Client::State(Handle handle) const {
  uint64_t published;
  const Status status = Look(handle, &published);
  if (status == Status::kNotReady) return ObjectState::kPending;
  if (status != Status::kOk) return ObjectState::kGone;
  const bool is_error = (PublishWord::Decode(published).flags & kErrorFlag) != 0;
  return is_error ? ObjectState::kError : ObjectState::kValue;
}

Status Client::Read(Handle handle, void* target, uint64_t capacity, ReadResult* result) {
  for (;;) {
    uint64_t published;
    Status status = Look(handle, &published);
    if (status != Status::kOk) return status;
    const Entry& entry = store_.entry(IndexOf(handle));
    const uint64_t offset = entry.offset.LoadRelaxed();
    const uint64_t size = entry.size.LoadRelaxed();
    ObjectHeader header = {};
    bool sound = InArena(store_, offset, size);
    if (sound) {
      header = LoadHeader(store_, offset);
      sound = FitsBlock(header, size);
    }
    if (!sound) {
      status = Status::kInvalid;
    } else if (header.buffer_count > 0) {
      status = Status::kHasBuffers;
    } else if (header.meta_length > capacity) {
      status = Status::kTooSmall;
    } else {
      CopyFromShared(target, store_.shared(offset + MetaOffset(header)), header.meta_length);
    }
    AcquireFence();
    if (entry.publish.Load() != published) continue;
    *result = {header.meta_length,
               static_cast<uint16_t>(PublishWord::Decode(published).flags & kObjectFlagsMask)};
    if (status == Status::kOk) {
      record_.gets.AddAsOnlyWriter(1);
      record_.bytes_copied_out.AddAsOnlyWriter(header.meta_length);
    }
    return status;
  }
}

Status Client::Contained(Handle handle, std::vector<Handle>* contained) const {
  for (;;) {
    uint64_t published;
    const Status status = Look(handle, &published);
    if (status != Status::kOk) return status;
    contained->clear();
    const Entry& entry = store_.entry(IndexOf(handle));
    const uint64_t offset = entry.offset.LoadRelaxed();
    const uint64_t size = entry.size.LoadRelaxed();
    bool sound = InArena(store_, offset, size);
    if (sound) {
      const ObjectHeader header = LoadHeader(store_, offset);
      sound = FitsBlock(header, size);
      if (sound) {
        contained->resize(header.contained_count);
        CopyFromShared(contained->data(), store_.shared(offset + ContainedOffset()),
                       header.contained_count * sizeof(Handle));
      }
    }
    AcquireFence();
    if (entry.publish.Load() == published) return sound ? Status::kOk : Status::kInvalid;
  }
}

Status Client::IdOf(Handle handle, ObjectId* id) const {
  const Entry* entry = FindEntry(store_, handle);
  if (entry == nullptr) return Status::kFreed;
  *id = LoadId(*entry);
  return FindEntry(store_, handle) == nullptr ? Status::kFreed : Status::kOk;
}

uint64_t Client::BytesOf(Handle handle) const {
  const Entry* entry = FindEntry(store_, handle);
  return entry == nullptr ? 0 : entry->size.LoadRelaxed();
}

Handle Client::Lookup(const ObjectId& id) {
  StoreLock lock(store_);
  const uint32_t index = lock.table().Find(id);
  if (index == 0) return kNoHandle;
  const PublishWord word = LoadPublish(store_.entry(index));
  return word.state == EntryState::kDraft ? kNoHandle : MakeHandle(word.generation, index);
}

Status Client::Pin(Handle handle, ObjectView* view) {
  {
    StoreLock lock(store_);
    Entry* entry = FindEntry(store_, handle);
    if (entry == nullptr) return Status::kFreed;
    const PublishWord word = LoadPublish(*entry);
    const Status status = Readable(word);
    if (status != Status::kOk) return status;
    entry->pins.Set(slot_);
    view->offset = entry->offset.Load();
    view->size = entry->size.Load();
    view->flags = word.flags & kObjectFlagsMask;
  }
  view->header = LoadHeader(store_, view->offset);
  view->meta_offset = view->offset + MetaOffset(view->header);
  record_.gets.AddAsOnlyWriter(1);
  return Status::kOk;
}

void Client::Unpin(Handle handle) {
  Entry* entry = FindEntry(store_, handle);
  if (entry == nullptr || !entry->pins.Clear(slot_)) return;
  // A pinned object is sealed or doomed. Whoever of two that let go at once comes last sees that.
  if (LoadPublish(*entry).state == EntryState::kDoomed || !IsHeld(*entry)) Settle(handle);
}

BufferPlace Client::BufferOf(const ObjectView& view, uint32_t index) const {
  BufferPlace place;
  const uint64_t table = view.offset + BufferTableOffset(view.header);
  CopyFromShared(&place, store_.shared(table + index * sizeof(BufferPlace)), sizeof(place));
  place.offset += view.offset;
  return place;
}

}  // namespace mobula
