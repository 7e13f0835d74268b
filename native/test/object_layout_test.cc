#include "native/store/object_layout.h"

#include <vector>

#include "native/test/support.h"

namespace mobula::test {
namespace {

TEST(layout_of_an_empty_object) {
  const uint64_t size = LayOutObject(0, 0, nullptr, 0, nullptr);
  CHECK_EQUAL(size, sizeof(ObjectHeader));
}

TEST(layout_refuses_what_no_address_space_holds) {
  BufferPlace places[2];
  const uint64_t lengths[] = {UINT64_MAX - 1, 10};
  CHECK_EQUAL(LayOutObject(8, 0, lengths, 2, places), UINT64_MAX);
  CHECK_EQUAL(LayOutObject(UINT64_MAX - 8, 0, nullptr, 0, nullptr), UINT64_MAX);
}

TEST(layout_keeps_buffers_apart) {
  std::mt19937_64 random = RandomFor(1);
  for (int round = 0; round < 2000; round++) {
    const uint64_t meta_length = Pick(random, 0, 300);
    const uint32_t contained_count = static_cast<uint32_t>(Pick(random, 0, 5));
    std::vector<uint64_t> lengths(Pick(random, 0, 6));
    for (uint64_t& length : lengths) {
      length =
          Pick(random, 0, 1) == 0 ? Pick(random, 0, 200) : Pick(random, kViewThreshold - 2, 5 * kPageSize);
    }
    std::vector<BufferPlace> places(lengths.size());
    const uint32_t count = static_cast<uint32_t>(lengths.size());
    const uint64_t size = LayOutObject(meta_length, contained_count, lengths.data(), count, places.data());

    const ObjectHeader header = {static_cast<uint32_t>(meta_length), count, contained_count, 0};
    CHECK(FitsBlock(header, size));
    uint64_t end = MetaOffset(header) + meta_length;
    uint64_t page_end = 0;  // no other byte before this
    for (uint32_t i = 0; i < count; i++) {
      CHECK_EQUAL(places[i].byte_length, lengths[i]);
      CHECK(places[i].offset >= end && places[i].offset >= page_end);
      CHECK_EQUAL(places[i].offset % kBufferAlignment, 0u);
      end = places[i].offset + lengths[i];
      if (IsViewed(lengths[i])) {
        CHECK_EQUAL(places[i].offset % kPageSize, 0u);
        page_end = (end + kPageSize - 1) / kPageSize * kPageSize;
      }
    }
    CHECK(size >= end && size >= page_end);
    // An object with a buffer to view is too big for a slab, so that its block starts at a page.
    if (page_end > 0) CHECK(size > kSmallBlockLimit);
  }
}

}  // namespace
}  // namespace mobula::test
