#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "native/platform/platform.h"

// Newer than some of the C libraries that this is built with.
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

namespace mobula::platform {
namespace {

constexpr int kSizeSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
constexpr uint64_t kSystemPage = 4096;

Status Failed(const char* call, std::string* error) {
  *error = std::string(call) + ": " + std::strerror(errno);
  return Status::kSystem;
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    Close();
    number_ = other.Release();
  }
  return *this;
}

int Descriptor::Release() {
  return std::exchange(number_, -1);
}

void Descriptor::Close() {
  if (number_ >= 0) close(Release());
}

Status CreateSharedMemory(const char* name, uint64_t bytes, Descriptor* descriptor, std::string* error) {
  Descriptor memory(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL));
  if (!memory.valid() && errno == EINVAL) {  // the kernel is older than the last flag
    memory = Descriptor(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  }
  if (!memory.valid()) return Failed("memfd_create", error);
  if (ftruncate(memory.get(), static_cast<off_t>(bytes)) != 0) return Failed("ftruncate", error);
  if (fcntl(memory.get(), F_ADD_SEALS, kSizeSeals) != 0) return Failed("F_ADD_SEALS", error);
  *descriptor = std::move(memory);
  return Status::kOk;
}

Status SharedMemorySize(int descriptor, uint64_t* bytes, std::string* error) {
  const int seals = fcntl(descriptor, F_GET_SEALS);
  if (seals < 0 || (seals & kSizeSeals) != kSizeSeals) {
    *error = "the descriptor is no sealed shared memory";
    return Status::kMismatch;
  }
  struct stat status;
  if (fstat(descriptor, &status) != 0) return Failed("fstat", error);
  *bytes = static_cast<uint64_t>(status.st_size);
  return Status::kOk;
}

Status Map(int descriptor, uint64_t offset, uint64_t bytes, Mapping mapping, std::byte** address,
           std::string* error) {
  const int flags = (mapping == Mapping::kShared ? MAP_SHARED : MAP_PRIVATE) | MAP_NORESERVE;
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags, descriptor, static_cast<off_t>(offset));
  if (memory == MAP_FAILED) return Failed("mmap", error);
  // A core dump would hold the whole arena, once for each process.
  madvise(memory, bytes, MADV_DONTDUMP);
  *address = static_cast<std::byte*>(memory);
  return Status::kOk;
}

void Unmap(std::byte* address, uint64_t bytes) {
  munmap(address, bytes);
}

void DropPrivatePages(std::byte* address, uint64_t bytes) {
  madvise(address, bytes, MADV_DONTNEED);
}

bool PrivatePagesClean(const std::byte* address, uint64_t length) {
  // A page that was written is the process's own anonymous memory: in memory (bit 63) or swapped out (bit 62),
  // and not a page of the file (bit 61). Everything else shows the shared content.
  constexpr uint64_t kPresent = uint64_t{1} << 63;
  constexpr uint64_t kSwapped = uint64_t{1} << 62;
  constexpr uint64_t kOfFile = uint64_t{1} << 61;
  // Opened anew each time: the descriptor would go on to show this process's memory after a fork.
  const Descriptor pagemap(open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
  if (!pagemap.valid()) return false;
  const uint64_t first = reinterpret_cast<uintptr_t>(address) / kSystemPage;
  const uint64_t end = (reinterpret_cast<uintptr_t>(address) + length + kSystemPage - 1) / kSystemPage;
  uint64_t records[2048];
  for (uint64_t page = first; page < end;) {
    const uint64_t wanted = std::min<uint64_t>(end - page, std::size(records)) * sizeof(uint64_t);
    const ssize_t got = pread(pagemap.get(), records, wanted, static_cast<off_t>(page * sizeof(uint64_t)));
    if (got < 0 && errno == EINTR) continue;
    if (got < static_cast<ssize_t>(sizeof(uint64_t))) return false;
    const uint64_t count = static_cast<uint64_t>(got) / sizeof(uint64_t);
    for (uint64_t i = 0; i < count; i++) {
      if ((records[i] & (kPresent | kSwapped)) != 0 && (records[i] & kOfFile) == 0) return false;
    }
    page += count;
  }
  return true;
}

uint64_t RandomBits() {
  uint64_t bits = 0;
  // Cannot fail for so few bytes, but for a signal before the kernel's generator is seeded.
  while (getrandom(&bits, sizeof(bits), 0) != sizeof(bits)) {
  }
  return bits;
}

}  // namespace mobula::platform
