// What differs between operating systems, and nothing else. native/platform/linux implements it; another system
// is added by implementing this header in a folder beside it.
//
// Thread safety: every function may be called from any thread; objects are used by one thread at a time.
// Errors: functions that can fail return a Status and leave a one-line explanation in `error` (never null).

#ifndef MOBULA_NATIVE_PLATFORM_PLATFORM_H_
#define MOBULA_NATIVE_PLATFORM_PLATFORM_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "native/status.h"

namespace mobula::platform {

// Owns one descriptor and closes it at the end of its life.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.Release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { Close(); }

  int get() const { return number_; }
  bool valid() const { return number_ >= 0; }
  int Release();
  void Close();

 private:
  int number_ = -1;
};

// --- Shared memory ---------------------------------------------------------------------------------------

// Anonymous shared memory of `bytes` (zeroed, nothing committed yet), close-on-exec, sealed so that nobody can
// resize it: a mapping of it can never fault because of another process. It vanishes with its last user.
Status CreateSharedMemory(const char* name, uint64_t bytes, Descriptor* descriptor, std::string* error);

// The size of shared memory received from elsewhere; kMismatch unless it is sealed as CreateSharedMemory does.
Status SharedMemorySize(int descriptor, uint64_t* bytes, std::string* error);

enum class Mapping {
  kShared,   // writes reach everybody
  kPrivate,  // reads see everybody's writes to pages not written here; writes stay here. Reserves no swap
};

// Maps [offset, offset + bytes) for reading and writing; offset is a multiple of the page size.
Status Map(int descriptor, uint64_t offset, uint64_t bytes, Mapping mapping, std::byte** address,
           std::string* error);
void Unmap(std::byte* address, uint64_t bytes);

// Forgets what was written into a private mapping: its pages show the shared content again. Page-aligned.
void DropPrivatePages(std::byte* address, uint64_t bytes);

// True if no page of the private mapping in [address, address + length) was ever written since it was mapped or
// dropped. False as well when that cannot be found out.
bool PrivatePagesClean(const std::byte* address, uint64_t length);

// --- The lock --------------------------------------------------------------------------------------------

// Memory for a mutex that processes share and that survives the death of its holder. Never moved.
struct alignas(64) MutexStorage {
  std::byte bytes[64];
};

enum class LockOutcome {
  kAcquired,
  kOwnerDied,  // acquired, but its last holder died: repair what it protects, then call MarkConsistent
  kBusy,       // TryLock and LockFor only
};

void InitializeMutex(MutexStorage* mutex);
LockOutcome Lock(MutexStorage* mutex);  // spins shortly, then sleeps
LockOutcome LockFor(MutexStorage* mutex, int milliseconds);
// After kOwnerDied, before Unlock. To unlock without it makes the mutex unusable for ever.
void MarkConsistent(MutexStorage* mutex);
void Unlock(MutexStorage* mutex);

// --- Randomness ------------------------------------------------------------------------------------------

uint64_t RandomBits();

// --- Processes -------------------------------------------------------------------------------------------

// A descriptor that becomes readable when the process ends; kFreed when there is no such process (any more).
Status WatchProcess(pid_t pid, Descriptor* watch, std::string* error);

// Waits until the watched process has ended (true) or the time is over (false); negative = no limit.
bool WaitForExit(const Descriptor& watch, int milliseconds);

// --- Local sockets ---------------------------------------------------------------------------------------

struct Peer {
  pid_t pid;
  uid_t uid;
};

// Who is at the other end of a local stream socket, as the kernel knows it.
Status PeerOf(int socket, Peer* peer, std::string* error);

inline constexpr size_t kMaxPassedDescriptors = 8;

// Sends `length` bytes (at least one) together with descriptors. The socket may be non-blocking: kNotReady
// means that nothing was sent. The bytes are sent whole or not at all as long as they fit the socket's buffer,
// which a few dozen bytes on a fresh socket do.
Status SendDescriptors(int socket, const void* bytes, size_t length, const int* descriptors, size_t count,
                       std::string* error);

// Receives up to `capacity` bytes and up to `count` descriptors (close-on-exec) that came with them; both numbers
// are returned. kNotReady when nothing is there yet, kFreed at the end of the stream. Descriptors beyond `count`
// are closed.
Status ReceiveDescriptors(int socket, void* bytes, size_t capacity, size_t* length, Descriptor* descriptors,
                          size_t count, size_t* received, std::string* error);

}  // namespace mobula::platform

#endif  // MOBULA_NATIVE_PLATFORM_PLATFORM_H_
