// The shared layout: every byte of the control memory, and the head of every block in the data memory.
//
// Two pieces of shared memory make a store. *Control* holds what stands in this file; it is never visible to
// JavaScript. *Data* is the arena, which holds the objects' blocks and nothing else. All processes of a node map
// both. The entries of the object table are the only truth; whatever is marked "derived" below is rebuilt from
// them by a scan (see native/store/recovery.h) when the lock's holder has died.
//
// Control memory, in this order, each part page-aligned:
//   Control            the header
//   SlotRecord[256]    one for each client (a Node environment)
//   uint32_t[]         buckets of the hash index over object ids            derived
//   PageRecord[]       one for each page of the arena: the allocator's map  derived
//   Entry[]            the object table; entry 0 is never used
// The memory is sparse: only what was touched costs anything, so the table is reserved for its maximum.
//
// "Lock" below means Control::mutex. "Owner" is the client whose slot stands in the entry's publish word.

#ifndef MOBULA_NATIVE_LAYOUT_H_
#define MOBULA_NATIVE_LAYOUT_H_

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "native/platform/platform.h"
#include "native/store/shared_word.h"

namespace mobula {

// --- Constants -------------------------------------------------------------------------------------------

inline constexpr uint64_t kMagic = 0x31414c55424f4d00;  // "\0MOBULA1"
// To be raised with every change of this file.
inline constexpr uint32_t kLayoutVersion = 2;

inline constexpr uint64_t kPageSize = 4096;
inline constexpr uint32_t kNoPage = 0xffffffff;

inline constexpr uint32_t kSlotCount = 256;
inline constexpr uint32_t kRayletSlot = 0;

inline constexpr uint32_t kIndexBits = 24;
inline constexpr uint32_t kGenerationBits = 28;
inline constexpr uint32_t kMaxEntries = 1u << kIndexBits;
inline constexpr uint64_t kGenerationMask = (uint64_t{1} << kGenerationBits) - 1;

// Blocks up to this size come from slabs of one size class, bigger ones are runs of pages.
inline constexpr uint64_t kSmallBlockLimit = 8192;
inline constexpr uint32_t kSlabPages = 16;
inline constexpr uint32_t kSizeClassCount = 24;
inline constexpr uint32_t kRunBinCount = 256;

// Buffers of an object start at multiples of this ...
inline constexpr uint64_t kBufferAlignment = 64;
// ... and those of at least this size at a page, with their last page to themselves, so that a view of one
// shows nothing else and its pages can be dropped alone.
inline constexpr uint64_t kViewThreshold = 16384;

// --- Names of objects ------------------------------------------------------------------------------------

// Names an object within the node: generation (28 bits) << 24 | index (24 bits). It fits a JavaScript number
// exactly. The index is the object's entry; the generation tells the objects apart that used it one after
// another (an entry must be reused 2^28 times before a handle is ambiguous). 0 = none.
using Handle = uint64_t;
inline constexpr Handle kNoHandle = 0;

constexpr Handle MakeHandle(uint64_t generation, uint32_t index) {
  return generation << kIndexBits | index;
}
constexpr uint32_t IndexOf(Handle handle) {
  return static_cast<uint32_t>(handle & (kMaxEntries - 1));
}
constexpr uint64_t GenerationOf(Handle handle) {
  return handle >> kIndexBits;
}

// Names an object in the cluster: 16 bytes, as two little-endian words: the owner's session, then the counter
// (5 bytes) and the return index (3 bytes).
struct ObjectId {
  uint64_t session = 0;
  uint64_t serial = 0;

  static constexpr ObjectId Make(uint64_t session, uint64_t counter, uint32_t return_index) {
    return {session, (counter & 0xffffffffff) | uint64_t{return_index} << 40};
  }
  // The id of a later return of the same task; this is the first one's.
  constexpr ObjectId Return(uint32_t return_index) const {
    return {session, serial + (uint64_t{return_index} << 40)};
  }
  bool IsNull() const { return session == 0 && serial == 0; }
  bool operator==(const ObjectId&) const = default;
};
static_assert(sizeof(ObjectId) == 16);

// --- The publish word ------------------------------------------------------------------------------------

// Who may be where, and what may follow, stands at Client in native/store/client.h.
enum class EntryState : uint8_t {
  kFree = 0,     // unused; on the list of free entries
  kPending,      // a result that does not exist yet; no block
  kDraft,        // a block that its owner is writing; visible to nobody else
  kSealed,       // immutable, readable
  kProvisional,  // one of several returns of a completion under way; becomes kSealed when the first return does
  kDoomed,       // freed while pinned: reads answer "freed", the block is given back when the last pin ends
  kDying,        // its children are being let go, step by step; the block is given back after the last
  kFreed,        // a tombstone without a block: freed, but still referred to
};

// One word says all that a lock-free reader must see at once. Each operation commits by one store of it.
// Writer: the lock's holder; on a draft also its owner without the lock.
struct PublishWord {
  EntryState state = EntryState::kFree;
  uint8_t owner = 0;
  uint16_t flags = 0;
  uint32_t generation = 0;

  static constexpr PublishWord Decode(uint64_t word) {
    return {static_cast<EntryState>(word & 0xff), static_cast<uint8_t>(word >> 8),
            static_cast<uint16_t>(word >> 16), static_cast<uint32_t>(word >> 32 & kGenerationMask)};
  }
  constexpr uint64_t Encode() const {
    return uint64_t{static_cast<uint8_t>(state)} | uint64_t{owner} << 8 | uint64_t{flags} << 16 |
           uint64_t{generation} << 32;
  }
};

// Flags in the publish word. The low 12 belong to the layers above, of which the core knows one.
inline constexpr uint16_t kObjectFlagsMask = 0x0fff;
inline constexpr uint16_t kErrorFlag = 1 << 0;         // the value is an encoded error
inline constexpr uint16_t kHasChildrenFlag = 1 << 14;  // the block names other objects
inline constexpr uint16_t kFreeRequestedFlag =
    1 << 15;  // on kPending and kProvisional: freed before it was there

// --- The task word ---------------------------------------------------------------------------------------

// Stands in the entry of a task's first return and says which attempt may settle the task. Moved by
// compare-and-swap, without the lock, by the submitter, the worker and the raylet. It carries the generation, so
// that a late swap cannot hit the next user of the entry.
struct TaskWord {
  uint32_t generation = 0;
  uint16_t attempt = 0;
  bool started = false;
  bool finished = false;  // set by Complete under the lock, before it publishes; no other change after it
  uint8_t slot = 0;       // the starter, when started

  static constexpr TaskWord Decode(uint64_t word) {
    return {static_cast<uint32_t>(word & kGenerationMask), static_cast<uint16_t>(word >> 32),
            (word >> 48 & 1) != 0, (word >> 49 & 1) != 0, static_cast<uint8_t>(word >> 56)};
  }
  constexpr uint64_t Encode() const {
    return uint64_t{generation} | uint64_t{attempt} << 32 | uint64_t{started} << 48 |
           uint64_t{finished} << 49 | uint64_t{slot} << 56;
  }
};

// --- The object table ------------------------------------------------------------------------------------

// One bit for each client slot.
class SlotBits {
 public:
  bool Test(uint32_t slot) const { return (words_[slot / 64].Load() & Bit(slot)) != 0; }
  bool Any() const {
    return (words_[0].Load() | words_[1].Load() | words_[2].Load() | words_[3].Load()) != 0;
  }
  uint64_t LoadPart(uint32_t part) const { return words_[part].Load(); }

  // Both return whether the bit changed.
  bool Set(uint32_t slot CRASH_SITE) {
    return (words_[slot / 64].FetchOr(Bit(slot) CRASH_HERE) & Bit(slot)) == 0;
  }
  bool Clear(uint32_t slot CRASH_SITE) {
    return (words_[slot / 64].FetchAnd(~Bit(slot) CRASH_HERE) & Bit(slot)) != 0;
  }
  uint64_t TakePart(uint32_t part CRASH_SITE) { return words_[part].Exchange(0 CRASH_HERE); }
  // For entries that nobody else knows yet.
  void StoreAll(uint64_t first, uint64_t second, uint64_t third, uint64_t fourth CRASH_SITE) {
    words_[0].Store(first CRASH_HERE);
    words_[1].Store(second CRASH_HERE);
    words_[2].Store(third CRASH_HERE);
    words_[3].Store(fourth CRASH_HERE);
  }
  void Reset(CRASH_SITE_ONLY) { StoreAll(0, 0, 0, 0 CRASH_HERE); }
  void ResetTo(uint32_t slot CRASH_SITE) {
    const uint64_t bit = Bit(slot);
    const uint32_t part = slot / 64;
    StoreAll(part == 0 ? bit : 0, part == 1 ? bit : 0, part == 2 ? bit : 0, part == 3 ? bit : 0 CRASH_HERE);
  }

 private:
  static constexpr uint64_t Bit(uint32_t slot) { return uint64_t{1} << (slot % 64); }

  Word<uint64_t> words_[kSlotCount / 64];
};

// One object. The fields are written under the lock before the publish word makes them valid, and stay as they
// are until it says kFree again, unless noted otherwise. 192 bytes; what reading needs is in the first line.
struct alignas(64) Entry {
  Word<uint64_t> publish;  // PublishWord
  Word<uint64_t> task;     // TaskWord; changed without the lock
  Word<uint64_t> session;  // the id; null for the draft of a result
  Word<uint64_t> serial;
  Word<uint64_t> offset;  // the block: where in the arena, and its size in bytes as asked for. Valid in every
  Word<uint64_t> size;    // state but kFree, kPending and kFreed
  Word<uint64_t>
      link;  // completion under way: in a draft its target, in a kProvisional the first target; else 0
  Word<uint32_t> slab_page;        // first page of the slab that the block is in; kNoPage: a run of pages
  Word<uint32_t> contained_count;  // how many living objects contain this one                        derived

  SlotBits
      references;  // the client may use the handle. Bit set under the lock, cleared by its client without
  SlotBits pins;   // the client reads the block in place. The same

  SlotBits waiters;  // the client is to be told when there is a value. Set and taken without the lock
  Guarded<uint32_t> hash_next;  // next entry of the bucket; 0 = last                              derived
  Guarded<uint32_t> list_next;  // next in the list of free or of dying entries; 0 = last          derived
  Guarded<uint32_t> dropped;    // kDying: how many children were let go already
  Word<uint32_t> replica;       // 1: a copy of another node's object, which gave it the id; else 0
  Guarded<uint32_t> reserved[4];
};
static_assert(sizeof(Entry) == 192 && std::is_standard_layout_v<Entry>);

// --- The allocator's map ---------------------------------------------------------------------------------

// What a page of the arena is. Only the records at the ends of a run mean something; see native/store/allocator.h
// for the encoding. All derived.
struct PageRecord {
  Guarded<uint64_t> low;
  Guarded<uint64_t> high;
};
static_assert(sizeof(PageRecord) == 16);

// --- Clients ---------------------------------------------------------------------------------------------

enum class SlotState : uint32_t { kFree = 0, kClaimed = 1 };

// One client. The head is written by the raylet (ClaimSlot, ReclaimSlot), the rest by the client alone.
struct alignas(128) SlotRecord {
  Word<uint32_t> state;  // SlotState
  Word<uint32_t> pid;    // as the raylet sees it
  Word<uint64_t> session;
  Word<uint64_t> running;  // handle of the task on the client's stack; 0 = none
  Word<uint64_t> puts;     // counters of what the client did; they only grow
  Word<uint64_t> gets;
  Word<uint64_t> bytes_copied_in;
  Word<uint64_t> bytes_copied_out;
  Word<uint64_t> bytes_viewed;
};
static_assert(sizeof(SlotRecord) == 128);

// --- The header ------------------------------------------------------------------------------------------

struct alignas(64) Control {
  // Written once, before anybody else maps the memory.
  Word<uint64_t> magic;
  Word<uint32_t> version;
  Word<uint32_t> max_entries;  // entries in the table, the unused entry 0 included
  Word<uint64_t> arena_bytes;
  Word<uint64_t> control_bytes;
  Word<uint64_t> slots_offset;  // where the parts begin in the control memory
  Word<uint64_t> buckets_offset;
  Word<uint64_t> pages_offset;
  Word<uint64_t> entries_offset;

  platform::MutexStorage mutex;

  // Only ever raised, under the lock, before what lies below them is used.
  alignas(64) Word<uint32_t> entry_high_water;  // no entry at or above it was ever used
  Word<uint32_t> low_page_high_water;           // pages in between these two were never used
  Word<uint32_t> high_page_low_water;
  Word<uint32_t>
      dying_head;  // first entry of the dying list; 0 = none                                derived

  alignas(
      64) Guarded<uint32_t> free_entry_head;  // most recently used first; 0 = none                 derived
  Guarded<uint32_t> entries_used;             //                                                   derived
  Guarded<uint32_t> entries_peak;
  Guarded<uint32_t> bucket_count;  // buckets in use: the hash index grows with the table              derived
  Guarded<uint64_t> bytes_used;    // of blocks, as rounded by the allocator                           derived
  Guarded<uint32_t> pages_used;    // of blocks and slabs                                              derived
  Guarded<uint64_t> bytes_peak;
  Guarded<uint64_t> recoveries;  // how often a holder of the lock was found dead

  Guarded<uint64_t> run_bin_bits[kRunBinCount / 64];  // which bins have a free run                    derived
  Guarded<uint32_t> run_bins[kRunBinCount];           // first free run of about that many pages       derived
  Guarded<uint32_t> slabs[kSizeClassCount];           // first slab of the class with a free block     derived
  Guarded<uint32_t> empty_slabs[kSizeClassCount];     // a slab of the class without used blocks       derived

  // What clients that are gone have counted. Written by the raylet under the lock.
  Word<uint64_t> retired_puts;
  Word<uint64_t> retired_gets;
  Word<uint64_t> retired_bytes_copied_in;
  Word<uint64_t> retired_bytes_copied_out;
  Word<uint64_t> retired_bytes_viewed;
};
static_assert(sizeof(Control) <= kPageSize && std::is_standard_layout_v<Control>);

// --- The head of a block ---------------------------------------------------------------------------------

// A block: this header, the handles of the contained objects (8 bytes each), the buffer table, the meta bytes,
// then the buffers. native/store/object_layout.h computes the places. Written by the draft's owner with
// CopyToShared; immutable from sealing on.
struct ObjectHeader {
  uint32_t meta_length;
  uint32_t buffer_count;
  uint32_t contained_count;
  uint32_t flags;
};
static_assert(sizeof(ObjectHeader) == 16);

struct BufferPlace {
  uint64_t offset;  // from the start of the block
  uint64_t byte_length;
};
static_assert(sizeof(BufferPlace) == 16);

}  // namespace mobula

#endif  // MOBULA_NATIVE_LAYOUT_H_
