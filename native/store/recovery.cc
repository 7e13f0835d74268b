#include "native/store/recovery.h"

namespace mobula {
namespace {

// Whether the first return of a completion was published: the moment that decides it. It cannot have gone on from
// there: targets are destroyed only after all drafts of the completion have been freed.
bool WasPublished(const Store& store, Handle target) {
  const Entry* entry = FindEntry(store, target);
  return entry != nullptr && LoadPublish(*entry).state == EntryState::kSealed;
}

void DecideProvisional(const Store& store, Entry& entry, PublishWord word) {
  if (WasPublished(store, entry.link.Load())) {
    word.state = EntryState::kSealed;
    entry.publish.Store(word.Encode());
  } else {
    word.state = EntryState::kPending;
    word.flags &= kFreeRequestedFlag;
    entry.publish.Store(word.Encode());
  }
}

// A draft with a link shares its block with the target, if that took it.
void DecideDraft(const Store& store, Entry& entry, PublishWord word) {
  const Handle target = entry.link.Load();
  if (target == kNoHandle) return;
  if (WasPublished(store, target)) {
    word.state = EntryState::kFree;
    word.generation = (word.generation + 1) & kGenerationMask;
    entry.publish.Store(word.Encode());
  } else {
    entry.link.Store(kNoHandle);
  }
}

// Whoever settled the task died before it published: the task can be settled again.
void ReopenTask(Entry& entry) {
  uint64_t seen = entry.task.Load();
  TaskWord task = TaskWord::Decode(seen);
  if (!task.finished) return;
  task.finished = false;
  // Nobody else changes the word of a finished task, and only the lock's holder finishes one.
  entry.task.Store(task.Encode());
}

}  // namespace

void Recover(const Store& store, ObjectTable& table) {
  Control& control = store.control();
  const uint32_t end = control.entry_high_water.Load();
  // In this order: the later returns follow the first, drafts follow their targets.
  for (uint32_t index = 1; index < end; index++) {
    Entry& entry = store.entry(index);
    const PublishWord word = LoadPublish(entry);
    if (word.state == EntryState::kProvisional) DecideProvisional(store, entry, word);
  }
  for (uint32_t index = 1; index < end; index++) {
    Entry& entry = store.entry(index);
    const PublishWord word = LoadPublish(entry);
    if (word.state == EntryState::kDraft) DecideDraft(store, entry, word);
    if (word.state == EntryState::kPending) ReopenTask(entry);
  }
  Rebuild(store, table);
  control.recoveries.Store(control.recoveries.Load() + 1);
}

void Rebuild(const Store& store, ObjectTable& table) {
  table.Reset();
  // Downwards, so that the lowest entries are taken first again.
  for (uint32_t index = store.control().entry_high_water.Load() - 1; index > 0; index--) table.Adopt(index);
  table.CountAllChildren();
  table.Finish();
}

}  // namespace mobula
