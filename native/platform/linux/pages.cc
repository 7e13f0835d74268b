#include "native/platform/pages.h"

#include <sys/mman.h>

#include <cstring>

namespace mobula::platform {

bool MakeOrdinary(std::byte* address, uint64_t bytes) {
  void* copy = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (copy == MAP_FAILED) return false;
  std::memcpy(copy, address, bytes);
  // Moving a mapping onto another one replaces it in one step.
  if (mremap(copy, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, address) != MAP_FAILED) return true;
  munmap(copy, bytes);
  return false;
}

}  // namespace mobula::platform
