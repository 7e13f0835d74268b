#include <errno.h>
#include <poll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "native/platform/platform.h"

namespace mobula::platform {
namespace {

int64_t NowMilliseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace

Status WatchProcess(pid_t pid, Descriptor* watch, std::string* error) {
  // The descriptor is close-on-exec from the start. It names this process for ever, whoever gets its pid next.
  Descriptor descriptor(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!descriptor.valid()) {
    *error = std::string("pidfd_open: ") + std::strerror(errno);
    return errno == ESRCH ? Status::kFreed : Status::kSystem;
  }
  *watch = std::move(descriptor);
  return Status::kOk;
}

bool WaitForExit(const Descriptor& watch, int milliseconds) {
  const int64_t end = NowMilliseconds() + milliseconds;
  for (;;) {
    pollfd poll_descriptor = {watch.get(), POLLIN, 0};
    const int64_t left = end - NowMilliseconds();
    const int timeout = milliseconds < 0 ? -1 : static_cast<int>(left > 0 ? left : 0);
    const int ready = poll(&poll_descriptor, 1, timeout);
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

}  // namespace mobula::platform
