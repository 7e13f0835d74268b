#include "native/store/census.h"

#include <algorithm>

#include "native/store/object_table.h"

namespace mobula {

CensusChanges Census::Look(const Store& store, const CensusLimits& limits) {
  CensusChanges changes;
  DropGone(store, &changes.removed);
  const uint32_t end = store.control().entry_high_water.Load();
  if (places_.size() < end) places_.resize(end);
  const uint32_t count = std::min(limits.most_entries, end - 1);
  for (uint32_t done = 0; done < count; done++) {
    if (next_ >= end) next_ = 1;
    Consider(store, next_++, limits, &changes.added);
  }
  return changes;
}

void Census::DropGone(const Store& store, std::vector<ObjectId>* removed) {
  for (uint32_t place = 0; place < known_.size();) {
    const Known known = known_[place];
    const PublishWord word = LoadPublish(store.entry(known.index));
    if (word.state == EntryState::kSealed && word.generation == known.generation) {
      place++;
      continue;
    }
    removed->push_back(known.id);
    if (known.big) big_--;
    places_[known.index] = 0;
    if (place + 1 < known_.size()) {
      known_[place] = known_.back();
      places_[known_[place].index] = place + 1;
    }
    known_.pop_back();
  }
}

void Census::Consider(const Store& store, uint32_t index, const CensusLimits& limits,
                      std::vector<ObjectId>* added) {
  if (places_[index] != 0) return;
  const Entry& entry = store.entry(index);
  const uint64_t published = entry.publish.Load();
  const PublishWord word = PublishWord::Decode(published);
  if (word.state != EntryState::kSealed) return;
  const ObjectId id = LoadId(entry);
  const bool big = entry.size.Load() >= limits.big_bytes || entry.replica.Load() != 0;
  // What was read belongs to this object only if the entry is still its own.
  if (entry.publish.Load() != published) return;
  const auto small = static_cast<uint32_t>(known_.size()) - big_;
  if (big ? big_ >= limits.most_big : small >= limits.most_small) return;
  if (big) big_++;
  known_.push_back({id, index, word.generation, big});
  places_[index] = static_cast<uint32_t>(known_.size());
  added->push_back(id);
}

}  // namespace mobula
