#include "native/store/allocator.h"

#include <algorithm>
#include <array>
#include <bit>

namespace mobula {
namespace {

constexpr uint64_t kSlabBytes = kSlabPages * kPageSize;
constexpr uint32_t kBitmapParts = kSlabBytes / kBufferAlignment / 64;
static_assert(kBitmapParts / 2 + 2 <= kSlabPages, "first record, bitmap and last record have a page each");

// Steps of at most a quarter, all multiples of the alignment.
constexpr std::array<uint32_t, kSizeClassCount> kClassSizes = {
    64,   128,  192,  256,  320,  384,  448,  512,  640,  768,  896,  1024,
    1280, 1536, 1792, 2048, 2560, 3072, 3584, 4096, 5120, 6144, 7168, 8192};
static_assert(kClassSizes.back() == kSmallBlockLimit);

// The smallest class for each size in units of 64 bytes.
constexpr auto kClassOfUnits = [] {
  std::array<uint8_t, kSmallBlockLimit / kBufferAlignment + 1> classes = {};
  uint8_t size_class = 0;
  for (uint32_t units = 0; units < classes.size(); units++) {
    while (kClassSizes[size_class] < units * kBufferAlignment) size_class++;
    classes[units] = size_class;
  }
  return classes;
}();

uint8_t ClassOf(uint64_t size) {
  return kClassOfUnits[(size + kBufferAlignment - 1) / kBufferAlignment];
}
uint32_t BlocksPerSlab(uint8_t size_class) {
  return static_cast<uint32_t>(kSlabBytes / kClassSizes[size_class]);
}

uint32_t PagesOf(uint64_t size) {
  return static_cast<uint32_t>((size + kPageSize - 1) / kPageSize);
}

// Eight bins for each power of two; up to eight pages a bin for each length. Runs in a later bin are longer.
uint32_t BinOf(uint32_t length) {
  if (length < 8) return length;
  const uint32_t exponent = 31 - static_cast<uint32_t>(std::countl_zero(length));
  return (exponent - 2) * 8 + (length >> (exponent - 3) & 7);
}

// How many runs of the own bin are tried, before a longer one is cut.
constexpr int kCandidates = 8;

}  // namespace

// --- Records ---------------------------------------------------------------------------------------------

Allocator::Page Allocator::Load(uint32_t number) const {
  const uint64_t low = store_.page(number).low.Load();
  const uint64_t high = store_.page(number).high.Load();
  return {static_cast<PageKind>(low & 0xff), static_cast<uint8_t>(low >> 8),
          static_cast<uint16_t>(low >> 16),  static_cast<uint32_t>(low >> 32),
          static_cast<uint32_t>(high),       static_cast<uint32_t>(high >> 32)};
}

void Allocator::Save(uint32_t number, const Page& page) {
  store_.page(number).low.Store(uint64_t{static_cast<uint8_t>(page.kind)} | uint64_t{page.size_class} << 8 |
                                uint64_t{page.free_blocks} << 16 | uint64_t{page.length} << 32);
  store_.page(number).high.Store(uint64_t{page.previous} | uint64_t{page.next} << 32);
}

Guarded<uint64_t>& Allocator::BitmapPart(uint32_t slab, uint32_t part) const {
  PageRecord& record = store_.page(slab + 1 + part / 2);
  return part % 2 == 0 ? record.low : record.high;
}

void Allocator::Push(Guarded<uint32_t>& head, uint32_t number, Page page) {
  page.previous = kNoPage;
  page.next = head.Load();
  Save(number, page);
  if (page.next != kNoPage) {
    Page next = Load(page.next);
    next.previous = number;
    Save(page.next, next);
  }
  head.Store(number);
}

void Allocator::Unlink(Guarded<uint32_t>& head, const Page& page) {
  if (page.previous == kNoPage) {
    head.Store(page.next);
  } else {
    Page previous = Load(page.previous);
    previous.next = page.next;
    Save(page.previous, previous);
  }
  if (page.next != kNoPage) {
    Page next = Load(page.next);
    next.previous = page.previous;
    Save(page.next, next);
  }
}

// --- Runs ------------------------------------------------------------------------------------------------

void Allocator::InsertRun(uint32_t first, uint32_t length) {
  const uint32_t bin = BinOf(length);
  Push(control_.run_bins[bin], first, {.kind = PageKind::kFreeRun, .length = length});
  if (length > 1) Save(first + length - 1, {.kind = PageKind::kFreeEnd, .length = length});
  Guarded<uint64_t>& bits = control_.run_bin_bits[bin / 64];
  bits.Store(bits.Load() | uint64_t{1} << bin % 64);
}

void Allocator::RemoveRun(uint32_t first, const Page& page) {
  const uint32_t bin = BinOf(page.length);
  Guarded<uint32_t>& head = control_.run_bins[bin];
  Unlink(head, page);
  if (head.Load() == kNoPage) {
    Guarded<uint64_t>& bits = control_.run_bin_bits[bin / 64];
    bits.Store(bits.Load() & ~(uint64_t{1} << bin % 64));
  }
  Save(first, {});
}

uint32_t Allocator::FindRun(uint32_t length) const {
  const uint32_t bin = BinOf(length);
  uint32_t candidate = control_.run_bins[bin].Load();
  for (int i = 0; i < kCandidates && candidate != kNoPage; i++) {
    const Page page = Load(candidate);
    if (page.length >= length) return candidate;
    candidate = page.next;
  }
  for (uint32_t next = bin + 1; next < kRunBinCount;) {
    const uint64_t bits = control_.run_bin_bits[next / 64].Load() >> next % 64;
    if (bits != 0) return control_.run_bins[next + static_cast<uint32_t>(std::countr_zero(bits))].Load();
    next = (next / 64 + 1) * 64;
  }
  // The rest of the own bin, rather than none.
  while (candidate != kNoPage) {
    const Page page = Load(candidate);
    if (page.length >= length) return candidate;
    candidate = page.next;
  }
  return kNoPage;
}

void Allocator::MarkUsed(uint32_t first, uint32_t length) {
  Save(first, {.kind = PageKind::kUsedRun, .length = length});
  if (length > 1) Save(first + length - 1, {.kind = PageKind::kUsedEnd, .length = length});
}

void Allocator::NoteTouched(uint32_t first, uint32_t length, bool from_back) {
  const uint32_t low = control_.low_page_high_water.Load();
  const uint32_t high = control_.high_page_low_water.Load();
  const uint32_t end = first + length;
  if (end <= low || first >= high) return;
  if (from_back) {
    control_.high_page_low_water.Store(std::max(low, first));
  } else {
    control_.low_page_high_water.Store(std::min(high, end));
  }
}

uint32_t Allocator::ReservedPages() const {
  return std::clamp(store_.arena_pages() / 32, kSlabPages, 256u);
}

void Allocator::CountPages(uint32_t used, uint32_t released) {
  control_.pages_used.Store(control_.pages_used.Load() + used - released);
}

bool Allocator::AllocateRun(uint32_t length, bool from_back, bool use_reserve, uint32_t* first) {
  const uint64_t limit = store_.arena_pages() - (use_reserve ? 0 : ReservedPages());
  const auto find = [&] {
    return uint64_t{control_.pages_used.Load()} + length <= limit ? FindRun(length) : kNoPage;
  };
  uint32_t run = find();
  if (run == kNoPage && GiveBackEmptySlabs()) run = find();
  if (run == kNoPage) return false;
  const Page page = Load(run);
  RemoveRun(run, page);
  const uint32_t rest = page.length - length;
  *first = from_back ? run + rest : run;
  NoteTouched(*first, length, from_back);
  if (rest > 0) InsertRun(from_back ? run : run + length, rest);
  MarkUsed(*first, length);
  CountPages(length, 0);
  return true;
}

void Allocator::ReleaseRun(uint32_t first, uint32_t length) {
  CountPages(0, length);
  if (first > 0) {
    const Page before = Load(first - 1);
    if (before.kind == PageKind::kFreeEnd || before.kind == PageKind::kFreeRun) {
      const uint32_t start = first - before.length;
      RemoveRun(start, Load(start));
      first = start;
      length += before.length;
    }
  }
  const uint32_t end = first + length;
  if (end < store_.arena_pages()) {
    const Page after = Load(end);
    if (after.kind == PageKind::kFreeRun) {
      RemoveRun(end, after);
      length += after.length;
    }
  }
  InsertRun(first, length);
}

// --- Slabs -----------------------------------------------------------------------------------------------

void Allocator::InitializeSlab(uint32_t slab, uint8_t size_class) {
  const uint32_t blocks = BlocksPerSlab(size_class);
  for (uint32_t part = 0; part < kBitmapParts; part++) {
    const uint32_t before = part * 64;
    const uint32_t count = blocks <= before ? 0 : std::min(blocks - before, 64u);
    BitmapPart(slab, part).Store(count == 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1);
  }
  const Page page = {
      .kind = PageKind::kSlab, .size_class = size_class, .free_blocks = static_cast<uint16_t>(blocks)};
  Push(control_.slabs[size_class], slab, page);
  Save(slab + kSlabPages - 1, {.kind = PageKind::kUsedEnd, .length = kSlabPages});
}

bool Allocator::AllocateSmall(uint64_t size, bool use_reserve, Block* block) {
  const uint8_t size_class = ClassOf(size);
  Guarded<uint32_t>& head = control_.slabs[size_class];
  uint32_t slab = head.Load();
  if (slab == kNoPage) {
    if (!AllocateRun(kSlabPages, true, use_reserve, &slab)) return false;
    InitializeSlab(slab, size_class);
  } else if (control_.empty_slabs[size_class].Load() == slab) {
    control_.empty_slabs[size_class].Store(kNoPage);
  }
  Page page = Load(slab);
  uint32_t part = page.length;
  uint64_t bits;
  while ((bits = BitmapPart(slab, part).Load()) == 0) part++;
  const uint32_t number = part * 64 + static_cast<uint32_t>(std::countr_zero(bits));
  BitmapPart(slab, part).Store(bits & (bits - 1));
  page.length = part;
  page.free_blocks--;
  Save(slab, page);
  if (page.free_blocks == 0) Unlink(head, page);
  *block = {slab * kPageSize + uint64_t{number} * kClassSizes[size_class], size, slab};
  return true;
}

uint32_t Allocator::BlockNumber(const Block& block, uint32_t block_size) const {
  return static_cast<uint32_t>(block.offset - block.slab_page * kPageSize) / block_size;
}

void Allocator::ReleaseSmall(const Block& block) {
  const uint32_t slab = block.slab_page;
  Page page = Load(slab);
  const uint8_t size_class = page.size_class;
  const uint32_t number = BlockNumber(block, kClassSizes[size_class]);
  const uint32_t part = number / 64;
  Guarded<uint64_t>& bits = BitmapPart(slab, part);
  bits.Store(bits.Load() | uint64_t{1} << number % 64);
  page.length = std::min(page.length, part);
  page.free_blocks++;
  if (page.free_blocks == 1) {
    Push(control_.slabs[size_class], slab, page);
  } else {
    Save(slab, page);
  }
  if (page.free_blocks < BlocksPerSlab(size_class)) return;
  // One empty slab of each class is kept, or a loop of put and drop would make and unmake one each time.
  if (control_.empty_slabs[size_class].Load() == kNoPage) {
    control_.empty_slabs[size_class].Store(slab);
  } else {
    Unlink(control_.slabs[size_class], Load(slab));
    ReleaseRun(slab, kSlabPages);
  }
}

bool Allocator::GiveBackEmptySlabs() {
  bool any = false;
  for (uint32_t i = 0; i < kSizeClassCount; i++) {
    const uint32_t slab = control_.empty_slabs[i].Load();
    if (slab == kNoPage) continue;
    control_.empty_slabs[i].Store(kNoPage);
    Unlink(control_.slabs[i], Load(slab));
    ReleaseRun(slab, kSlabPages);
    any = true;
  }
  return any;
}

// --- Blocks ----------------------------------------------------------------------------------------------

uint64_t Allocator::Footprint(const Block& block) {
  if (block.slab_page != kNoPage) return kClassSizes[ClassOf(block.size)];
  return uint64_t{PagesOf(block.size)} * kPageSize;
}

void Allocator::CountUse(const Block& block) {
  const uint64_t used = control_.bytes_used.Load() + Footprint(block);
  control_.bytes_used.Store(used);
  if (used > control_.bytes_peak.Load()) control_.bytes_peak.Store(used);
}

bool Allocator::Allocate(uint64_t size, bool use_reserve, Block* block) {
  // A small block that finds no room for a slab may still fit a page or two.
  if (size > kSmallBlockLimit || !AllocateSmall(size, use_reserve, block)) {
    uint32_t first;
    if (!AllocateRun(PagesOf(size), false, use_reserve, &first)) return false;
    *block = {first * kPageSize, size, kNoPage};
  }
  CountUse(*block);
  return true;
}

void Allocator::Release(const Block& block) {
  if (block.slab_page == kNoPage) {
    ReleaseRun(static_cast<uint32_t>(block.offset / kPageSize), PagesOf(block.size));
  } else {
    ReleaseSmall(block);
  }
  control_.bytes_used.Store(control_.bytes_used.Load() - Footprint(block));
}

// --- Rebuilding ------------------------------------------------------------------------------------------

void Allocator::Reset() {
  for (uint32_t i = 0; i < kRunBinCount / 64; i++) control_.run_bin_bits[i].Store(0);
  for (uint32_t i = 0; i < kRunBinCount; i++) control_.run_bins[i].Store(kNoPage);
  for (uint32_t i = 0; i < kSizeClassCount; i++) {
    control_.slabs[i].Store(kNoPage);
    control_.empty_slabs[i].Store(kNoPage);
  }
  control_.bytes_used.Store(0);
  control_.pages_used.Store(0);
  // What was never used has no records, but for the two ends of the free run in the middle.
  const uint32_t pages = store_.arena_pages();
  const uint32_t low = std::min(control_.low_page_high_water.Load() + 1, pages);
  const uint32_t high = std::max(control_.high_page_low_water.Load(), 1u) - 1;
  for (uint32_t i = 0; i < low; i++) Save(i, {});
  for (uint32_t i = std::max(low, high); i < pages; i++) Save(i, {});
}

void Allocator::Adopt(const Block& block) {
  if (block.slab_page == kNoPage) {
    MarkUsed(static_cast<uint32_t>(block.offset / kPageSize), PagesOf(block.size));
    CountPages(PagesOf(block.size), 0);
  } else {
    const uint32_t slab = block.slab_page;
    const uint8_t size_class = ClassOf(block.size);
    if (Load(slab).kind != PageKind::kSlab) {
      InitializeSlab(slab, size_class);
      CountPages(kSlabPages, 0);
    }
    const uint32_t number = BlockNumber(block, kClassSizes[size_class]);
    Guarded<uint64_t>& bits = BitmapPart(slab, number / 64);
    bits.Store(bits.Load() & ~(uint64_t{1} << number % 64));
    Page page = Load(slab);
    page.free_blocks--;
    Save(slab, page);
    if (page.free_blocks == 0) Unlink(control_.slabs[size_class], page);
  }
  CountUse(block);
}

void Allocator::Finish() {
  const uint32_t pages = store_.arena_pages();
  const uint32_t low = control_.low_page_high_water.Load();
  const uint32_t high = control_.high_page_low_water.Load();
  uint32_t first = 0;  // of the free run that ends at `page`
  uint32_t page = 0;
  while (page < pages) {
    if (page == low && low < high) {  // never used
      page = high;
      continue;
    }
    const Page record = Load(page);
    uint32_t length = 0;
    if (record.kind == PageKind::kUsedRun) length = record.length;
    if (record.kind == PageKind::kSlab) length = kSlabPages;
    if (length == 0) {
      page++;
      continue;
    }
    if (page > first) InsertRun(first, page - first);
    page += length;
    first = page;
  }
  if (pages > first) InsertRun(first, pages - first);
}

// --- Checking --------------------------------------------------------------------------------------------

void Allocator::Check(std::vector<Block> blocks, std::vector<std::string>* problems) const {
  const auto report = [&](const std::string& what, uint64_t page) {
    problems->push_back("allocator: " + what + " at page " + std::to_string(page));
  };

  std::sort(blocks.begin(), blocks.end(), [](const Block& a, const Block& b) { return a.offset < b.offset; });
  uint64_t bytes_used = 0;
  uint64_t end = 0;
  for (const Block& block : blocks) {
    if (block.offset < end) report("two blocks overlap", block.offset / kPageSize);
    end = block.offset + Footprint(block);
    if (end > store_.arena_bytes()) report("a block reaches beyond the arena", block.offset / kPageSize);
    bytes_used += Footprint(block);
  }
  if (bytes_used != control_.bytes_used.Load()) {
    problems->push_back("allocator: bytes_used is " + std::to_string(control_.bytes_used.Load()) +
                        ", the blocks have " + std::to_string(bytes_used));
  }

  // The pages, from the first to the last, against the blocks.
  const uint32_t pages = store_.arena_pages();
  const uint32_t low = control_.low_page_high_water.Load();
  const uint32_t high = control_.high_page_low_water.Load();
  uint32_t free_runs = 0;
  uint32_t free_pages = 0;
  uint32_t free_slabs = 0;
  size_t next = 0;
  bool after_free = false;
  for (uint32_t number = 0; number < pages;) {
    const Page page = Load(number);
    if (page.kind == PageKind::kFreeRun) {
      if (after_free) report("two free runs were not merged", number);
      const Page last = Load(number + page.length - 1);
      if (page.length > 1 && (last.kind != PageKind::kFreeEnd || last.length != page.length)) {
        report("a free run has no end", number);
      }
      free_runs++;
      free_pages += page.length;
      after_free = true;
      number += page.length;
      continue;
    }
    after_free = false;
    if (number < high && number >= low) report("a page counts as never used, but is in use", number);
    if (page.kind == PageKind::kUsedRun) {
      const bool agrees = next < blocks.size() && blocks[next].slab_page == kNoPage &&
                          blocks[next].offset == number * kPageSize &&
                          PagesOf(blocks[next].size) == page.length;
      if (!agrees) report("a run belongs to no object", number);
      if (page.length == 0) break;
      next++;
      number += page.length;
    } else if (page.kind == PageKind::kSlab) {
      const uint32_t block_size = kClassSizes[page.size_class];
      const uint32_t count = BlocksPerSlab(page.size_class);
      std::vector<bool> used(count);
      uint32_t used_count = 0;
      for (; next < blocks.size() && blocks[next].slab_page == number; next++, used_count++) {
        const uint32_t block = BlockNumber(blocks[next], block_size);
        if (ClassOf(blocks[next].size) != page.size_class || block >= count) {
          report("a block is in a slab of another class", number);
        } else {
          used[block] = true;
        }
      }
      for (uint32_t i = 0; i < count; i++) {
        const bool free = (BitmapPart(number, i / 64).Load() >> i % 64 & 1) != 0;
        if (free == used[i]) report("block " + std::to_string(i) + " of a slab is wrongly marked", number);
        if (free && i / 64 < page.length) report("a free block lies below the mark of its slab", number);
      }
      if (page.free_blocks != count - used_count) report("a slab miscounts its free blocks", number);
      if (page.free_blocks > 0) free_slabs++;
      const bool marked_empty = control_.empty_slabs[page.size_class].Load() == number;
      if (marked_empty != (used_count == 0)) report("a slab is wrongly noted as empty or not", number);
      number += kSlabPages;
    } else {
      report("a page is neither free nor used", number);
      break;
    }
  }
  if (free_pages + control_.pages_used.Load() != pages) report("pages_used is wrong", free_pages);
  if (next != blocks.size()) report("an object's block is not marked", blocks[next].offset / kPageSize);

  // The lists have what the pages have, and nothing else.
  uint32_t listed_runs = 0;
  for (uint32_t bin = 0; bin < kRunBinCount; bin++) {
    const bool bit = (control_.run_bin_bits[bin / 64].Load() >> bin % 64 & 1) != 0;
    uint32_t run = control_.run_bins[bin].Load();
    if (bit != (run != kNoPage)) report("a bin's bit is wrong", bin);
    for (uint32_t previous = kNoPage; run != kNoPage; listed_runs++) {
      const Page page = Load(run);
      if (page.kind != PageKind::kFreeRun || BinOf(page.length) != bin || page.previous != previous) {
        report("a bin lists what is no free run of its length", run);
        break;
      }
      previous = run;
      run = page.next;
    }
  }
  if (listed_runs != free_runs) report("free runs are missing in the bins", listed_runs);
  uint32_t listed_slabs = 0;
  for (uint32_t i = 0; i < kSizeClassCount; i++) {
    uint32_t slab = control_.slabs[i].Load();
    for (uint32_t previous = kNoPage; slab != kNoPage; listed_slabs++) {
      const Page page = Load(slab);
      if (page.kind != PageKind::kSlab || page.size_class != i || page.free_blocks == 0 ||
          page.previous != previous) {
        report("a class lists what is no slab of it with a free block", slab);
        break;
      }
      previous = slab;
      slab = page.next;
    }
  }
  if (listed_slabs != free_slabs) report("slabs are missing in their lists", listed_slabs);
}

}  // namespace mobula
