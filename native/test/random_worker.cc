#include "native/test/random_worker.h"

#include <algorithm>
#include <cstring>

#include "native/test/support.h"

namespace mobula::test {
namespace {

constexpr size_t kMostHeld = 40;

// The meta of an object is its tag and bytes that follow from it; the tag also says what its buffers are.
std::string MetaOf(uint64_t tag) {
  std::string meta(sizeof(tag), '\0');
  std::memcpy(meta.data(), &tag, sizeof(tag));
  return meta + Bytes(tag, tag % 500);
}

std::vector<std::string> BuffersOf(uint64_t tag) {
  if (tag % 8 != 0) return {};
  return {Bytes(tag + 1, tag / 8 % 40'000), Bytes(tag + 2, tag % 100)};
}

uint64_t TagOf(const std::byte* meta, size_t length) {
  uint64_t tag = 0;
  CHECK(length >= sizeof(tag));
  std::memcpy(&tag, meta, sizeof(tag));
  return tag;
}

template <typename T>
T TakeAt(std::vector<T>& list, uint64_t index) {
  std::swap(list[index], list.back());
  T value = std::move(list.back());
  list.pop_back();
  return value;
}

}  // namespace

RandomWorker::RandomWorker(Client& client, Board& board, uint32_t number, uint64_t seed)
    : client_(client), board_(board), number_(number), random_(seed) {}

void RandomWorker::Step() {
  board_.steps[number_].fetch_add(1);
  const uint64_t choice = Pick(0, 99);
  if (held_.size() > kMostHeld) DropOne();
  if (choice < 22) {
    Put();
  } else if (choice < 25) {
    Allocate();
  } else if (choice < 42) {
    DropOne();
  } else if (choice < 60) {
    Read();
  } else if (choice < 67) {
    Refer();
  } else if (choice < 74) {
    Pin();
  } else if (choice < 79) {
    Unpin();
  } else if (choice < 81) {
    Free();
  } else if (choice < 86) {
    Submit();
  } else if (choice < 92) {
    RunTask();
  } else if (choice < 94) {
    MoveOwnTask();
  } else if (choice < 98) {
    CheckOwnTask();
  } else {
    Wait();
  }
}

// --- Objects ---------------------------------------------------------------------------------------------

bool RandomWorker::Write(const ObjectId& id, Handle* draft, bool* is_leaf) {
  const uint64_t tag = random_();
  Sample sample = {.meta = MetaOf(tag), .buffers = BuffersOf(tag)};
  if (!held_.empty() && Pick(0, 3) == 0) {
    for (uint64_t n = Pick(1, 3); n > 0; n--) {
      const Held& held = held_[Pick(0, held_.size() - 1)];
      if (held.is_leaf || !id.IsNull()) sample.contained.push_back(held.handle);
    }
  }
  *is_leaf = sample.contained.empty();
  const Status status = sample.Write(client_, id, draft);
  if (status == Status::kOk) return true;
  CHECK_EQUAL(status, Status::kFull);
  board_.full.fetch_add(1);
  for (int i = 0; i < 5; i++) DropOne();
  return false;
}

void RandomWorker::CheckView(const ObjectView& view) {
  const Store& store = client_.store();
  const std::byte* meta = store.view(view.meta_offset);
  const uint64_t tag = TagOf(meta, view.header.meta_length);
  const std::string expected = MetaOf(tag);
  CHECK_EQUAL(view.header.meta_length, expected.size());
  CHECK(std::memcmp(meta, expected.data(), expected.size()) == 0);
  const std::vector<std::string> buffers = BuffersOf(tag);
  CHECK_EQUAL(view.header.buffer_count, buffers.size());
  for (uint32_t i = 0; i < buffers.size(); i++) {
    const BufferPlace place = client_.BufferOf(view, i);
    CHECK_EQUAL(place.byte_length, buffers[i].size());
    CHECK(std::memcmp(store.view(place.offset), buffers[i].data(), buffers[i].size()) == 0);
  }
}

void RandomWorker::Put() {
  Handle handle;
  bool is_leaf;
  if (!Write(client_.MakeId(counter_++, 0), &handle, &is_leaf)) return;
  if (Pick(0, 19) == 0) {
    CHECK_EQUAL(client_.AbortDraft(handle), Status::kOk);
    return;
  }
  CHECK_EQUAL(client_.SealDraft(handle), Status::kOk);
  held_.push_back({handle, is_leaf});
  Show(handle);
}

void RandomWorker::Allocate() {
  const uint64_t tag = random_() % 1000 * 8;
  const std::vector<std::string> buffers = BuffersOf(tag);
  // Only one buffer can be allocated; the tag must be one whose second is empty.
  if (!buffers[1].empty()) return;
  Draft draft;
  uint64_t offset;
  const ObjectId id = client_.MakeId(counter_++, 0);
  if (client_.Allocate(id, buffers[0].size(), 512, &draft, &offset) != Status::kOk) return;
  CHECK_EQUAL(client_.AbortDraft(draft.handle), Status::kOk);
}

void RandomWorker::DropOne() {
  if (held_.empty()) return;
  client_.DropReference(TakeAt(held_, Pick(0, held_.size() - 1)).handle);
}

void RandomWorker::Read() {
  const Handle handle = AnyObject();
  std::byte target[600];
  ReadResult result;
  switch (client_.Read(handle, target, sizeof(target), &result)) {
    case Status::kOk: {
      if ((result.flags & kErrorFlag) != 0) break;  // its submitter died
      const uint64_t tag = TagOf(target, result.length);
      const std::string expected = MetaOf(tag);
      CHECK_EQUAL(result.length, expected.size());
      CHECK(std::memcmp(target, expected.data(), expected.size()) == 0);
      CHECK(BuffersOf(tag).empty());
      break;
    }
    case Status::kHasBuffers:
    case Status::kNotReady:
    case Status::kFreed:
      break;
    default:
      CHECK(false);
  }
}

void RandomWorker::Refer() {
  const Handle handle = AnyObject();
  if (client_.HasReference(handle)) return;
  if (client_.AddReference(handle) == Status::kOk) held_.push_back({handle, false});
}

void RandomWorker::Pin() {
  const Handle handle = AnyObject();
  for (const Pinned& pinned : pinned_) {
    if (pinned.handle == handle) return;
  }
  ObjectView view;
  if (client_.Pin(handle, &view) != Status::kOk) return;
  if ((view.flags & kErrorFlag) != 0) {  // its submitter died
    client_.Unpin(handle);
    return;
  }
  CheckView(view);
  pinned_.push_back({handle, view});
  if (pinned_.size() > 6) Unpin();
}

void RandomWorker::Unpin() {
  if (pinned_.empty()) return;
  const Pinned pinned = TakeAt(pinned_, Pick(0, pinned_.size() - 1));
  CheckView(pinned.view);  // still: whatever others did to it
  client_.Unpin(pinned.handle);
}

void RandomWorker::Free() {
  if (held_.empty()) return;
  const Handle handle = held_[Pick(0, held_.size() - 1)].handle;
  client_.Free(handle);
  CHECK_EQUAL(client_.State(handle), ObjectState::kGone);
}

void RandomWorker::Wait() {
  const Handle handle = AnyObject();
  client_.Wait(handle);
  uint64_t slots[kSlotCount / 64];
  client_.TakeWaiters(handle, slots);
}

// --- Tasks -----------------------------------------------------------------------------------------------

void RandomWorker::Submit() {
  if (tasks_.size() >= 4) return;
  Task task;
  task.targets.resize(Pick(1, 3));
  const uint32_t count = static_cast<uint32_t>(task.targets.size());
  if (client_.CreatePendings(counter_++, count, task.targets.data()) != Status::kOk) return;
  board_.tasks[Pick(0, std::size(board_.tasks) - 1)].store(task.targets[0]);
  Show(task.targets.back());
  tasks_.push_back(std::move(task));
}

void RandomWorker::RunTask() {
  const Handle first = board_.tasks[Pick(0, std::size(board_.tasks) - 1)].load();
  TaskWord task;
  ObjectId id;
  if (client_.ReadTask(first, &task) != Status::kOk || client_.IdOf(first, &id) != Status::kOk) return;
  if (!client_.StartTask(first, task.attempt)) return;
  client_.SetRunning(first);
  std::vector<Handle> targets = {first};
  for (uint32_t i = 1;; i++) {
    const Handle next = client_.Lookup(id.Return(i));
    if (next == kNoHandle) break;
    targets.push_back(next);
  }
  std::vector<Handle> drafts;
  while (drafts.size() < targets.size()) {
    Handle draft;
    bool is_leaf;
    if (!Write({}, &draft, &is_leaf)) break;
    drafts.push_back(draft);
  }
  if (drafts.size() == targets.size()) {
    bool had_waiters;
    const Status status =
        client_.Complete(targets.data(), drafts.data(), targets.size(), task.attempt, &had_waiters);
    CHECK(status == Status::kOk || status == Status::kStale);
    if (status == Status::kOk) board_.completions.fetch_add(1);
  } else {
    for (const Handle draft : drafts) CHECK_EQUAL(client_.AbortDraft(draft), Status::kOk);
    client_.Restart(first, task.attempt, static_cast<uint16_t>(task.attempt + 1));
  }
  client_.SetRunning(kNoHandle);
}

void RandomWorker::MoveOwnTask() {
  if (tasks_.empty()) return;
  const Handle first = tasks_[Pick(0, tasks_.size() - 1)].targets[0];
  TaskWord task;
  CHECK_EQUAL(client_.ReadTask(first, &task), Status::kOk);
  const uint16_t next = static_cast<uint16_t>(task.attempt + 1);
  const bool moved =
      Pick(0, 1) == 0 ? client_.TakeBack(first, task.attempt) : client_.Restart(first, task.attempt, next);
  TaskWord after;
  CHECK_EQUAL(client_.ReadTask(first, &after), Status::kOk);
  // Workers that cannot complete for want of room move it on as well.
  if (moved) CHECK(static_cast<uint16_t>(after.attempt - task.attempt) >= 1);
  board_.tasks[Pick(0, std::size(board_.tasks) - 1)].store(first);
}

void RandomWorker::CheckOwnTask() {
  if (tasks_.empty()) return;
  const size_t index = Pick(0, tasks_.size() - 1);
  const std::vector<Handle>& targets = tasks_[index].targets;
  TaskWord task;
  CHECK_EQUAL(client_.ReadTask(targets[0], &task), Status::kOk);
  // From the last to the first: once one return is seen, all are there. (One that somebody freed shows nothing.)
  bool seen = false;
  bool pending = false;
  for (int round = 0; round < 2; round++) {
    for (size_t i = targets.size(); i-- > 0;) {
      const ObjectState state = client_.State(targets[i]);
      if (state == ObjectState::kPending) {
        CHECK(!seen);
        pending = true;
      }
      if (state == ObjectState::kValue) seen = true;
    }
  }
  if (!task.finished || pending) return;
  const Task settled = TakeAt(tasks_, index);
  for (const Handle target : settled.targets) held_.push_back({target, false});
}

void RandomWorker::Finish() {
  while (!held_.empty()) DropOne();
  while (!pinned_.empty()) Unpin();
  for (const Task& task : tasks_)
    unsettled_.insert(unsettled_.end(), task.targets.begin(), task.targets.end());
}

}  // namespace mobula::test
