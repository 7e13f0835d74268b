#include "native/store/object_layout.h"

namespace mobula {
namespace {

// Longer than any address space, short enough for sums of two not to overflow.
constexpr uint64_t kTooLong = uint64_t{1} << 52;

constexpr uint64_t AlignUp(uint64_t value, uint64_t alignment) {
  return (value + alignment - 1) & ~(alignment - 1);
}

}  // namespace

uint64_t LayOutObject(uint64_t meta_capacity, uint32_t contained_count, const uint64_t* buffer_lengths,
                      uint32_t buffer_count, BufferPlace* places) {
  if (meta_capacity > kTooLong) return UINT64_MAX;
  const ObjectHeader header = {0, buffer_count, contained_count, 0};
  uint64_t end = MetaOffset(header) + meta_capacity;
  for (uint32_t i = 0; i < buffer_count; i++) {
    const uint64_t length = buffer_lengths[i];
    if (length > kTooLong) return UINT64_MAX;
    const bool viewed = IsViewed(length);
    const uint64_t start = AlignUp(end, viewed ? kPageSize : kBufferAlignment);
    places[i] = {start, length};
    end = start + length;
    if (viewed) end = AlignUp(end, kPageSize);
    if (end > kTooLong) return UINT64_MAX;
  }
  return end;
}

}  // namespace mobula
