#include "native/status.h"

namespace mobula {

const char* StatusName(Status status) {
  switch (status) {
    case Status::kOk:
      return "ok";
    case Status::kNotReady:
      return "not ready";
    case Status::kFreed:
      return "freed";
    case Status::kStale:
      return "stale";
    case Status::kFull:
      return "full";
    case Status::kTooLarge:
      return "too large";
    case Status::kHasBuffers:
      return "has buffers";
    case Status::kTooSmall:
      return "too small";
    case Status::kInvalid:
      return "invalid";
    case Status::kTimedOut:
      return "timed out";
    case Status::kMismatch:
      return "mismatch";
    case Status::kSystem:
      return "system error";
  }
  return "unknown";
}

}  // namespace mobula
