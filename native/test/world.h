// A store with a raylet and two clients, as most tests need it.

#ifndef MOBULA_NATIVE_TEST_WORLD_H_
#define MOBULA_NATIVE_TEST_WORLD_H_

#include <memory>
#include <vector>

#include "native/test/support.h"

namespace mobula::test {

struct World {
  explicit World(uint64_t memory_bytes = kMinMemory, uint32_t max_objects = 1000)
      : store(MakeStore(memory_bytes, max_objects)),
        raylet(std::make_unique<Client>(store.get(), kRayletSlot)) {
    own = MakeClient(*raylet, *store);
    other = MakeClient(*raylet, *store);
  }

  // What the raylet does when a client has died: reclaims its slot, and settles with an error what only that
  // client would have settled. Returns how many results that were.
  size_t Bury(uint32_t slot) {
    std::vector<Handle> orphans;
    CHECK_EQUAL(raylet->ReclaimSlot(slot, 60'000, &orphans), Status::kOk);
    for (const Handle orphan : orphans) {
      TaskWord task;
      bool had_waiters;
      if (raylet->ReadTask(orphan, &task) != Status::kOk) continue;
      const Status status =
          raylet->CompleteSmall(orphan, task.attempt, "owner died", 10, kErrorFlag, &had_waiters);
      CHECK(status == Status::kOk || status == Status::kStale);
    }
    return orphans.size();
  }

  // Both clients die; nothing may be left.
  void End() {
    Bury(own->slot());
    Bury(other->slot());
    CheckEmpty(*store);
  }

  std::unique_ptr<Store> store;
  std::unique_ptr<Client> raylet;
  std::unique_ptr<Client> own;
  std::unique_ptr<Client> other;
};

}  // namespace mobula::test

#endif  // MOBULA_NATIVE_TEST_WORLD_H_
