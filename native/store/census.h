// Which objects are in the store, told as changes: for whoever shows it to people.

#ifndef MOBULA_NATIVE_STORE_CENSUS_H_
#define MOBULA_NATIVE_STORE_CENSUS_H_

#include <cstdint>
#include <vector>

#include "native/store/store.h"

namespace mobula {

struct CensusLimits {
  uint32_t big_bytes = 0;     // from this size on an object is big; so is any copy of another node's object
  uint32_t most_big = 0;      // known at a time
  uint32_t most_small = 0;    // the same for the others
  uint32_t most_entries = 0;  // looked at in one call, besides those of known objects
};

struct CensusChanges {
  std::vector<ObjectId> added;
  std::vector<ObjectId> removed;
};

// Looks at the table without the lock, part by part.
//
// Thread safety: none; belongs to whoever asks. The store may change meanwhile: an object that is being freed is still
// added now, and removed by the next call.
class Census {
 public:
  // Sealed objects that have come since they were last looked for, and known ones that are gone.
  CensusChanges Look(const Store& store, const CensusLimits& limits);

 private:
  struct Known {
    ObjectId id;
    uint32_t index;
    uint32_t generation;
    bool big;
  };

  void DropGone(const Store& store, std::vector<ObjectId>* removed);
  void Consider(const Store& store, uint32_t index, const CensusLimits& limits, std::vector<ObjectId>* added);

  std::vector<Known> known_;
  // By index of the entry: 1 + the place in known_, 0 for none.
  std::vector<uint32_t> places_;
  uint32_t big_ = 0;
  // Where the next call goes on.
  uint32_t next_ = 1;
};

}  // namespace mobula

#endif  // MOBULA_NATIVE_STORE_CENSUS_H_
