#include "native/platform/platform.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "native/test/support.h"
#include "native/test/world.h"

namespace mobula::test {
namespace {

using platform::Descriptor;

Descriptor Duplicate(int descriptor) {
  return Descriptor(fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
}

struct SocketPair {
  SocketPair() {
    int numbers[2];
    CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, numbers), 0);
    first = Descriptor(numbers[0]);
    second = Descriptor(numbers[1]);
  }
  Descriptor first;
  Descriptor second;
};

TEST(shared_memory_cannot_be_resized) {
  Descriptor memory;
  std::string error;
  CHECK_EQUAL(platform::CreateSharedMemory("test", 3 * kPageSize, &memory, &error), Status::kOk);
  uint64_t bytes = 0;
  CHECK_EQUAL(platform::SharedMemorySize(memory.get(), &bytes, &error), Status::kOk);
  CHECK_EQUAL(bytes, 3 * kPageSize);
  CHECK_EQUAL(ftruncate(memory.get(), kPageSize), -1);
  CHECK_EQUAL(errno, EPERM);
  CHECK_EQUAL(ftruncate(memory.get(), 10 * kPageSize), -1);
  CHECK_EQUAL(fcntl(memory.get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

TEST(only_a_store_is_attached) {
  std::unique_ptr<Store> attached;
  std::string error;
  // Memory that could be resized under us.
  Descriptor loose(memfd_create("loose", MFD_CLOEXEC));
  CHECK_EQUAL(ftruncate(loose.get(), 1 << 20), 0);
  const auto store = MakeStore();
  CHECK_EQUAL(Store::Attach(Duplicate(loose.get()), Duplicate(store->data_descriptor()), &attached, &error),
              Status::kMismatch);
  // Sealed, but no store; of another size; the two the wrong way round; too small.
  Descriptor other;
  CHECK_EQUAL(platform::CreateSharedMemory("test", 1 << 20, &other, &error), Status::kOk);
  CHECK_EQUAL(Store::Attach(Duplicate(other.get()), Duplicate(store->data_descriptor()), &attached, &error),
              Status::kMismatch);
  Descriptor larger;
  CHECK_EQUAL(platform::CreateSharedMemory("test", 1 << 21, &larger, &error), Status::kOk);
  CHECK_EQUAL(
      Store::Attach(Duplicate(store->control_descriptor()), Duplicate(larger.get()), &attached, &error),
      Status::kMismatch);
  CHECK_EQUAL(Store::Attach(Duplicate(store->data_descriptor()), Duplicate(store->control_descriptor()),
                            &attached, &error),
              Status::kMismatch);
  CHECK_EQUAL(platform::CreateSharedMemory("test", 64, &other, &error), Status::kOk);
  CHECK_EQUAL(Store::Attach(Duplicate(other.get()), Duplicate(store->data_descriptor()), &attached, &error),
              Status::kMismatch);
  // Another version says so.
  store->control().version.Store(kLayoutVersion + 1);
  CHECK_EQUAL(Store::Attach(Duplicate(store->control_descriptor()), Duplicate(store->data_descriptor()),
                            &attached, &error),
              Status::kMismatch);
  CHECK(error.find("version") != std::string::npos);
}

TEST(a_store_of_impossible_size_is_refused) {
  std::unique_ptr<Store> store;
  std::string error;
  CHECK_EQUAL(Store::Create({UINT64_MAX, 10}, &store, &error), Status::kInvalid);
  CHECK_EQUAL(Store::Create({kMinMemory, 0}, &store, &error), Status::kInvalid);
  CHECK_EQUAL(Store::Create({kMinMemory, kMaxEntries}, &store, &error), Status::kInvalid);
}

TEST(a_store_for_the_most_objects_costs_little) {
  const auto store = MakeStore(uint64_t{64} << 30, kMaxEntries - 1);
  Client raylet(store.get(), kRayletSlot);
  raylet.DropReference(MustPut(raylet, 1, {.meta = "x"}));
  struct stat status;
  CHECK_EQUAL(fstat(store->control_descriptor(), &status), 0);
  CHECK(status.st_blocks * 512 < 200'000);
  CheckEmpty(*store);
}

TEST(a_store_travels_over_a_socket) {
  const World world;
  const Sample sample = {.meta = "across", .buffers = {Bytes(1, 70'000)}};
  const Handle handle = MustPut(*world.own, 1, sample);
  const SocketPair sockets;
  std::string error;
  const uint32_t slot = world.other->slot();
  char bytes[64];
  size_t length = 0;
  size_t received = 0;
  Descriptor descriptors[2];
  const auto receive = [&] {
    return platform::ReceiveDescriptors(sockets.second.get(), bytes, sizeof(bytes), &length, descriptors, 2,
                                        &received, &error);
  };
  CHECK_EQUAL(receive(), Status::kNotReady);
  const int sent[] = {world.store->control_descriptor(), world.store->data_descriptor()};
  CHECK_EQUAL(platform::SendDescriptors(sockets.first.get(), &slot, sizeof(slot), sent, 2, &error),
              Status::kOk);
  const int status = RunInChild([&] {
    platform::Peer peer;
    CHECK_EQUAL(platform::PeerOf(sockets.second.get(), &peer, &error), Status::kOk);
    CHECK_EQUAL(peer.pid, getppid());
    CHECK_EQUAL(peer.uid, getuid());
    CHECK_EQUAL(receive(), Status::kOk);
    CHECK_EQUAL(length, sizeof(slot));
    CHECK_EQUAL(received, 2u);
    CHECK_EQUAL(fcntl(descriptors[0].get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    uint32_t received_slot;
    std::memcpy(&received_slot, bytes, sizeof(received_slot));
    std::unique_ptr<Store> store;
    CHECK_EQUAL(Store::Attach(std::move(descriptors[0]), std::move(descriptors[1]), &store, &error),
                Status::kOk);
    Client client(store.get(), received_slot);
    CHECK_EQUAL(client.session(), world.other->session());
    CHECK(ReadsAs(client, handle, sample));
  });
  CHECK(ExitedWell(status));
}

TEST(descriptors_that_nobody_asked_for_are_closed) {
  SocketPair sockets;
  std::string error;
  const int sent[] = {0, 1, 2};
  CHECK_EQUAL(platform::SendDescriptors(sockets.first.get(), "abc", 3, sent, 3, &error), Status::kOk);
  char bytes[8];
  size_t length = 0;
  size_t received = 0;
  Descriptor one;
  const int next_free = Duplicate(0).get();
  CHECK_EQUAL(platform::ReceiveDescriptors(sockets.second.get(), bytes, sizeof(bytes), &length, &one, 1,
                                           &received, &error),
              Status::kOk);
  CHECK_EQUAL(received, 1u);
  CHECK_EQUAL(length, 3u);
  one.Close();
  CHECK_EQUAL(Duplicate(0).get(), next_free);
  sockets.first.Close();
  CHECK_EQUAL(platform::ReceiveDescriptors(sockets.second.get(), bytes, sizeof(bytes), &length, &one, 1,
                                           &received, &error),
              Status::kFreed);
  CHECK_EQUAL(platform::SendDescriptors(sockets.second.get(), "abc", 3, sent, 3, &error), Status::kSystem);
  CHECK_EQUAL(platform::SendDescriptors(sockets.second.get(), "", 0, sent, 3, &error), Status::kInvalid);
}

TEST(the_end_of_a_process_is_seen) {
  int hold[2];
  CHECK_EQUAL(pipe2(hold, O_CLOEXEC), 0);
  const pid_t pid = fork();
  CHECK(pid >= 0);
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(hold[1]);
    char byte;
    _exit(read(hold[0], &byte, 1) == 0 ? 0 : 1);
  }
  Descriptor watch;
  std::string error;
  CHECK_EQUAL(platform::WatchProcess(pid, &watch, &error), Status::kOk);
  CHECK(!platform::WaitForExit(watch, 0));
  close(hold[1]);
  CHECK(platform::WaitForExit(watch, -1));
  int status = 0;
  CHECK_EQUAL(waitpid(pid, &status, 0), pid);
  CHECK(platform::WaitForExit(watch, 0));
  CHECK_EQUAL(platform::WatchProcess(pid, &watch, &error), Status::kFreed);
  close(hold[0]);
}

TEST(the_lock_outlives_its_holders) {
  const auto store = MakeStore();
  platform::MutexStorage* mutex = &store->control().mutex;
  for (int i = 0; i < 3; i++) {
    CHECK(WasKilled(RunInChild([&] {
      platform::Lock(mutex);
      raise(SIGKILL);
    })));
    CHECK(platform::Lock(mutex) == platform::LockOutcome::kOwnerDied);
    platform::MarkConsistent(mutex);
    CHECK(
        ExitedWell(RunInChild([&] { CHECK(platform::LockFor(mutex, 1) == platform::LockOutcome::kBusy); })));
    platform::Unlock(mutex);
    CHECK(platform::Lock(mutex) == platform::LockOutcome::kAcquired);
    platform::Unlock(mutex);
  }
}

}  // namespace
}  // namespace mobula::test
