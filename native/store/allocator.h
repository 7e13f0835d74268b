// Gives out blocks of the arena.
//
// Small blocks come from slabs: runs of 16 pages cut into blocks of one size class, lowest free block first.
// Bigger ones are runs of pages. Free runs are kept in bins by length, the most recently freed first, and merged
// with free neighbours; the smallest that fits is taken, runs from its front, slabs from its back. The part of
// the arena that was never used is thus the last to be touched: a fresh page costs ten times the copying of it.
//
// A small part of the arena is kept back for errors: when the store is full, it must still be possible to say so to
// those who wait for a result.
//
// Everything here is derived: after the death of the lock's holder it is rebuilt from the entries, which say where
// their blocks are. All state is in shared memory, in Control and in one PageRecord for each page. Nothing is
// stored in the arena itself.
//
// Thread safety: all methods REQUIRE the store's lock.

#ifndef MOBULA_NATIVE_STORE_ALLOCATOR_H_
#define MOBULA_NATIVE_STORE_ALLOCATOR_H_

#include <cstdint>
#include <string>
#include <vector>

#include "native/store/store.h"

namespace mobula {

struct Block {
  uint64_t offset = 0;
  uint64_t size = 0;             // as asked for
  uint32_t slab_page = kNoPage;  // kNoPage: a run of pages
};

class Allocator {
 public:
  explicit Allocator(const Store& store) : store_(store), control_(store.control()) {}

  // The bytes of the arena that the block takes.
  static uint64_t Footprint(const Block& block);

  // Whether an empty arena has room for it. size > 0
  bool CanEverFit(uint64_t size) const {
    return size <= store_.arena_bytes() - uint64_t{ReservedPages()} * kPageSize;
  }

  // Fills in the block; false when there is no room.
  bool Allocate(uint64_t size, bool use_reserve, Block* block);
  void Release(const Block& block);

  // --- Rebuilding: Reset, then Adopt every block that is in use, then Finish ---

  void Reset();
  void Adopt(const Block& block);
  void Finish();

  // Adds a line to `problems` for whatever does not agree with these blocks, which are all that are in use.
  void Check(std::vector<Block> blocks, std::vector<std::string>* problems) const;

 private:
  enum class PageKind : uint8_t {
    kNothing = 0,  // inside of a run, or never used: the record means nothing
    kFreeRun,      // first page of a free run; in a bin
    kFreeEnd,      // last page of a free run of at least two
    kUsedRun,      // first page of a run that is a block
    kUsedEnd,      // last page of a block or slab of at least two pages
    kSlab,         // first page of a slab; the next eight records are the bitmap of its free blocks
  };

  // A PageRecord, unpacked.
  struct Page {
    PageKind kind = PageKind::kNothing;
    uint8_t size_class = 0;    // kSlab
    uint16_t free_blocks = 0;  // kSlab
    uint32_t length = 0;  // pages of the run; kSlab: no part of the bitmap below this one has a free block
    uint32_t previous = kNoPage;  // in the list: the bin of kFreeRun; of kSlab the slabs with a free block
    uint32_t next = kNoPage;
  };

  Page Load(uint32_t number) const;
  void Save(uint32_t number, const Page& page);

  Guarded<uint64_t>& BitmapPart(uint32_t slab, uint32_t part) const;

  // Lists whose head is in Control.
  void Push(Guarded<uint32_t>& head, uint32_t number, Page page);
  void Unlink(Guarded<uint32_t>& head, const Page& page);

  // Free runs.
  void InsertRun(uint32_t first, uint32_t length);
  void RemoveRun(uint32_t first, const Page& page);
  uint32_t FindRun(uint32_t length) const;
  void MarkUsed(uint32_t first, uint32_t length);
  bool AllocateRun(uint32_t length, bool from_back, bool use_reserve, uint32_t* first);
  uint32_t ReservedPages() const;
  void CountPages(uint32_t used, uint32_t released);
  void ReleaseRun(uint32_t first, uint32_t length);
  void NoteTouched(uint32_t first, uint32_t length, bool from_back);

  // Slabs.
  void InitializeSlab(uint32_t slab, uint8_t size_class);
  bool AllocateSmall(uint64_t size, bool use_reserve, Block* block);
  void ReleaseSmall(const Block& block);
  bool GiveBackEmptySlabs();
  uint32_t BlockNumber(const Block& block, uint32_t block_size) const;

  void CountUse(const Block& block);

  const Store& store_;
  Control& control_;
};

}  // namespace mobula

#endif  // MOBULA_NATIVE_STORE_ALLOCATOR_H_
