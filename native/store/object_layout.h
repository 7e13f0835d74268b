// Where the parts of an object stand in its block. The one place that computes it.

#ifndef MOBULA_NATIVE_STORE_OBJECT_LAYOUT_H_
#define MOBULA_NATIVE_STORE_OBJECT_LAYOUT_H_

#include <cstdint>

#include "native/layout.h"

namespace mobula {

// Offsets from the start of the block.
constexpr uint64_t ContainedOffset() {
  return sizeof(ObjectHeader);
}
constexpr uint64_t BufferTableOffset(const ObjectHeader& header) {
  return ContainedOffset() + uint64_t{header.contained_count} * sizeof(Handle);
}
constexpr uint64_t MetaOffset(const ObjectHeader& header) {
  return BufferTableOffset(header) + uint64_t{header.buffer_count} * sizeof(BufferPlace);
}

// True if header, contained handles, buffer table and meta lie within a block of `size` bytes.
constexpr bool FitsBlock(const ObjectHeader& header, uint64_t size) {
  return MetaOffset(header) + header.meta_length <= size;
}

// Buffers of this size get their pages to themselves.
constexpr bool IsViewed(uint64_t byte_length) {
  return byte_length >= kViewThreshold;
}

// Lays out an object whose meta takes up to `meta_capacity` bytes: fills places[0, buffer_count) and returns the
// size of the block; UINT64_MAX when the lengths overflow.
uint64_t LayOutObject(uint64_t meta_capacity, uint32_t contained_count, const uint64_t* buffer_lengths,
                      uint32_t buffer_count, BufferPlace* places);

}  // namespace mobula

#endif  // MOBULA_NATIVE_STORE_OBJECT_LAYOUT_H_
