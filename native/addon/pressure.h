// When to ask V8 for a collection.
//
// A program that puts or views big values makes garbage that V8 sees as a few dozen bytes each. Left alone, it would
// go through the whole arena before anything is given back: always through cold memory, and into a full store. So the
// bytes are counted here, and from time to time V8 is asked to collect its young generation, which takes about a
// millisecond; rarely, when views pile up all the same, the whole heap.
#ifndef MOBULA_ADDON_PRESSURE_H_
#define MOBULA_ADDON_PRESSURE_H_

#include <algorithm>
#include <cstdint>

namespace mobula::addon {

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
  // Whether anything was counted since the last collection.
  bool any() const { return made_ > 0; }
  // After the young generation was collected and swept: true if the whole heap should be.
  bool AfterYoung(uint64_t viewed_bytes) {
    made_ = 0;
    return viewed_bytes >= full_limit_;
  }
  void AfterFull(uint64_t viewed_bytes) { full_limit_ = std::max(least_full_limit_, 2 * viewed_bytes); }

 private:
  static constexpr uint64_t kYoungBytes = uint64_t{128} << 20;
  static constexpr uint64_t kFullBytes = uint64_t{512} << 20;

  const uint64_t young_limit_;
  const uint64_t least_full_limit_;
  uint64_t full_limit_;
  uint64_t made_ = 0;
};

}  // namespace mobula::addon

#endif  // MOBULA_ADDON_PRESSURE_H_
