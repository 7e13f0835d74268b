// How objects end, how tasks are settled, and what the dead leave.

#include <algorithm>

#include "native/test/support.h"
#include "native/test/world.h"

namespace mobula::test {
namespace {

const Sample kSmall = {.meta = "small value"};

// --- Ends ------------------------------------------------------------------------------------------------

TEST(an_object_ends_with_the_last_that_holds_it) {
  // References of two clients, a pin, and a containing object, ended in every order.
  std::vector<int> order = {0, 1, 2, 3};
  do {
    World world;
    ObjectView view;
    const Handle object = MustPut(*world.own, 1, kSmall);
    const Handle container = MustPut(*world.other, 1, {.meta = "c", .contained = {object}});
    CHECK_EQUAL(world.other->AddReference(object), Status::kOk);
    CHECK_EQUAL(world.other->Pin(object, &view), Status::kOk);
    for (size_t i = 0; i < order.size(); i++) {
      CHECK_EQUAL(world.own->State(object), ObjectState::kValue);
      CHECK(ReadsAs(*world.raylet, object, kSmall));
      if (order[i] == 0) world.own->DropReference(object);
      if (order[i] == 1) world.other->DropReference(object);
      if (order[i] == 2) world.other->Unpin(object);
      if (order[i] == 3) world.other->DropReference(container);
      CheckSound(*world.store);
    }
    CHECK_EQUAL(world.own->State(object), ObjectState::kGone);
    CheckEmpty(*world.store);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(a_freed_object_gives_its_block_back_when_the_last_pin_ends) {
  World world;
  ObjectView view;
  const Sample sample = {.meta = Bytes(1, 50'000)};
  const Handle handle = MustPut(*world.own, 1, sample);
  CHECK_EQUAL(world.own->Pin(handle, &view), Status::kOk);
  CHECK_EQUAL(world.other->Pin(handle, &view), Status::kOk);
  world.own->Free(handle);
  CHECK_EQUAL(world.own->State(handle), ObjectState::kGone);
  CHECK_EQUAL(std::string(reinterpret_cast<const char*>(world.store->view(view.meta_offset)), 50'000),
              sample.meta);
  world.own->Unpin(handle);
  CHECK(ReadStatistics(*world.store).bytes_used > 0);
  CheckSound(*world.store);
  world.other->Unpin(handle);
  CHECK_EQUAL(ReadStatistics(*world.store).bytes_used, 0u);
  CHECK_EQUAL(ReadStatistics(*world.store).freed.objects, 1u);
  CheckSound(*world.store);
  world.own->DropReference(handle);
  CheckEmpty(*world.store);
}

TEST(a_chain_of_containers_ends_without_recursion) {
  constexpr uint64_t kLength = 50'000;
  World world(32 * kMinMemory, kLength + 2000);
  Handle previous = MustPut(*world.own, 0, kSmall);
  const Handle first = previous;
  for (uint64_t i = 1; i < kLength; i++) {
    const Handle next = MustPut(*world.own, i, {.meta = "", .contained = {previous}});
    world.own->DropReference(previous);
    previous = next;
  }
  CheckSound(*world.store);
  CHECK_EQUAL(world.own->State(first), ObjectState::kValue);
  world.own->DropReference(previous);
  CHECK_EQUAL(world.own->State(first), ObjectState::kGone);
  CheckEmpty(*world.store);
}

TEST(a_wide_container_lets_all_its_children_go) {
  World world(32 * kMinMemory, 20'000);
  Sample container = {.meta = "wide"};
  for (uint64_t i = 0; i < 10'000; i++) container.contained.push_back(MustPut(*world.own, i, kSmall));
  container.contained.push_back(container.contained[0]);  // twice
  const Handle handle = MustPut(*world.own, 10'000, container);
  for (uint64_t i = 0; i < 10'000; i++) world.own->DropReference(container.contained[i]);
  CheckSound(*world.store);
  std::vector<Handle> contained;
  CHECK_EQUAL(world.other->Contained(handle, &contained), Status::kOk);
  CHECK(contained == container.contained);
  CHECK_EQUAL(world.other->AddReference(contained[77]), Status::kOk);
  world.own->Free(handle);
  CheckSound(*world.store);
  CHECK_EQUAL(ReadStatistics(*world.store).entries_used, 2u);  // the tombstone, and what was taken out
  world.own->DropReference(handle);
  world.other->DropReference(contained[77]);
  CheckEmpty(*world.store);
}

TEST(a_contained_result_that_comes_later_is_kept) {
  World world;
  const Handle pending = MustPending(*world.own, 1);
  const Handle container = MustPut(*world.own, 2, {.meta = "promise", .contained = {pending}});
  world.own->DropReference(pending);
  bool had_waiters;
  CHECK_EQUAL(world.other->CompleteSmall(pending, 0, "late", 4, 0, &had_waiters), Status::kOk);
  CHECK(ReadsAs(*world.other, pending, {.meta = "late"}));
  CheckSound(*world.store);
  world.own->DropReference(container);
  CheckEmpty(*world.store);
}

TEST(children_that_are_gone_already_do_no_harm) {
  World world;
  const Handle gone = MustPut(*world.own, 1, kSmall);
  world.own->DropReference(gone);
  const Handle reused = MustPut(*world.own, 2, kSmall);
  CHECK_EQUAL(IndexOf(gone), IndexOf(reused));
  const Handle container =
      MustPut(*world.own, 3, {.meta = "c", .contained = {gone, MakeHandle(5, 900), ~0ull}});
  CheckSound(*world.store);
  world.own->DropReference(container);
  CHECK_EQUAL(world.own->State(reused), ObjectState::kValue);
  world.own->DropReference(reused);
  CheckEmpty(*world.store);
}

// --- Settling --------------------------------------------------------------------------------------------

TEST(several_returns_come_together) {
  World world;
  Handle targets[4];
  CHECK_EQUAL(world.own->CreatePendings(5, 4, targets), Status::kOk);
  const Handle child = MustPut(*world.other, 9, kSmall);
  const Sample values[4] = {{.meta = "zero"},
                            {.meta = "one", .buffers = {Bytes(1, 30'000)}},
                            {.meta = "two", .contained = {child, targets[0]}},
                            {.meta = "three", .flags = kErrorFlag}};
  Handle drafts[4];
  for (int i = 0; i < 4; i++) drafts[i] = MustDraft(*world.other, values[i]);
  CHECK(world.other->StartTask(targets[0], 0));
  CHECK(!world.own->Wait(targets[3]));
  bool had_waiters = false;
  CHECK_EQUAL(world.other->Complete(targets, drafts, 4, 0, &had_waiters), Status::kOk);
  CHECK(had_waiters);
  CheckSound(*world.store);
  world.other->DropReference(child);
  for (int i = 0; i < 4; i++) {
    CHECK(ReadsAs(*world.own, targets[i], values[i]));
    CHECK_EQUAL(world.own->State(drafts[i]), ObjectState::kGone);
  }
  uint64_t slots[kSlotCount / 64];
  world.raylet->TakeWaiters(targets[3], slots);
  CHECK_EQUAL(slots[0], uint64_t{1} << world.own->slot());
  world.raylet->TakeWaiters(targets[3], slots);
  CHECK_EQUAL(slots[0], 0u);
  for (const Handle target : targets) world.own->DropReference(target);
  CheckEmpty(*world.store);
}

TEST(only_the_current_attempt_settles) {
  World world;
  const Handle target = MustPending(*world.own, 1);
  bool had_waiters;
  CHECK(world.other->StartTask(target, 0));
  CHECK(world.own->Restart(target, 0, 1));
  CHECK_EQUAL(world.other->CompleteSmall(target, 0, "old", 3, 0, &had_waiters), Status::kStale);
  CHECK_EQUAL(world.own->State(target), ObjectState::kPending);
  CheckSound(*world.store);
  CHECK_EQUAL(world.other->CompleteSmall(target, 1, "new", 3, 0, &had_waiters), Status::kOk);
  CHECK_EQUAL(world.other->CompleteSmall(target, 1, "again", 5, 0, &had_waiters), Status::kStale);
  CHECK(!world.own->Restart(target, 1, 2));
  CHECK(ReadsAs(*world.own, target, {.meta = "new"}));
  world.own->DropReference(target);
  CheckEmpty(*world.store);
}

TEST(results_that_nobody_wants_end_at_once) {
  World world;
  Handle targets[3];
  CHECK_EQUAL(world.own->CreatePendings(1, 3, targets), Status::kOk);
  world.own->DropReference(targets[0]);  // dropped
  CHECK(!world.own->Wait(targets[1]));
  CHECK(world.other->Free(targets[1]));  // freed while somebody waits
  CHECK_EQUAL(world.own->State(targets[1]), ObjectState::kGone);
  CHECK(world.own->Wait(targets[1]));
  const Handle child = MustPut(*world.other, 2, kSmall);
  Handle drafts[3];
  for (Handle& draft : drafts) draft = MustDraft(*world.other, {.meta = "value", .contained = {child}});
  world.other->DropReference(child);
  bool had_waiters;
  // The child is contained by nobody yet: it is gone, and the values name what is not there.
  CHECK_EQUAL(world.raylet->State(child), ObjectState::kGone);
  CHECK_EQUAL(world.other->Complete(targets, drafts, 3, 0, &had_waiters), Status::kOk);
  CheckSound(*world.store);
  CHECK_EQUAL(world.own->State(targets[0]), ObjectState::kGone);
  CHECK_EQUAL(world.own->State(targets[1]), ObjectState::kGone);
  CHECK_EQUAL(world.own->State(targets[2]), ObjectState::kValue);
  CHECK_EQUAL(ReadStatistics(*world.store).entries_used, 2u);  // one tombstone
  world.own->DropReference(targets[1]);
  world.own->DropReference(targets[2]);
  CheckEmpty(*world.store);
}

TEST(the_task_word_says_who_may_run) {
  World world;
  const Handle task = MustPending(*world.own, 1);
  TaskWord word;
  CHECK(!world.other->StartTask(task, 1));
  CHECK(world.own->TakeBack(task, 0));
  CHECK(!world.other->StartTask(task, 0));
  CHECK(world.other->StartTask(task, 1));
  CHECK(!world.other->StartTask(task, 1));
  CHECK(!world.own->TakeBack(task, 1));
  CHECK_EQUAL(world.own->ReadTask(task, &word), Status::kOk);
  CHECK(word.started && word.attempt == 1 && word.slot == world.other->slot() && !word.finished);
  CHECK(world.own->Restart(task, 1, 2));
  CHECK_EQUAL(world.own->ReadTask(task, &word), Status::kOk);
  CHECK(!word.started && word.attempt == 2);
  // The attempt counts on from its largest value.
  CHECK(world.own->Restart(task, 2, UINT16_MAX));
  CHECK(world.own->TakeBack(task, UINT16_MAX));
  CHECK(world.other->StartTask(task, 0));
  bool had_waiters;
  CHECK_EQUAL(world.other->CompleteSmall(task, 0, "r", 1, 0, &had_waiters), Status::kOk);
  CHECK(!world.own->Restart(task, 0, 1) && !world.own->TakeBack(task, 0));
  world.own->DropReference(task);
  CheckEmpty(*world.store);
}

// --- Clients that are gone -------------------------------------------------------------------------------

TEST(a_dead_client_leaves_nothing) {
  World world;
  ObjectView view;
  const Handle shared = MustPut(*world.own, 1, kSmall);
  CHECK_EQUAL(world.other->AddReference(shared), Status::kOk);
  CHECK_EQUAL(world.other->Pin(shared, &view), Status::kOk);
  const Handle wanted = MustPending(*world.other, 2);
  CHECK_EQUAL(world.own->AddReference(wanted), Status::kOk);
  const Handle unwanted = MustPending(*world.other, 3);
  const Handle kept = MustPut(*world.other, 4, kSmall);
  CHECK_EQUAL(world.own->AddReference(kept), Status::kOk);
  const Handle doomed = MustPut(*world.own, 5, kSmall);
  CHECK_EQUAL(world.other->Pin(doomed, &view), Status::kOk);
  world.own->Free(doomed);
  MustPut(*world.other, 6, kSmall);
  MustDraft(*world.other, kSmall);
  CHECK(!world.other->Wait(wanted));
  world.other->SetRunning(wanted);
  CHECK_EQUAL(world.raylet->Running(world.other->slot()), wanted);

  const uint32_t slot = world.other->slot();
  CHECK_EQUAL(world.Bury(slot), 1u);
  CheckSound(*world.store);
  CHECK_EQUAL(world.own->State(wanted), ObjectState::kError);
  CHECK_EQUAL(world.own->State(unwanted), ObjectState::kGone);
  CHECK_EQUAL(world.own->State(shared), ObjectState::kValue);
  CHECK_EQUAL(world.own->State(kept), ObjectState::kValue);
  CHECK_EQUAL(ReadStatistics(*world.store).entries_used, 4u);  // and the tombstone
  std::vector<Handle> none;
  CHECK_EQUAL(world.raylet->ReclaimSlot(slot, 1000, &none), Status::kInvalid);
  // The slot is free again, for somebody else with another session.
  const uint64_t session = world.other->session();
  world.other = MakeClient(*world.raylet, *world.store);
  CHECK_EQUAL(world.other->slot(), slot);
  CHECK(world.other->session() != session);
  CHECK_EQUAL(world.raylet->Running(slot), kNoHandle);
  world.End();
}

TEST(a_client_that_leaves_gives_everything_back) {
  World world;
  ObjectView view;
  const Handle object = MustPut(*world.own, 1, kSmall);
  CHECK_EQUAL(world.own->Pin(object, &view), Status::kOk);
  MustDraft(*world.own, kSmall);
  const Handle pending = MustPending(*world.own, 2);
  CHECK_EQUAL(world.other->AddReference(pending), Status::kOk);
  world.own->ReleaseAll();
  CheckSound(*world.store);
  CHECK_EQUAL(ReadStatistics(*world.store).entries_used, 1u);
  CHECK_EQUAL(world.other->State(pending), ObjectState::kPending);
  world.End();
}

TEST(slots_run_out_and_come_back) {
  World world;
  std::vector<uint32_t> slots;
  uint32_t slot;
  while (world.raylet->ClaimSlot(1, &slot) == Status::kOk) slots.push_back(slot);
  CHECK_EQUAL(slots.size(), kSlotCount - 3);
  CHECK_EQUAL(world.Bury(slots[5]), 0u);
  CHECK_EQUAL(world.raylet->ClaimSlot(1, &slot), Status::kOk);
  CHECK_EQUAL(slot, slots[5]);
  // The last slot works as well as the first.
  Client last(world.store.get(), kSlotCount - 1);
  ObjectView view;
  const Handle handle = MustPut(last, 1, kSmall);
  CHECK_EQUAL(last.Pin(handle, &view), Status::kOk);
  last.DropReference(handle);
  last.Unpin(handle);
  CheckEmpty(*world.store);
}

// --- Figures ---------------------------------------------------------------------------------------------

TEST(statistics_say_who_holds_what) {
  World world;
  const Sample sample = {.meta = Bytes(1, 1000)};
  const Handle first = MustPut(*world.own, 1, sample);
  const Handle second = MustPut(*world.own, 2, sample);
  MustPending(*world.own, 3);
  MustDraft(*world.other, sample);
  ObjectView view;
  CHECK_EQUAL(world.other->Pin(second, &view), Status::kOk);
  char target[1000];
  ReadResult result;
  CHECK_EQUAL(world.other->Read(first, target, sizeof(target), &result), Status::kOk);

  const Statistics statistics = ReadStatistics(*world.store);
  CHECK_EQUAL(statistics.sealed.objects, 2u);
  CHECK_EQUAL(statistics.sealed.bytes, 2u * 1016);
  CHECK_EQUAL(statistics.pending.objects, 1u);
  CHECK_EQUAL(statistics.drafts.bytes, 1016u);
  CHECK_EQUAL(statistics.bytes_used, 3u * 1024);
  CHECK_EQUAL(statistics.entries_used, 4u);
  CHECK_EQUAL(statistics.clients, 3u);
  CHECK_EQUAL(statistics.totals.puts, 3u);
  CHECK_EQUAL(statistics.totals.gets, 2u);
  CHECK_EQUAL(statistics.totals.bytes_copied_in, 3000u);
  CHECK_EQUAL(statistics.totals.bytes_copied_out, 1000u);
  const std::vector<Holder> holders = ReadHolders(*world.store);
  CHECK_EQUAL(holders.size(), 2u);
  CHECK(holders[0].slot == world.own->slot() && holders[0].objects == 3 && holders[0].bytes == 2 * 1016);
  CHECK(holders[1].slot == world.other->slot() && holders[1].objects == 2 && holders[1].bytes == 2 * 1016);

  world.End();
  // What the gone have counted is not forgotten.
  CHECK_EQUAL(ReadStatistics(*world.store).totals.bytes_copied_in, 3000u);
  CHECK_EQUAL(ReadStatistics(*world.store).clients, 1u);
}

}  // namespace
}  // namespace mobula::test
