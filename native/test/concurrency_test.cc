// Threads that do random things with the same objects.
//
// Every thread is a client with a slot of its own. In one test each has its own mapping of the memory as well, as
// processes have. ThreadSanitizer, however, knows memory by its address: an access through one mapping and another
// through a second one never look like a race to it, nor does a lock taken at one address and released at another
// look like an order. So the same work is done a second time through one mapping for all: there ThreadSanitizer sees
// every access to the shared state, and the one mutex that guards it, as they are, and nothing needs to be annotated
// or suppressed.

#include <chrono>
#include <mutex>
#include <thread>

#include "native/test/random_worker.h"
#include "native/test/support.h"
#include "native/test/world.h"

namespace mobula::test {
namespace {

#ifdef MOBULA_THREAD_SANITIZER
constexpr int kSteps = 6'000;
#else
constexpr int kSteps = 40'000;
#endif
constexpr uint32_t kThreads = 5;

void RunThreads(uint64_t purpose, bool own_mappings) {
  // So small that blocks are reused at once, and that it is full now and then.
  const auto store = MakeStore(kMinMemory, 400);
  Client raylet(store.get(), kRayletSlot);
  Board board;
  std::vector<std::unique_ptr<Store>> mappings;
  std::vector<std::unique_ptr<Client>> clients;
  std::vector<std::unique_ptr<RandomWorker>> workers;
  for (uint32_t i = 0; i < kThreads; i++) {
    if (own_mappings) mappings.push_back(AttachTo(*store));
    clients.push_back(MakeClient(raylet, own_mappings ? *mappings.back() : *store));
    workers.push_back(
        std::make_unique<RandomWorker>(*clients.back(), board, i, Seed() * 1000 + purpose * 100 + i));
  }

  std::mutex failures;
  std::string failed;
  std::atomic<uint32_t> running = kThreads;
  std::vector<std::thread> threads;
  for (uint32_t i = 0; i < kThreads; i++) {
    threads.emplace_back([&, i] {
      try {
        for (int step = 0; step < kSteps; step++) workers[i]->Step();
        workers[i]->Finish();
      } catch (const Failure& failure) {
        const std::lock_guard<std::mutex> guard(failures);
        failed += failure.what();
      }
      running--;
    });
  }
  // Meanwhile the raylet counts, and clients come and go.
  while (running > 0) {
    ReadStatistics(*store);
    ReadHolders(*store);
    uint32_t slot;
    std::vector<Handle> orphans;
    CHECK_EQUAL(raylet.ClaimSlot(1, &slot), Status::kOk);
    CHECK_EQUAL(raylet.ReclaimSlot(slot, 60'000, &orphans), Status::kOk);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  for (std::thread& thread : threads) thread.join();
  if (!failed.empty()) throw Failure(failed);
  CheckSound(*store);

  // What no worker came to is settled by its submitter.
  for (uint32_t i = 0; i < kThreads; i++) {
    for (const Handle target : workers[i]->unsettled()) {
      TaskWord task;
      bool had_waiters;
      if (clients[i]->ReadTask(target, &task) == Status::kOk) {
        clients[i]->CompleteSmall(target, task.attempt, "cancelled", 9, kErrorFlag, &had_waiters);
      }
      clients[i]->DropReference(target);
    }
  }
  CheckEmpty(*store);
  CHECK(board.completions > 0 && board.full > 0);
}

TEST(threads_with_their_own_mappings) {
  RunThreads(1, true);
}

TEST(threads_with_one_mapping) {
  RunThreads(2, false);
}

}  // namespace
}  // namespace mobula::test
