// The task word: who may run which attempt. Compare-and-swap alone, no lock.

#include "native/store/client.h"
#include "native/store/store_lock.h"

namespace mobula {

bool Client::MoveTask(Handle handle, uint16_t attempt, const TaskWord& next, bool only_unstarted) {
  for (;;) {
    Entry* entry = FindEntry(store_, handle);
    if (entry == nullptr || LoadPublish(*entry).state != EntryState::kPending) return false;
    uint64_t seen = entry->task.Load();
    const TaskWord task = TaskWord::Decode(seen);
    if (task.generation != GenerationOf(handle) || task.attempt != attempt) return false;
    if (task.finished) {
      // Somebody is settling the task under the lock, or died of it. After having had the lock we know.
      StoreLock lock(store_);
      continue;
    }
    if (only_unstarted && task.started) return false;
    if (entry->task.CompareExchange(seen, next.Encode())) return true;
  }
}

bool Client::StartTask(Handle handle, uint16_t attempt) {
  const TaskWord next = {.generation = static_cast<uint32_t>(GenerationOf(handle)),
                         .attempt = attempt,
                         .started = true,
                         .slot = static_cast<uint8_t>(slot_)};
  return MoveTask(handle, attempt, next, true);
}

bool Client::TakeBack(Handle handle, uint16_t attempt) {
  const TaskWord next = {.generation = static_cast<uint32_t>(GenerationOf(handle)),
                         .attempt = static_cast<uint16_t>(attempt + 1)};
  return MoveTask(handle, attempt, next, true);
}

bool Client::Restart(Handle handle, uint16_t attempt, uint16_t next_attempt) {
  const TaskWord next = {.generation = static_cast<uint32_t>(GenerationOf(handle)), .attempt = next_attempt};
  return MoveTask(handle, attempt, next, false);
}

Status Client::ReadTask(Handle handle, TaskWord* task) const {
  const Entry* entry = FindEntry(store_, handle);
  if (entry == nullptr) return Status::kFreed;
  *task = TaskWord::Decode(entry->task.Load());
  return task->generation == GenerationOf(handle) ? Status::kOk : Status::kFreed;
}

}  // namespace mobula
