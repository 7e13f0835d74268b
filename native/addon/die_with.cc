#include "native/addon/die_with.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "native/platform/platform.h"

namespace mobula::addon {

namespace {

[[noreturn]] void Die() {
  // A leader takes with it what its tasks have started.
  if (getpgrp() == getpid()) kill(-getpgrp(), SIGKILL);
  // Not exit: destructors and handlers would wait for threads that never end.
  _exit(1);
}

void* WatchThread(void* data) {
  const std::unique_ptr<platform::Descriptor> watch(static_cast<platform::Descriptor*>(data));
  while (!platform::WaitForExit(*watch, -1)) {
  }
  Die();
}

// False when the system has no thread to give.
bool StartThread(platform::Descriptor watch) {
  auto owned = std::make_unique<platform::Descriptor>(std::move(watch));
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  // It only polls; and signals are for Node's own threads.
  pthread_attr_setstacksize(&attributes, 64 * 1024);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  const bool started = pthread_create(&thread, &attributes, WatchThread, owned.get()) == 0;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  if (started) (void)owned.release();
  return started;
}

}  // namespace

Status DieWith(pid_t pid, std::string* error) {
  static std::mutex mutex;
  // Never destroyed: the process may end while a thread is in here.
  static auto* const watched = new std::set<pid_t>;
  const std::lock_guard lock(mutex);
  if (watched->contains(pid)) return Status::kOk;
  platform::Descriptor watch;
  const Status status = platform::WatchProcess(pid, &watch, error);
  if (status == Status::kFreed) Die();
  if (status != Status::kOk) return status;
  if (!StartThread(std::move(watch))) {
    *error = "pthread_create failed";
    return Status::kSystem;
  }
  watched->insert(pid);
  return Status::kOk;
}

}  // namespace mobula::addon
