// Clients coming and going.

#include <algorithm>

#include "native/store/client.h"
#include "native/store/store_lock.h"

namespace mobula {
namespace {

// Entries looked at while the lock is held once: a few microseconds.
constexpr uint32_t kEntriesPerStep = 256;

// An environment that ends waits for the lock as long as it takes.
constexpr int kNoTimeout = 1'000'000'000;

}  // namespace

Status Client::ClaimSlot(uint32_t pid, uint32_t* slot) {
  StoreLock lock(store_);
  for (uint32_t number = kRayletSlot + 1; number < kSlotCount; number++) {
    SlotRecord& record = store_.slot(number);
    if (record.state.Load() != static_cast<uint32_t>(SlotState::kFree)) continue;
    record.pid.Store(pid);
    record.session.Store(platform::RandomBits() | 1);
    record.running.Store(kNoHandle);
    record.state.Store(static_cast<uint32_t>(SlotState::kClaimed));
    *slot = number;
    return Status::kOk;
  }
  return Status::kFull;
}

Handle Client::Running(uint32_t slot) const {
  return store_.slot(slot).running.Load();
}

Status Client::Strip(uint32_t slot, bool dead, int timeout_milliseconds, std::vector<Handle>* orphans) {
  // What is made after this is somebody else's.
  const uint32_t end = store_.control().entry_high_water.Load();
  for (uint32_t begin = 1; begin < end; begin += kEntriesPerStep) {
    StoreLock lock(store_, timeout_milliseconds);
    if (!lock.held()) return Status::kTimedOut;
    ObjectTable& table = lock.table();
    for (uint32_t index = begin; index < std::min(begin + kEntriesPerStep, end); index++) {
      Entry& entry = store_.entry(index);
      PublishWord word = LoadPublish(entry);
      if (word.state == EntryState::kFree) continue;
      if (entry.waiters.Test(slot)) entry.waiters.Clear(slot);
      if (entry.pins.Test(slot)) entry.pins.Clear(slot);
      if (entry.references.Test(slot)) entry.references.Clear(slot);
      const bool owned = word.owner == slot;
      if (word.state == EntryState::kDraft && owned) {
        table.FreeWithBlock(index);
      } else if (word.state == EntryState::kPending && owned && dead) {
        if (IsReferred(entry)) {
          word.owner = static_cast<uint8_t>(slot_);
          table.Publish(index, word);
          orphans->push_back(MakeHandle(word.generation, index));
        } else {
          table.FreeEntry(index);
        }
      } else {
        table.Settle(index);
      }
    }
    table.Reap(kReapBudget);
  }
  Reap();
  return Status::kOk;
}

void Client::ReleaseAll() {
  SetRunning(kNoHandle);
  Strip(slot_, false, kNoTimeout, nullptr);
}

Status Client::ReclaimSlot(uint32_t slot, int timeout_milliseconds, std::vector<Handle>* orphans) {
  SlotRecord& record = store_.slot(slot);
  if (slot == slot_ || record.state.Load() != static_cast<uint32_t>(SlotState::kClaimed)) {
    return Status::kInvalid;
  }
  const Status status = Strip(slot, true, timeout_milliseconds, orphans);
  if (status != Status::kOk) return status;

  StoreLock lock(store_, timeout_milliseconds);
  if (!lock.held()) return Status::kTimedOut;
  Control& control = store_.control();
  const auto retire = [](Word<uint64_t>& counter, Word<uint64_t>& total) {
    total.Store(total.Load() + counter.Load());
    counter.Store(0);
  };
  retire(record.puts, control.retired_puts);
  retire(record.gets, control.retired_gets);
  retire(record.bytes_copied_in, control.retired_bytes_copied_in);
  retire(record.bytes_copied_out, control.retired_bytes_copied_out);
  retire(record.bytes_viewed, control.retired_bytes_viewed);
  record.running.Store(kNoHandle);
  record.pid.Store(0);
  record.state.Store(static_cast<uint32_t>(SlotState::kFree));
  return Status::kOk;
}

}  // namespace mobula
