// The death of a client at every crash point of scripted work.
//
// Each script runs in a child process again and again, and is killed at its first crash point, at its second, and so
// on until it comes through. After each death the survivor must find everything of its own as it was, and after the
// raylet has reclaimed the dead client's slot nothing of that may be left. The survivor gives its own things back by
// ordinary operations then, so that nothing that the dead had lost track of is swept up by chance.

#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "native/store/crash_point.h"
#include "native/store/store_lock.h"
#include "native/test/support.h"
#include "native/test/world.h"

namespace mobula::test {
namespace {

const Sample kSmall = {.meta = "small value"};
const Sample kBig = {.meta = "big", .buffers = {Bytes(1, 20'000), Bytes(2, 100)}};

// Memory that a child shares with its parent: where it died.
char* SharedReport() {
  static char* const report = static_cast<char*>(
      mmap(nullptr, crash::kReportBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  return report;
}

struct Scene {
  World world{kMinMemory, 300};
  Client& survivor = *world.own;
  Client& victim = *world.other;
  std::vector<std::pair<Handle, Sample>> kept;  // the survivor's, to be found as they were
  std::vector<Handle> pinned;                   // by the survivor
  std::vector<Handle> held;                     // references of the survivor, whatever becomes of the objects
  std::vector<Handle> targets;                  // returns of one task that the survivor has submitted
  std::vector<Sample> results;                  // what the victim settles them with

  Handle Keep(Handle handle, const Sample& sample) {
    kept.emplace_back(handle, sample);
    return handle;
  }
  void Submit(uint32_t count) {
    targets.resize(count);
    CHECK_EQUAL(survivor.CreatePendings(1000, count, targets.data()), Status::kOk);
  }
};

struct Script {
  const char* name;
  void (*prepare)(Scene&);  // by the survivor
  void (*act)(Scene&);      // by the victim, in its own process
};

// --- After a death ---------------------------------------------------------------------------------------

void CheckKept(Scene& scene) {
  for (const auto& [handle, sample] : scene.kept) {
    CHECK_EQUAL(scene.survivor.State(handle), ObjectState::kValue);
    CHECK(ReadsAs(scene.survivor, handle, sample, true));
  }
  for (const auto& [handle, sample] : scene.kept) {
    const bool was_pinned = std::find(scene.pinned.begin(), scene.pinned.end(), handle) != scene.pinned.end();
    if (!was_pinned) scene.survivor.Unpin(handle);
  }
}

// All returns are there, or none is; that they were freed or dropped does not show.
ObjectState CheckTogether(Scene& scene) {
  ObjectState first = ObjectState::kGone;
  for (const Handle target : scene.targets) {
    const ObjectState state = scene.survivor.State(target);
    if (state == ObjectState::kGone) continue;
    if (first == ObjectState::kGone) first = state;
    CHECK_EQUAL(state, first);
  }
  return first;
}

void SettleTargets(Scene& scene) {
  if (scene.targets.empty()) return;
  if (CheckTogether(scene) != ObjectState::kPending) {
    for (size_t i = 0; i < scene.targets.size(); i++) {
      if (scene.survivor.State(scene.targets[i]) == ObjectState::kGone) continue;
      CHECK(ReadsAs(scene.survivor, scene.targets[i], scene.results[i]));
    }
  } else {
    TaskWord task;
    CHECK_EQUAL(scene.survivor.ReadTask(scene.targets[0], &task), Status::kOk);
    const uint16_t attempt = static_cast<uint16_t>(task.attempt + 1);
    CHECK(scene.survivor.Restart(scene.targets[0], task.attempt, attempt));
    CHECK(scene.survivor.StartTask(scene.targets[0], attempt));
    std::vector<Handle> drafts;
    for (size_t i = 0; i < scene.targets.size(); i++) drafts.push_back(MustDraft(scene.survivor, kSmall));
    bool had_waiters;
    CHECK_EQUAL(
        scene.survivor.Complete(scene.targets.data(), drafts.data(), drafts.size(), attempt, &had_waiters),
        Status::kOk);
    CheckTogether(scene);
  }
  for (const Handle target : scene.targets) scene.survivor.DropReference(target);
}

// `late`: the survivor goes on working for a while, before the raylet comes to the dead client's slot.
void CheckAfterDeath(Scene& scene, bool late) {
  const ObjectState before = CheckTogether(scene);
  if (late) {
    const Handle handle = MustPut(scene.survivor, 2000, kBig);
    CheckKept(scene);
    CHECK_EQUAL(CheckTogether(scene), before);
    CHECK(ReadsAs(scene.survivor, handle, kBig));
    scene.survivor.DropReference(handle);
  }
  scene.world.Bury(scene.victim.slot());
  CheckSound(*scene.world.store);
  CheckKept(scene);
  CHECK_EQUAL(CheckTogether(scene), before);
  SettleTargets(scene);
  for (const Handle handle : scene.pinned) scene.survivor.Unpin(handle);
  for (const auto& [handle, sample] : scene.kept) scene.survivor.DropReference(handle);
  for (const Handle handle : scene.held) scene.survivor.DropReference(handle);
  CheckEmpty(*scene.world.store);
}

// Under a sanitizer a fork takes long, so that each death is looked at in one way only, in turn.
#if defined(MOBULA_THREAD_SANITIZER) || defined(__SANITIZE_ADDRESS__)
constexpr bool kBothWays = false;
#else
constexpr bool kBothWays = true;
#endif

// Kills the script at each of its crash points, in turn. Returns how many there are.
uint64_t KillEverywhere(const Script& script) {
  for (uint64_t hit = 1;; hit++) {
    bool done = false;
    for (const bool late : {false, true}) {
      if (!kBothWays && late != (hit % 2 == 0)) continue;
      std::memset(SharedReport(), 0, crash::kReportBytes);
      try {
        Scene scene;
        script.prepare(scene);
        const int status = RunInChild([&] {
          crash::Arm(hit, SharedReport());
          script.act(scene);
        });
        done = ExitedWell(status);
        CHECK(done || WasKilled(status));
        CheckAfterDeath(scene, late);
      } catch (const Failure& failure) {
        throw Failure(std::string(script.name) + ", killed at crash point " + std::to_string(hit) + " at " +
                      SharedReport() + (late ? ", reclaimed late: " : ": ") + failure.what());
      }
    }
    if (done) return hit - 1;
  }
}

// --- The scripts: what the survivor prepares, and what the victim does in its own process -----------------

void PrepareKept(Scene& scene) {
  Client& survivor = scene.survivor;
  const Handle child = scene.Keep(MustPut(survivor, 1, kSmall), kSmall);
  const Handle big = scene.Keep(MustPut(survivor, 2, kBig), kBig);
  const Sample container = {.meta = "container", .contained = {child, big}};
  scene.Keep(MustPut(survivor, 3, container), container);
  ObjectView view;
  CHECK_EQUAL(survivor.Pin(big, &view), Status::kOk);
  scene.pinned.push_back(big);
}

void PutAndDrop(Scene& scene) {
  Client& victim = scene.victim;
  const Handle small = MustPut(victim, 1, kSmall);
  const Handle big = MustPut(victim, 2, kBig);
  char target[64];
  ReadResult result;
  CHECK_EQUAL(victim.Read(small, target, sizeof(target), &result), Status::kOk);
  victim.DropReference(small);
  const Handle again = MustPut(victim, 3, kBig);
  victim.DropReference(big);
  victim.DropReference(again);
}

void UseContainers(Scene& scene) {
  Client& victim = scene.victim;
  const Handle kept = scene.kept[0].first;
  CHECK_EQUAL(victim.AddReference(kept), Status::kOk);
  const Handle own = MustPut(victim, 1, kSmall);
  const Handle inner = MustPut(victim, 2, {.meta = "i", .contained = {own, kept, own}});
  victim.DropReference(kept);
  victim.DropReference(own);
  const Handle outer = MustPut(victim, 3, {.meta = "o", .contained = {inner, kept}});
  victim.DropReference(inner);
  CHECK_EQUAL(victim.State(own), ObjectState::kValue);
  victim.DropReference(outer);
  CHECK_EQUAL(victim.State(own), ObjectState::kGone);
  // Freed instead of dropped: its own reference outlives the value.
  const Handle freed = MustPut(victim, 4, {.meta = "f", .contained = {kept}});
  victim.Free(freed);
  victim.DropReference(freed);
}

void PrepareOneReturn(Scene& scene) {
  PrepareKept(scene);
  scene.Submit(1);
  scene.results = {{.meta = "result"}};
}

void CompleteOneReturn(Scene& scene) {
  Client& victim = scene.victim;
  const Handle target = scene.targets[0];
  bool had_waiters;
  CHECK(victim.StartTask(target, 0));
  victim.SetRunning(target);
  CHECK_EQUAL(victim.CompleteSmall(target, 0, "result", 6, 0, &had_waiters), Status::kOk);
  victim.SetRunning(kNoHandle);
}

void PrepareSeveralReturns(Scene& scene) {
  PrepareKept(scene);
  scene.Submit(6);
  scene.survivor.DropReference(scene.targets[4]);
  scene.survivor.Free(scene.targets[5]);
  CHECK(!scene.survivor.Wait(scene.targets[2]));
  const Handle kept = scene.kept[0].first;
  scene.results = {{.meta = "zero"},
                   kBig,
                   {.meta = "two", .contained = {kept, scene.targets[0]}},
                   kSmall,
                   {.meta = "four", .contained = {kept}},
                   {.meta = "five", .contained = {kept}}};
}

void CompleteSeveralReturns(Scene& scene) {
  Client& victim = scene.victim;
  CHECK(victim.StartTask(scene.targets[0], 0));
  victim.SetRunning(scene.targets[0]);
  std::vector<Handle> drafts;
  for (const Sample& result : scene.results) drafts.push_back(MustDraft(victim, result));
  bool had_waiters;
  CHECK_EQUAL(victim.Complete(scene.targets.data(), drafts.data(), drafts.size(), 0, &had_waiters),
              Status::kOk);
  CHECK(had_waiters);
}

// The first one's entry carries the task word: it must outlive its value's last reference.
void PrepareUnwantedFirstReturn(Scene& scene) {
  scene.Submit(3);
  scene.survivor.DropReference(scene.targets[0]);
  CHECK(!scene.survivor.Wait(scene.targets[1]));
  scene.results = {{.meta = "zero"}, kBig, kSmall};
}

void PrepareStaleReturns(Scene& scene) {
  scene.Submit(3);
  CHECK(scene.survivor.Restart(scene.targets[0], 0, 1));
}

void CompleteStaleReturns(Scene& scene) {
  Handle drafts[3];
  for (Handle& draft : drafts) draft = MustDraft(scene.victim, kBig);
  bool had_waiters;
  CHECK_EQUAL(scene.victim.Complete(scene.targets.data(), drafts, 3, 0, &had_waiters), Status::kStale);
}

void PrepareReferences(Scene& scene) {
  PrepareKept(scene);
  for (uint64_t i = 0; i < 3; i++) {  // the victim is the last to hold these
    const Handle handle = MustPut(scene.survivor, 10 + i, kBig);
    ObjectView view;
    CHECK_EQUAL(scene.victim.AddReference(handle), Status::kOk);
    CHECK_EQUAL(scene.victim.Pin(handle, &view), Status::kOk);
    scene.survivor.DropReference(handle);
    scene.held.push_back(handle);
  }
}

void UseReferences(Scene& scene) {
  Client& victim = scene.victim;
  ObjectView view;
  for (const auto& [handle, sample] : scene.kept) {
    CHECK_EQUAL(victim.AddReference(handle), Status::kOk);
    CHECK_EQUAL(victim.Pin(handle, &view), Status::kOk);
  }
  victim.DropReference(scene.held[0]);
  victim.Unpin(scene.held[0]);
  victim.Unpin(scene.held[1]);
  victim.DropReference(scene.held[1]);
  victim.Free(scene.held[2]);
  victim.Unpin(scene.held[2]);
  victim.DropReference(scene.held[2]);
  for (const auto& [handle, sample] : scene.kept) {
    victim.Unpin(handle);
    victim.DropReference(handle);
  }
}

void PrepareFreeing(Scene& scene) {
  PrepareKept(scene);
  ObjectView view;
  const Handle kept = scene.kept[0].first;
  for (uint64_t i = 0; i < 3; i++) {
    scene.held.push_back(MustPut(scene.survivor, 10 + i, {.meta = "freed", .contained = {kept}}));
  }
  CHECK_EQUAL(scene.survivor.Pin(scene.held[1], &view), Status::kOk);
  scene.pinned.push_back(scene.held[1]);
  scene.Submit(2);
  CHECK(!scene.survivor.Wait(scene.targets[1]));
}

void FreeWhatOthersHold(Scene& scene) {
  CHECK(!scene.victim.Free(scene.held[0]));
  CHECK(!scene.victim.Free(scene.held[1]));
  CHECK(scene.victim.Free(scene.targets[1]));
}

void AllocateInPlace(Scene& scene) {
  Client& victim = scene.victim;
  Draft draft;
  uint64_t offset;
  CHECK_EQUAL(victim.Allocate(victim.MakeId(1, 0), 30'000, 64, &draft, &offset), Status::kOk);
  CHECK_EQUAL(victim.FinishAllocated(draft.handle, "meta", 4, 3), Status::kOk);
  CHECK_EQUAL(victim.SealDraft(draft.handle), Status::kOk);
  Draft aborted;
  CHECK_EQUAL(victim.Allocate(victim.MakeId(2, 0), 30'000, 64, &aborted, &offset), Status::kOk);
  CHECK_EQUAL(victim.AbortDraft(aborted.handle), Status::kOk);
  victim.DropReference(draft.handle);
}

void PrepareSubmitting(Scene& scene) {
  PrepareKept(scene);
  // So many that the index over ids grows with the victim's.
  for (uint64_t i = 0; i < 60; i++) scene.held.push_back(MustPut(scene.survivor, 10 + i, kSmall));
}

void Submit(Scene& scene) {
  Client& victim = scene.victim;
  Handle handles[6];
  CHECK_EQUAL(victim.CreatePendings(1, 6, handles), Status::kOk);
  CHECK(victim.TakeBack(handles[0], 0));
  CHECK(victim.StartTask(handles[0], 1));
  CHECK(victim.Restart(handles[0], 1, 2));
  CHECK(!victim.Wait(handles[0]));
  uint64_t slots[kSlotCount / 64];
  victim.TakeWaiters(handles[0], slots);
  CHECK_EQUAL(victim.Lookup(victim.MakeId(1, 5)), handles[5]);
  victim.DropReference(handles[5]);
}

void FillTheStore(Scene& scene) {
  Client& victim = scene.victim;
  // Slabs of several classes, made, filled, emptied, and given back when a run needs their pages.
  std::vector<Handle> handles;
  for (const size_t length : {100u, 3000u, 8000u, 8000u, 8000u, 8000u, 8000u, 8000u, 8000u, 8000u, 8000u}) {
    handles.push_back(MustPut(victim, handles.size(), {.meta = Bytes(1, length)}));
  }
  for (const Handle handle : handles) victim.DropReference(handle);
  const Sample large = {.meta = Bytes(3, 200'000)};
  Handle handle;
  uint64_t counter = 100;
  while (large.Put(victim, victim.MakeId(counter++, 0), &handle) == Status::kOk) {
  }
}

void LeaveInOrder(Scene& scene) {
  Client& victim = scene.victim;
  const Handle own = MustPut(victim, 1, kSmall);
  MustPut(victim, 2, {.meta = "c", .contained = {own, scene.kept[0].first}});
  MustDraft(victim, kBig);
  MustPending(victim, 3);
  victim.ReleaseAll();
}

const Script kContainers = {"containers", PrepareKept, UseContainers};
const Script kSeveralReturns = {"several returns", PrepareSeveralReturns, CompleteSeveralReturns};

void CheckScript(const Script& script) {
  const uint64_t points = KillEverywhere(script);
  std::printf("    killed at each of %llu crash points\n", static_cast<unsigned long long>(points));
  CHECK(points > 10);
}

TEST(death_in_put_and_drop) {
  CheckScript({"put and drop", PrepareKept, PutAndDrop});
}
TEST(death_in_containers) {
  CheckScript(kContainers);
}
TEST(death_in_one_return) {
  CheckScript({"one return", PrepareOneReturn, CompleteOneReturn});
}
TEST(death_in_several_returns) {
  CheckScript(kSeveralReturns);
}
TEST(death_in_returns_of_which_the_first_is_unwanted) {
  CheckScript({"an unwanted first return", PrepareUnwantedFirstReturn, CompleteSeveralReturns});
}
TEST(death_in_stale_returns) {
  CheckScript({"stale returns", PrepareStaleReturns, CompleteStaleReturns});
}
TEST(death_in_references) {
  CheckScript({"references and pins", PrepareReferences, UseReferences});
}
TEST(death_in_freeing) {
  CheckScript({"freeing", PrepareFreeing, FreeWhatOthersHold});
}
TEST(death_in_allocating) {
  CheckScript({"allocating in place", PrepareKept, AllocateInPlace});
}
TEST(death_in_submitting) {
  CheckScript({"submitting", PrepareSubmitting, Submit});
}
TEST(death_in_filling) {
  CheckScript({"filling the store", PrepareKept, FillTheStore});
}
TEST(death_in_leaving) {
  CheckScript({"leaving in order", PrepareKept, LeaveInOrder});
}

// --- Deaths while another death is repaired --------------------------------------------------------------

// Kills a second process at each crash point of the recovery from a death in the middle of `script`.
uint64_t KillRecovery(const Script& script, uint64_t first_hit) {
  for (uint64_t hit = 1;; hit++) {
    std::memset(SharedReport(), 0, crash::kReportBytes);
    try {
      Scene scene;
      script.prepare(scene);
      const auto second = MakeClient(*scene.world.raylet, *scene.world.store);
      const int first_status = RunInChild([&] {
        crash::Arm(first_hit, nullptr);
        script.act(scene);
      });
      CHECK(WasKilled(first_status));
      const int second_status = RunInChild([&] {
        crash::Arm(hit, SharedReport());
        StoreLock lock(*scene.world.store);
      });
      const bool done = ExitedWell(second_status);
      CHECK(done || WasKilled(second_status));
      scene.world.Bury(second->slot());
      CheckAfterDeath(scene, hit % 2 == 0);
      if (done) return hit - 1;
    } catch (const Failure& failure) {
      throw Failure(std::string(script.name) + ", killed at crash point " + std::to_string(first_hit) +
                    ", recovery killed at crash point " + std::to_string(hit) + " at " + SharedReport() +
                    ": " + failure.what());
    }
  }
}

TEST(death_in_recovery) {
  std::mt19937_64 random = RandomFor(60);
  for (const Script* script : {&kContainers, &kSeveralReturns}) {
    uint64_t longest = 0;
    // Where the lock was not held there is no recovery, which shows by few points; so some deaths are tried.
    for (int i = 0; i < 3; i++) longest = std::max(longest, KillRecovery(*script, Pick(random, 50, 250)));
    std::printf("    %s: recovery killed at each of up to %llu crash points\n", script->name,
                static_cast<unsigned long long>(longest));
  }
}

}  // namespace
}  // namespace mobula::test
