// Every operation in every state, and what the operations promise one by one.

#include "native/store/client.h"

#include <array>
#include <cstring>
#include <set>

#include "native/test/support.h"
#include "native/test/world.h"

namespace mobula::test {
namespace {

// --- Every operation in every state ----------------------------------------------------------------------

// What a handle may name when the client under test (`own`) uses it. Made by another client unless it says own.
enum Case : size_t {
  kUnknown,
  kOutside,  // an index that the table does not have
  kStale,    // the entry has been reused since
  kOwnPending,
  kPending,
  kPendingFreed,
  kOwnDraft,
  kDraft,
  kSealed,
  kError,
  kWithBuffers,
  kDoomed,
  kFreed,
  kCaseCount,
};

const char* const kCaseNames[kCaseCount] = {"unknown",       "outside",   "stale", "own pending", "pending",
                                            "pending freed", "own draft", "draft", "sealed",      "error",
                                            "with buffers",  "doomed",    "freed"};

const Sample kSmall = {.meta = "small value"};
const Sample kBig = {.meta = "big", .buffers = {Bytes(1, 20'000), Bytes(2, 100)}};

Handle MakeCase(World& world, Case which) {
  Client& own = *world.own;
  Client& other = *world.other;
  Handle handle = kNoHandle;
  ObjectView view;
  switch (which) {
    case kUnknown:
      return kNoHandle;
    case kOutside:
      return MakeHandle(0, kMaxEntries - 1);
    case kStale:
      handle = MustPut(other, 1, kSmall);
      other.DropReference(handle);
      CHECK_EQUAL(IndexOf(MustPending(other, 2)), IndexOf(handle));
      return handle;
    case kOwnPending:
      return MustPending(own, 1);
    case kPending:
      return MustPending(other, 1);
    case kPendingFreed:
      handle = MustPending(other, 1);
      CHECK(!other.Free(handle));
      return handle;
    case kOwnDraft:
      CHECK_EQUAL(kSmall.Write(own, own.MakeId(1, 0), &handle), Status::kOk);
      return handle;
    case kDraft:
      CHECK_EQUAL(kSmall.Write(other, other.MakeId(1, 0), &handle), Status::kOk);
      return handle;
    case kSealed:
      return MustPut(other, 1, kSmall);
    case kError:
      return MustPut(other, 1, {.meta = "an error", .flags = kErrorFlag});
    case kWithBuffers:
      return MustPut(other, 1, kBig);
    case kDoomed:
      handle = MustPut(other, 1, kSmall);
      CHECK_EQUAL(other.Pin(handle, &view), Status::kOk);
      other.Free(handle);
      return handle;
    case kFreed:
      handle = MustPut(other, 1, kSmall);
      other.Free(handle);
      return handle;
    default:
      return kNoHandle;
  }
}

// Runs one operation on a fresh store for each case, and compares what it returns with what is expected.
template <typename Result>
void CheckCases(const char* name, const std::array<Result, kCaseCount>& expected,
                const std::function<Result(Client&, Handle)>& operation) {
  for (size_t i = 0; i < kCaseCount; i++) {
    World world;
    const Handle handle = MakeCase(world, static_cast<Case>(i));
    try {
      CHECK_EQUAL(operation(*world.own, handle), expected[i]);
      CheckSound(*world.store);
      // Once more: no operation may break on what the first one has made of it.
      operation(*world.own, handle);
      CheckSound(*world.store);
      world.End();
    } catch (const Failure& failure) {
      throw Failure(std::string(name) + " of an object that is " + kCaseNames[i] + ": " + failure.what());
    }
  }
}

constexpr Status kOk = Status::kOk;
constexpr Status kGone = Status::kFreed;
constexpr Status kWait = Status::kNotReady;
constexpr Status kBad = Status::kInvalid;
constexpr Status kLate = Status::kStale;

TEST(cases_state) {
  using enum ObjectState;
  CheckCases<ObjectState>(
      "State",
      {kGone, kGone, kGone, kPending, kPending, kGone, kGone, kGone, kValue, kError, kValue, kGone, kGone},
      [](Client& client, Handle handle) { return client.State(handle); });
}

TEST(cases_read) {
  CheckCases<Status>(
      "Read",
      {kGone, kGone, kGone, kWait, kWait, kGone, kGone, kGone, kOk, kOk, Status::kHasBuffers, kGone, kGone},
      [](Client& client, Handle handle) {
        char target[64];
        ReadResult result;
        return client.Read(handle, target, sizeof(target), &result);
      });
}

TEST(cases_pin) {
  CheckCases<Status>("Pin",
                     {kGone, kGone, kGone, kWait, kWait, kGone, kGone, kGone, kOk, kOk, kOk, kGone, kGone},
                     [](Client& client, Handle handle) {
                       ObjectView view;
                       return client.Pin(handle, &view);
                     });
}

TEST(cases_contained) {
  CheckCases<Status>("Contained",
                     {kGone, kGone, kGone, kWait, kWait, kGone, kGone, kGone, kOk, kOk, kOk, kGone, kGone},
                     [](Client& client, Handle handle) {
                       std::vector<Handle> contained;
                       return client.Contained(handle, &contained);
                     });
}

TEST(cases_id) {
  CheckCases<Status>("IdOf", {kGone, kGone, kGone, kOk, kOk, kOk, kOk, kOk, kOk, kOk, kOk, kOk, kOk},
                     [](Client& client, Handle handle) {
                       ObjectId id;
                       return client.IdOf(handle, &id);
                     });
}

TEST(cases_add_reference) {
  CheckCases<Status>("AddReference",
                     {kGone, kGone, kGone, kOk, kOk, kGone, kGone, kGone, kOk, kOk, kOk, kGone, kGone},
                     [](Client& client, Handle handle) { return client.AddReference(handle); });
}

TEST(cases_is_wanted) {
  CheckCases<bool>("IsWanted",
                   {false, false, false, true, true, false, false, false, true, true, true, false, false},
                   [](Client& client, Handle handle) { return client.IsWanted(handle); });
}

TEST(cases_is_wanted_after_the_last_reference) {
  World world;
  const Handle handle = MakeCase(world, kOwnPending);
  world.own->DropReference(handle);
  CHECK(!world.own->IsWanted(handle));
  CHECK_EQUAL(world.own->State(handle), ObjectState::kPending);
  world.End();
}

TEST(cases_without_an_effect) {
  // Of what is not held nothing can be dropped.
  const auto unpin_and_drop = [](Client& client, Handle handle) {
    const ObjectState before = client.State(handle);
    client.Unpin(handle);
    if (!client.HasReference(handle)) client.DropReference(handle);
    uint64_t slots[kSlotCount / 64];
    client.TakeWaiters(handle, slots);
    return before == client.State(handle);
  };
  std::array<bool, kCaseCount> expected;
  expected.fill(true);
  CheckCases<bool>("Unpin and DropReference", expected, unpin_and_drop);
}

TEST(cases_wait) {
  CheckCases<bool>("Wait", {true, true, true, false, false, true, true, true, true, true, true, true, true},
                   [](Client& client, Handle handle) { return client.Wait(handle); });
}

TEST(cases_free) {
  std::array<ObjectState, kCaseCount> expected;
  expected.fill(ObjectState::kGone);
  CheckCases<ObjectState>("Free", expected, [](Client& client, Handle handle) {
    CHECK(!client.Free(handle));
    return client.State(handle);
  });
}

TEST(cases_seal) {
  CheckCases<Status>("SealDraft",
                     {kBad, kBad, kBad, kBad, kBad, kBad, kOk, kBad, kBad, kBad, kBad, kBad, kBad},
                     [](Client& client, Handle handle) { return client.SealDraft(handle); });
}

TEST(cases_abort) {
  CheckCases<Status>("AbortDraft",
                     {kBad, kBad, kBad, kBad, kBad, kBad, kOk, kBad, kBad, kBad, kBad, kBad, kBad},
                     [](Client& client, Handle handle) { return client.AbortDraft(handle); });
}

TEST(cases_finish_allocated) {
  CheckCases<Status>("FinishAllocated",
                     {kBad, kBad, kBad, kBad, kBad, kBad, kBad, kBad, kBad, kBad, kBad, kBad, kBad},
                     [](Client& client, Handle handle) { return client.FinishAllocated(handle, "x", 1, 0); });
}

TEST(cases_complete_target) {
  CheckCases<Status>("Complete, as the target",
                     {kLate, kLate, kLate, kOk, kOk, kOk, kLate, kLate, kLate, kLate, kLate, kLate, kLate},
                     [](Client& client, Handle handle) {
                       bool had_waiters;
                       return client.CompleteSmall(handle, 0, "result", 6, 0, &had_waiters);
                     });
}

TEST(cases_complete_draft) {
  CheckCases<Status>("Complete, as the draft",
                     {kBad, kBad, kBad, kBad, kBad, kBad, kOk, kBad, kBad, kBad, kBad, kBad, kBad},
                     [](Client& client, Handle handle) {
                       bool had_waiters;
                       Handle target;
                       CHECK_EQUAL(client.CreatePending(client.MakeId(99, 0), &target), Status::kOk);
                       const Status status = client.Complete(&target, &handle, 1, 0, &had_waiters);
                       if (status != Status::kOk)
                         client.CompleteSmall(target, 0, nullptr, 0, 0, &had_waiters);
                       client.DropReference(target);
                       return status;
                     });
}

TEST(cases_tasks) {
  const std::array<bool, kCaseCount> expected = {false, false, false, true,  true,  true, false,
                                                 false, false, false, false, false, false};
  CheckCases<bool>("StartTask", expected,
                   [](Client& client, Handle handle) { return client.StartTask(handle, 0); });
  CheckCases<bool>("TakeBack", expected,
                   [](Client& client, Handle handle) { return client.TakeBack(handle, 0); });
  CheckCases<bool>("Restart", expected,
                   [](Client& client, Handle handle) { return client.Restart(handle, 0, 7); });
  CheckCases<Status>("ReadTask", {kGone, kGone, kGone, kOk, kOk, kOk, kOk, kOk, kOk, kOk, kOk, kOk, kOk},
                     [](Client& client, Handle handle) {
                       TaskWord task;
                       return client.ReadTask(handle, &task);
                     });
}

// --- Writing and reading ---------------------------------------------------------------------------------

TEST(values_of_all_shapes_read_as_written) {
  World world(16 * kMinMemory);
  std::mt19937_64 random = RandomFor(40);
  std::vector<std::pair<Handle, Sample>> objects;
  for (uint64_t i = 0; i < 60; i++) {
    Sample sample;
    sample.meta = Bytes(i, Pick(random, 0, 2000));
    for (uint64_t n = Pick(random, 0, 3); n > 0; n--) {
      sample.buffers.push_back(
          Bytes(i * 10 + n, Pick(random, 0, 1) == 0 ? Pick(random, 0, 500) : Pick(random, 16'000, 60'000)));
    }
    for (uint64_t n = Pick(random, 0, 3); n > 0 && !objects.empty(); n--) {
      sample.contained.push_back(objects[Pick(random, 0, objects.size() - 1)].first);
    }
    sample.flags = static_cast<uint16_t>(Pick(random, 0, kObjectFlagsMask));
    objects.emplace_back(MustPut(*world.own, i, sample), sample);
  }
  CheckSound(*world.store);
  for (const auto& [handle, sample] : objects) {
    CHECK(ReadsAs(*world.other, handle, sample));
    std::string target(sample.meta.size(), '\0');
    ReadResult result;
    const Status status = world.other->Read(handle, target.data(), target.size(), &result);
    if (!sample.buffers.empty()) {
      CHECK_EQUAL(status, Status::kHasBuffers);
      continue;
    }
    CHECK_EQUAL(status, Status::kOk);
    CHECK_EQUAL(result.length, sample.meta.size());
    CHECK_EQUAL(result.flags, sample.flags);
    CHECK(target == sample.meta);
    if (sample.meta.empty()) continue;
    CHECK_EQUAL(world.other->Read(handle, target.data(), target.size() - 1, &result), Status::kTooSmall);
    CHECK_EQUAL(result.length, sample.meta.size());
  }
  // From the last, so that the containers end before what they contain.
  for (auto object = objects.rbegin(); object != objects.rend(); ++object) {
    world.own->DropReference(object->first);
  }
  CheckEmpty(*world.store);
}

TEST(an_allocated_buffer_is_filled_in_place) {
  World world;
  Draft draft;
  uint64_t offset = 0;
  const std::string content = Bytes(5, 100'000);
  CHECK_EQUAL(world.own->Allocate(world.own->MakeId(1, 0), content.size(), 512, &draft, &offset),
              Status::kOk);
  CHECK_EQUAL(offset % kPageSize, 0u);
  std::memcpy(world.store->writable(offset), content.data(), content.size());
  const std::string long_meta(kPageSize, 'x');
  CHECK_EQUAL(world.own->FinishAllocated(draft.handle, long_meta.data(), kPageSize, 0), Status::kTooSmall);
  CHECK_EQUAL(world.own->FinishAllocated(draft.handle, "array", 5, 2), Status::kOk);
  CHECK_EQUAL(world.own->SealDraft(draft.handle), Status::kOk);
  CHECK(ReadsAs(*world.other, draft.handle, {.meta = "array", .buffers = {content}, .flags = 2}));
  const ClientCounters counters = ReadCounters(*world.store, world.own->slot());
  CHECK_EQUAL(counters.bytes_copied_in, 5u);
  world.own->DropReference(draft.handle);
  CheckEmpty(*world.store);
}

TEST(a_draft_without_a_proper_header_is_not_sealed) {
  World world;
  Draft draft;
  CHECK_EQUAL(world.own->CreateDraft(world.own->MakeId(1, 0), 8, 0, &draft), Status::kInvalid);
  CHECK_EQUAL(world.own->CreateDraft(world.own->MakeId(1, 0), 100, 0, &draft), Status::kOk);
  const ObjectHeader header = {.meta_length = 85, .buffer_count = 0, .contained_count = 0, .flags = 0};
  std::memcpy(world.store->writable(draft.offset), &header, sizeof(header));
  CHECK_EQUAL(world.own->SealDraft(draft.handle), Status::kInvalid);
  CHECK_EQUAL(world.own->AbortDraft(draft.handle), Status::kOk);
  // A draft without an id can only become the value of a target.
  const Handle nameless = MustDraft(*world.own, kSmall);
  CHECK_EQUAL(world.own->SealDraft(nameless), Status::kInvalid);
  CHECK_EQUAL(world.own->AbortDraft(nameless), Status::kOk);
  CheckEmpty(*world.store);
}

TEST(what_is_written_into_a_view_reaches_nobody_else) {
  World world;
  const Sample sample = {.meta = "m", .buffers = {Bytes(7, 50'000)}};
  const Handle handle = MustPut(*world.own, 1, sample);
  ObjectView view;
  CHECK_EQUAL(world.own->Pin(handle, &view), Status::kOk);
  const BufferPlace place = world.own->BufferOf(view, 0);
  std::byte* mine = world.store->view(place.offset);
  CHECK(Store::IsClean(mine, place.byte_length));
  std::byte* second = world.store->MapPrivateCopy(place.offset, place.byte_length);
  CHECK(second != nullptr);

  mine[10'000] = ~mine[10'000];
  CHECK(!Store::IsClean(mine, place.byte_length));
  CHECK(Store::IsClean(mine + 3 * kPageSize, place.byte_length - 3 * kPageSize));
  CHECK(Store::IsClean(second, place.byte_length));
  CHECK(std::memcmp(second, sample.buffers[0].data(), place.byte_length) == 0);
  CHECK(ReadsAs(*world.other, handle, sample) == false);  // the same mapping: it sees the write
  const auto elsewhere = AttachTo(*world.store);
  CHECK(std::memcmp(elsewhere->view(place.offset), sample.buffers[0].data(), place.byte_length) == 0);

  world.store->DropDirty(place.offset, kPageSize * 13);
  CHECK(Store::IsClean(mine, place.byte_length));
  CHECK(ReadsAs(*world.other, handle, sample));
  Store::UnmapCopy(second, place.byte_length);
  world.own->Unpin(handle);
  world.own->DropReference(handle);
  CheckEmpty(*world.store);
}

// --- Room ------------------------------------------------------------------------------------------------

TEST(a_full_arena_has_room_again_after_a_drop) {
  World world;
  const Sample sample = {.meta = Bytes(1, 300'000)};
  Handle handle;
  std::vector<Handle> all;
  Status status;
  while ((status = sample.Put(*world.own, world.own->MakeId(all.size(), 0), &handle)) == Status::kOk) {
    all.push_back(handle);
  }
  CHECK_EQUAL(status, Status::kFull);
  CHECK_EQUAL(all.size(), 3u);
  const Sample huge = {.meta = Bytes(1, kMinMemory)};
  CHECK_EQUAL(huge.Put(*world.own, world.own->MakeId(9, 0), &handle), Status::kTooLarge);
  CheckSound(*world.store);
  world.own->DropReference(all[1]);
  CHECK_EQUAL(sample.Put(*world.own, world.own->MakeId(9, 0), &all[1]), Status::kOk);
  for (const Handle each : all) world.own->DropReference(each);
  CheckEmpty(*world.store);
}

TEST(a_full_table_takes_all_returns_or_none) {
  World world(kMinMemory, 20);
  std::vector<Handle> handles(20);
  CHECK_EQUAL(world.own->CreatePendings(1, 20, handles.data()), Status::kFull);
  CheckEmpty(*world.store);
  CHECK_EQUAL(world.own->CreatePendings(1, 18, handles.data()), Status::kOk);
  ObjectId id;
  CHECK_EQUAL(world.own->IdOf(handles[17], &id), Status::kOk);
  CHECK(id == world.own->MakeId(1, 17));
  Handle handle;
  CHECK_EQUAL(world.own->CreatePending(world.own->MakeId(2, 0), &handle), Status::kFull);
  CHECK_EQUAL(kSmall.Put(*world.own, world.own->MakeId(3, 0), &handle), Status::kFull);
  CheckSound(*world.store);
  // What is there can be settled all the same.
  bool had_waiters;
  CHECK_EQUAL(world.other->CompleteSmall(handles[0], 0, "r", 1, 0, &had_waiters), Status::kOk);
  CHECK_EQUAL(world.own->State(handles[0]), ObjectState::kValue);
  world.End();
}

TEST(a_full_store_has_room_for_errors) {
  World world;
  Handle handle;
  uint64_t counter = 0;
  const Handle pending = MustPending(*world.own, counter++);
  for (const size_t length : {100'000u, 10'000u, 1'000u, 10u}) {
    const Sample sample = {.meta = Bytes(1, length)};
    while (sample.Put(*world.own, world.own->MakeId(counter, 0), &handle) == Status::kOk) counter++;
  }
  bool had_waiters;
  const std::string text = Bytes(2, 500);
  CHECK_EQUAL(world.other->CompleteSmall(pending, 0, text.data(), 500, 0, &had_waiters), Status::kFull);
  CHECK_EQUAL(world.other->CompleteSmall(pending, 0, text.data(), 500, kErrorFlag, &had_waiters),
              Status::kOk);
  CHECK_EQUAL(world.own->State(pending), ObjectState::kError);
  CheckSound(*world.store);
  world.End();
}

// --- Names -----------------------------------------------------------------------------------------------

TEST(objects_are_found_by_their_ids) {
  World world(8 * kMinMemory, 5000);
  std::mt19937_64 random = RandomFor(50);
  std::vector<Handle> handles(4000);
  for (uint64_t i = 0; i < handles.size(); i++) handles[i] = MustPut(*world.own, i * 3, kSmall);
  for (uint64_t i = 0; i < handles.size(); i++) {
    CHECK_EQUAL(world.other->Lookup(world.own->MakeId(i * 3, 0)), handles[i]);
    CHECK_EQUAL(world.other->Lookup(world.own->MakeId(i * 3 + 1, 0)), kNoHandle);
  }
  std::set<uint64_t> dropped;
  while (dropped.size() < 2000) {
    const uint64_t i = Pick(random, 0, handles.size() - 1);
    if (dropped.insert(i).second) world.own->DropReference(handles[i]);
  }
  CheckSound(*world.store);
  for (uint64_t i = 0; i < handles.size(); i++) {
    CHECK_EQUAL(world.other->Lookup(world.own->MakeId(i * 3, 0)),
                dropped.contains(i) ? kNoHandle : handles[i]);
  }
  Handle draft;
  CHECK_EQUAL(kSmall.Write(*world.own, world.own->MakeId(1, 0), &draft), Status::kOk);
  CHECK_EQUAL(world.other->Lookup(world.own->MakeId(1, 0)), kNoHandle);
  CHECK_EQUAL(world.own->SealDraft(draft), Status::kOk);
  CHECK_EQUAL(world.other->Lookup(world.own->MakeId(1, 0)), draft);
  world.End();
}

TEST(a_handle_is_an_exact_number_in_javascript) {
  const Handle largest = MakeHandle(kGenerationMask, kMaxEntries - 1);
  CHECK(largest < uint64_t{1} << 53);
  CHECK_EQUAL(IndexOf(largest), kMaxEntries - 1);
  CHECK_EQUAL(GenerationOf(largest), kGenerationMask);
}

TEST(an_entry_is_reused_under_a_new_handle) {
  World world;
  std::set<Handle> seen;
  for (uint64_t i = 0; i < 100; i++) {
    const Handle handle = MustPut(*world.own, i, kSmall);
    CHECK(seen.insert(handle).second);
    CHECK_EQUAL(IndexOf(handle), 1u);
    world.own->DropReference(handle);
    for (const Handle old : seen) CHECK_EQUAL(world.own->State(old), ObjectState::kGone);
  }
  CheckEmpty(*world.store);
}

}  // namespace
}  // namespace mobula::test
