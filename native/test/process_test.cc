// Processes that do random things with the same objects, and are killed at random while they do.

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <new>
#include <thread>

#include "native/test/random_worker.h"
#include "native/test/support.h"
#include "native/test/world.h"

namespace mobula::test {
namespace {

constexpr uint32_t kProcesses = 3;
constexpr int kDeaths = 40;

struct Worker {
  Worker() = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  // Whatever becomes of the test, its processes end with it.
  ~Worker() {
    if (pid > 0) Kill();
  }
  int Kill() {
    int status = 0;
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    pid = 0;
    return status;
  }

  pid_t pid = 0;
  uint32_t slot = 0;
};

// Works until it is killed, at the latest with the test.
[[noreturn]] void Work(const Store& store, Board& board, uint32_t number, uint32_t slot, uint64_t seed) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  try {
    const auto own = AttachTo(store);
    Client client(own.get(), slot);
    RandomWorker worker(client, board, number, seed);
    for (;;) worker.Step();
  } catch (const Failure& failure) {
    std::printf("    in a worker: %s\n", failure.what());
    std::fflush(stdout);
  }
  _exit(1);
}

TEST(processes_that_are_killed_at_random) {
  std::mt19937_64 random = RandomFor(70);
  World world(kMinMemory, 400);
  // The survivor's objects, pinned and not.
  const Sample kept_sample = {.meta = Bytes(1, 3000), .buffers = {Bytes(2, 50'000)}};
  const Handle kept = MustPut(*world.own, 1, kept_sample);
  ObjectView view;
  CHECK_EQUAL(world.own->Pin(kept, &view), Status::kOk);

  void* memory = mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(memory != MAP_FAILED);
  Board& board = *new (memory) Board;
  Worker workers[kProcesses];
  const auto start = [&](uint32_t number) {
    CHECK_EQUAL(world.raylet->ClaimSlot(1, &workers[number].slot), Status::kOk);
    const uint64_t seed = random();
    std::fflush(stdout);
    workers[number].pid = fork();
    CHECK(workers[number].pid >= 0);
    if (workers[number].pid == 0) Work(*world.store, board, number, workers[number].slot, seed);
  };
  for (uint32_t i = 0; i < kProcesses; i++) start(i);

  for (int death = 0; death < kDeaths; death++) {
    // After some more work of a random one of them, in the middle of whatever it does.
    const uint32_t victim = static_cast<uint32_t>(Pick(random, 0, kProcesses - 1));
    const uint64_t goal = board.steps[victim].load() + Pick(random, 1, 2000);
    while (board.steps[victim].load() < goal) {
      CHECK_EQUAL(waitpid(workers[victim].pid, nullptr, WNOHANG), 0);
      std::this_thread::yield();
    }
    CHECK(WasKilled(workers[victim].Kill()));
    world.Bury(workers[victim].slot);
    CHECK(ReadsAs(*world.own, kept, kept_sample, true));
    start(victim);
  }
  for (Worker& worker : workers) {
    CHECK(WasKilled(worker.Kill()));
    world.Bury(worker.slot);
  }
  CheckSound(*world.store);
  std::printf("    %llu times a holder of the lock was found dead\n",
              static_cast<unsigned long long>(ReadStatistics(*world.store).recoveries));
  CHECK(ReadsAs(*world.own, kept, kept_sample, true));
  world.own->Unpin(kept);
  world.own->DropReference(kept);
  CheckEmpty(*world.store);
  munmap(memory, sizeof(Board));
}

TEST(a_reclaim_does_not_wait_for_ever) {
  World world;
  int ready[2];
  CHECK_EQUAL(pipe(ready), 0);
  Worker holder;
  holder.pid = fork();
  CHECK(holder.pid >= 0);
  if (holder.pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    platform::Lock(&world.store->control().mutex);
    if (write(ready[1], "x", 1) != 1) _exit(1);
    for (;;) pause();
  }
  char byte;
  CHECK_EQUAL(read(ready[0], &byte, 1), 1);
  std::vector<Handle> orphans;
  CHECK_EQUAL(world.raylet->ReclaimSlot(world.other->slot(), 10, &orphans), Status::kTimedOut);
  CHECK(WasKilled(holder.Kill()));
  CHECK_EQUAL(world.raylet->ReclaimSlot(world.other->slot(), 60'000, &orphans), Status::kOk);
  CHECK_EQUAL(ReadStatistics(*world.store).recoveries, 1u);
  CheckEmpty(*world.store);
  close(ready[0]);
  close(ready[1]);
}

}  // namespace
}  // namespace mobula::test
