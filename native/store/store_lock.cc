#include "native/store/store_lock.h"

#include "native/store/crash_point.h"
#include "native/store/recovery.h"

namespace mobula {

StoreLock::StoreLock(const Store& store) : store_(store), table_(store) {
  CRASH_POINT_HERE();
  Enter(platform::Lock(&store.control().mutex));
}

StoreLock::StoreLock(const Store& store, int timeout_milliseconds) : store_(store), table_(store) {
  CRASH_POINT_HERE();
  Enter(platform::LockFor(&store.control().mutex, timeout_milliseconds));
}

StoreLock::~StoreLock() {
  if (!held_) return;
  CRASH_POINT_HERE();
  platform::Unlock(&store_.control().mutex);
  CRASH_POINT_HERE();
}

void StoreLock::Enter(platform::LockOutcome outcome) {
  if (outcome == platform::LockOutcome::kBusy) return;
  held_ = true;
  CRASH_POINT_HERE();
  if (outcome == platform::LockOutcome::kOwnerDied) {
    Recover(store_, table_);
    // Until here the death of this process leaves the lock to the next one, who starts over.
    platform::MarkConsistent(&store_.control().mutex);
  }
}

}  // namespace mobula
