// References, the ends of objects, and waiting.

#include "native/store/client.h"
#include "native/store/store_lock.h"

namespace mobula {

namespace {

// There is a value or will be one, and nobody has asked to free it.
bool IsUsable(const Entry& entry) {
  const PublishWord word = LoadPublish(entry);
  const bool is_there = word.state == EntryState::kPending || word.state == EntryState::kSealed;
  return is_there && (word.flags & kFreeRequestedFlag) == 0;
}

}  // namespace

Status Client::AddReference(Handle handle) {
  // Under the lock, so that an object that is being destroyed cannot be referred to again.
  StoreLock lock(store_);
  Entry* entry = FindEntry(store_, handle);
  if (entry == nullptr) return Status::kFreed;
  if (!IsUsable(*entry)) return Status::kFreed;
  entry->references.Set(slot_);
  return Status::kOk;
}

void Client::DropReference(Handle handle) {
  Entry* entry = FindEntry(store_, handle);
  if (entry == nullptr || !entry->references.Clear(slot_)) return;
  // Whoever of two that let go at once comes last sees that nothing is left, and that the value is there.
  if (LoadPublish(*entry).state != EntryState::kPending && !IsHeld(*entry)) Settle(handle);
}

bool Client::HasReference(Handle handle) const {
  const Entry* entry = FindEntry(store_, handle);
  return entry != nullptr && entry->references.Test(slot_);
}

bool Client::IsWanted(Handle handle) const {
  const Entry* entry = FindEntry(store_, handle);
  return entry != nullptr && IsUsable(*entry) && IsHeld(*entry);
}

void Client::Settle(Handle handle) {
  {
    StoreLock lock(store_);
    if (FindEntry(store_, handle) != nullptr) lock.table().Settle(IndexOf(handle));
    lock.table().Reap(kReapBudget);
  }
  Reap();
}

bool Client::Free(Handle handle) {
  bool has_waiters = false;
  {
    StoreLock lock(store_);
    const Entry* entry = FindEntry(store_, handle);
    if (entry == nullptr) return false;
    lock.table().Free(IndexOf(handle));
    has_waiters = entry->waiters.Any();
    lock.table().Reap(kReapBudget);
  }
  Reap();
  return has_waiters;
}

void Client::Reap() {
  while (store_.control().dying_head.Load() != 0) {
    StoreLock lock(store_);
    lock.table().Reap(kReapBudget);
  }
}

bool Client::Wait(Handle handle) {
  uint64_t published;
  if (Look(handle, &published) != Status::kNotReady) return true;
  // The bit first, then the second look: Complete publishes first and looks for bits then.
  store_.entry(IndexOf(handle)).waiters.Set(slot_);
  return Look(handle, &published) != Status::kNotReady;
}

void Client::TakeWaiters(Handle handle, uint64_t slots[kSlotCount / 64]) {
  Entry* entry = FindEntry(store_, handle);
  for (uint32_t part = 0; part < kSlotCount / 64; part++) {
    const bool any = entry != nullptr && entry->waiters.LoadPart(part) != 0;
    slots[part] = any ? entry->waiters.TakePart(part) : 0;
  }
}

}  // namespace mobula
