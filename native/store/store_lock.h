// Holding the lock of a store.

#ifndef MOBULA_NATIVE_STORE_STORE_LOCK_H_
#define MOBULA_NATIVE_STORE_STORE_LOCK_H_

#include "native/store/object_table.h"
#include "native/store/store.h"

namespace mobula {

// Takes the lock, and gives it back at the end of its life. When the last holder died holding it, everything that
// the lock protects is repaired first (Recover). Nothing big is done under it: no copying of objects, no waiting.
class StoreLock {
 public:
  explicit StoreLock(const Store& store);
  // Waits for at most so long; see held().
  StoreLock(const Store& store, int timeout_milliseconds);
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;
  ~StoreLock();

  bool held() const { return held_; }

  // REQUIRES: held()
  ObjectTable& table() { return table_; }

 private:
  void Enter(platform::LockOutcome outcome);

  const Store& store_;
  ObjectTable table_;
  bool held_ = false;
};

}  // namespace mobula

#endif  // MOBULA_NATIVE_STORE_STORE_LOCK_H_
