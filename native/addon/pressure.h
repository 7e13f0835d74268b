// When to ask V8 for a collection.
//
// A program that puts or views big values makes garbage that V8 sees as a few dozen bytes each. Left alone, it would
// go through the whole arena before anything is given back: always through cold memory, and into a full store. So the
// bytes are counted here, and from time to time V8 is asked to collect its young generation, which takes 40 to 80 us; rarely, when views pile up all the same, the whole heap.
#ifndef MOBULA_ADDON_PRESSURE_H_
#define MOBULA_ADDON_PRESSURE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace mobula::addon {

// How many of some things were made since the last collection and are still there: only those may be young garbage.
class Newcomers {
 public:
  using Epoch = uint32_t;

  // One is made. The epoch is to be kept with it.
  Epoch Add() {
    ++count_;
    return epoch_;
  }
  // It ended.
  void Remove(Epoch epoch) {
    if (epoch == epoch_) --count_;
  }
  // There was a collection.
  void Forget() {
    ++epoch_;
    count_ = 0;
  }
  bool any() const { return count_ > 0; }
  // Never 0.
  Epoch epoch() const { return epoch_; }

 private:
  Epoch epoch_ = 1;
  size_t count_ = 0;
};

class Pressure {
 public:
  explicit Pressure(uint64_t arena_bytes)
      : young_limit_(std::min(kYoungBytes, arena_bytes / 8)),
        least_full_limit_(std::min(kFullBytes, arena_bytes / 4)),
        full_limit_(least_full_limit_) {}

  // Counts what may become garbage unseen; true when it is time for a collection.
  bool Add(uint64_t bytes) {
    made_ += bytes;
    return made_ >= young_limit_;
  }
  // So much of it was given back by the program.
  void Remove(uint64_t bytes) { made_ -= std::min(made_, bytes); }
  // After the young generation was collected and swept: true if the whole heap should be.
  bool AfterYoung(uint64_t viewed_bytes) {
    made_ = 0;
    return viewed_bytes >= full_limit_;
  }
  void AfterFull(uint64_t viewed_bytes) { full_limit_ = std::max(least_full_limit_, 2 * viewed_bytes); }

 private:
  // Little enough that what is given back is still in the processor's cache when it is used again.
  static constexpr uint64_t kYoungBytes = uint64_t{8} << 20;
  static constexpr uint64_t kFullBytes = uint64_t{512} << 20;

  const uint64_t young_limit_;
  const uint64_t least_full_limit_;
  uint64_t full_limit_;
  uint64_t made_ = 0;
};

}  // namespace mobula::addon

#endif  // MOBULA_ADDON_PRESSURE_H_
