// Changing what stands behind addresses that are in use.

#ifndef MOBULA_NATIVE_PLATFORM_PAGES_H_
#define MOBULA_NATIVE_PLATFORM_PAGES_H_

#include <cstddef>
#include <cstdint>

namespace mobula::platform {

// Replaces the pages of any mapping by ordinary private memory with the same content, at once: other threads may be
// reading meanwhile, and see no difference. What they write meanwhile may be lost. Page-aligned. False when there is
// not enough memory; then nothing has changed.
bool MakeOrdinary(std::byte* address, uint64_t bytes);

}  // namespace mobula::platform

#endif  // MOBULA_NATIVE_PLATFORM_PAGES_H_
