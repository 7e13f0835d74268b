// A robust, process-shared pthread mutex: the kernel marks it when its holder dies.

#include <errno.h>
#include <pthread.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "native/platform/platform.h"

namespace mobula::platform {
namespace {

static_assert(sizeof(pthread_mutex_t) <= sizeof(MutexStorage));

// About two microseconds: the lock is held for a fraction of that, unless its holder lost its processor.
constexpr int kSpinRounds = 32;
constexpr int kPausesPerRound = 8;

pthread_mutex_t* MutexOf(MutexStorage* storage) {
  return reinterpret_cast<pthread_mutex_t*>(storage->bytes);
}

void Pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// What cannot happen as long as everybody uses this file: there is no way on without the lock.
[[noreturn]] void Die(const char* call, int code) {
  std::fprintf(stderr, "mobula: %s of the store's lock failed: %s\n", call, std::strerror(code));
  std::abort();
}

LockOutcome OutcomeOf(const char* call, int code) {
  switch (code) {
    case 0:
      return LockOutcome::kAcquired;
    case EOWNERDEAD:
      return LockOutcome::kOwnerDied;
    case EBUSY:
    case ETIMEDOUT:
      return LockOutcome::kBusy;
    default:
      Die(call, code);
  }
}

LockOutcome Spin(pthread_mutex_t* mutex) {
  for (int round = 0; round < kSpinRounds; round++) {
    const LockOutcome outcome = OutcomeOf("trylock", pthread_mutex_trylock(mutex));
    if (outcome != LockOutcome::kBusy) return outcome;
    for (int i = 0; i < kPausesPerRound; i++) Pause();
  }
  return LockOutcome::kBusy;
}

}  // namespace

void InitializeMutex(MutexStorage* storage) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(MutexOf(storage), &attributes);
  pthread_mutexattr_destroy(&attributes);
}

LockOutcome Lock(MutexStorage* storage) {
  pthread_mutex_t* mutex = MutexOf(storage);
  const LockOutcome outcome = Spin(mutex);
  if (outcome != LockOutcome::kBusy) return outcome;
  return OutcomeOf("lock", pthread_mutex_lock(mutex));
}

LockOutcome LockFor(MutexStorage* storage, int milliseconds) {
  pthread_mutex_t* mutex = MutexOf(storage);
  LockOutcome outcome = Spin(mutex);
  if (outcome != LockOutcome::kBusy) return outcome;
  // Not by pthread_mutex_clocklock, which ThreadSanitizer does not know. It is held shortly, so that one who comes
  // by now and then finds it free, unless its holder does not run at all.
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = Clock::now() + std::chrono::milliseconds(milliseconds);
  do {
    std::this_thread::sleep_for(std::chrono::microseconds(100));
    outcome = Spin(mutex);
  } while (outcome == LockOutcome::kBusy && Clock::now() < end);
  return outcome;
}

void MarkConsistent(MutexStorage* storage) {
  const int code = pthread_mutex_consistent(MutexOf(storage));
  if (code != 0) Die("consistent", code);
}

void Unlock(MutexStorage* storage) {
  const int code = pthread_mutex_unlock(MutexOf(storage));
  if (code != 0) Die("unlock", code);
}

}  // namespace mobula::platform
