#include "native/store/allocator.h"

#include <algorithm>
#include <map>

#include "native/store/store_lock.h"
#include "native/test/support.h"

namespace mobula::test {
namespace {

void CheckAllocator(const Allocator& allocator, const std::map<uint64_t, Block>& live) {
  std::vector<Block> blocks;
  for (const auto& [offset, block] : live) blocks.push_back(block);
  std::vector<std::string> problems;
  allocator.Check(std::move(blocks), &problems);
  if (!problems.empty()) throw Failure(problems.front());
}

uint64_t RandomSize(std::mt19937_64& random) {
  switch (Pick(random, 0, 3)) {
    case 0:
      return Pick(random, 1, 256);
    case 1:
      return Pick(random, 1, kSmallBlockLimit + 1);
    case 2:
      return Pick(random, 1, 20 * kPageSize);
    default:
      return Pick(random, 1, 200 * kPageSize);
  }
}

// Random operations against a model: the live blocks.
void RunRandom(uint64_t purpose, uint64_t memory, bool rebuild) {
  std::mt19937_64 random = RandomFor(purpose);
  const auto store = MakeStore(memory);
  StoreLock lock(*store);
  Allocator& allocator = lock.table().allocator();
  std::map<uint64_t, Block> live;
  int full = 0;
  for (int step = 0; step < 20'000; step++) {
    if (Pick(random, 0, 99) < 55) {
      const uint64_t size = RandomSize(random);
      Block block;
      if (!allocator.Allocate(size, false, &block)) {
        full++;
        continue;
      }
      CHECK_EQUAL(block.size, size);
      CHECK_EQUAL(block.offset % (size > kSmallBlockLimit ? kPageSize : kBufferAlignment), 0u);
      const auto next = live.lower_bound(block.offset);
      CHECK(next == live.end() || block.offset + Allocator::Footprint(block) <= next->first);
      CHECK(next == live.begin() ||
            std::prev(next)->first + Allocator::Footprint(std::prev(next)->second) <= block.offset);
      live[block.offset] = block;
    } else if (!live.empty()) {
      auto victim = live.lower_bound(Pick(random, 0, memory));
      if (victim == live.end()) victim = live.begin();
      allocator.Release(victim->second);
      live.erase(victim);
    }
    if (step % 500 == 0) CheckAllocator(allocator, live);
    if (rebuild && step % 1000 == 999) {
      allocator.Reset();
      for (const auto& [offset, block] : live) allocator.Adopt(block);
      allocator.Finish();
      CheckAllocator(allocator, live);
    }
  }
  CHECK(full > 0);
  for (const auto& [offset, block] : live) allocator.Release(block);
  CheckAllocator(allocator, {});
  // Everything has come together again.
  Block whole;
  CHECK(allocator.Allocate(memory, true, &whole));
  CHECK_EQUAL(whole.offset, 0u);
  allocator.Release(whole);
}

TEST(allocator_random_operations) {
  for (uint64_t i = 0; i < 4; i++) RunRandom(10 + i, (1 + 3 * i) * kMinMemory, false);
}

TEST(allocator_random_operations_with_rebuilding) {
  for (uint64_t i = 0; i < 4; i++) RunRandom(20 + i, (1 + 3 * i) * kMinMemory, true);
}

TEST(allocator_reuses_warm_memory_first) {
  const auto store = MakeStore(64 * kMinMemory);
  StoreLock lock(*store);
  Allocator& allocator = lock.table().allocator();
  const Control& control = store->control();
  for (const uint64_t size : {uint64_t{100}, uint64_t{5000}, uint64_t{1} << 20, uint64_t{10} << 20}) {
    Block first;
    CHECK(allocator.Allocate(size, false, &first));
    allocator.Release(first);
    Block second;
    CHECK(allocator.Allocate(size, false, &second));
    CHECK_EQUAL(second.offset, first.offset);
    allocator.Release(second);
  }
  // A window of blocks that come and go stays within what it has touched once.
  std::vector<Block> window(8);
  for (Block& block : window) CHECK(allocator.Allocate(1 << 20, false, &block));
  const uint32_t touched = control.low_page_high_water.Load();
  std::mt19937_64 random = RandomFor(30);
  for (int step = 0; step < 1000; step++) {
    Block& block = window[Pick(random, 0, window.size() - 1)];
    allocator.Release(block);
    CHECK(allocator.Allocate(1 << 20, false, &block));
  }
  CHECK_EQUAL(control.low_page_high_water.Load(), touched);
}

TEST(allocator_fills_the_arena_but_for_its_reserve) {
  const auto store = MakeStore(kMinMemory);
  StoreLock lock(*store);
  Allocator& allocator = lock.table().allocator();
  std::map<uint64_t, Block> live;
  // Empty slabs that were kept do not stand in the way.
  for (uint64_t size = 64; size <= kSmallBlockLimit; size += 64) {
    Block block;
    CHECK(allocator.Allocate(size, false, &block));
    allocator.Release(block);
  }
  constexpr uint64_t kUsable = kMinMemory / kPageSize - kSlabPages;
  Block block;
  while (allocator.Allocate(7 * kPageSize, false, &block)) live[block.offset] = block;
  CHECK_EQUAL(live.size(), kUsable / 7);
  // No room for a slab, but for small blocks in the pages that are left.
  while (allocator.Allocate(10, false, &block)) live[block.offset] = block;
  CHECK_EQUAL(live.size(), kUsable / 7 + kUsable % 7);
  CHECK_EQUAL(store->control().bytes_used.Load(), kUsable * kPageSize);
  CheckAllocator(allocator, live);
  CHECK(allocator.CanEverFit(kUsable * kPageSize));
  CHECK(!allocator.CanEverFit(kUsable * kPageSize + 1));
  // Errors fit all the same, and then nothing.
  while (allocator.Allocate(200, true, &block)) live[block.offset] = block;
  CHECK_EQUAL(store->control().pages_used.Load(), kMinMemory / kPageSize);
  CheckAllocator(allocator, live);
}

}  // namespace
}  // namespace mobula::test
