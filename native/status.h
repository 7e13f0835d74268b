// The one result type of the native core. No exceptions are thrown and no errno is left to be read later.

#ifndef MOBULA_NATIVE_STATUS_H_
#define MOBULA_NATIVE_STATUS_H_

namespace mobula {

enum class Status {
  kOk = 0,
  kNotReady,    // the object exists, its value does not yet
  kFreed,       // the object was freed, dropped by everybody, or never existed: the generation has moved on
  kStale,       // a completion that came too late: another attempt, or the task is settled already
  kFull,        // no room now: neither a block, nor an entry, nor a slot. Room may come back
  kTooLarge,    // can never fit, however much is freed
  kHasBuffers,  // Read only: the value has out-of-band buffers, pin it and use them
  kTooSmall,    // Read only: the target cannot take the value
  kInvalid,     // the caller broke a precondition; nothing was changed
  kTimedOut,    // the lock was not to be had in time; nothing is lost, call again
  kMismatch,    // what was received is no store of this version (magic, version, size, seals)
  kSystem,      // a system call failed
};

// A short lower-case name for messages and tests.
const char* StatusName(Status status);

}  // namespace mobula

#endif  // MOBULA_NATIVE_STATUS_H_
