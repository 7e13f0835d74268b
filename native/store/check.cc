#include "native/store/check.h"

#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>

#include "native/store/object_layout.h"
#include "native/store/object_table.h"
#include "native/store/store_lock.h"

namespace mobula {
namespace {

bool IsClaimed(const Store& store, uint32_t slot) {
  return store.slot(slot).state.Load() == static_cast<uint32_t>(SlotState::kClaimed);
}

// One check of one store. REQUIRES: the lock.
class Checker {
 public:
  Checker(const Store& store, ObjectTable& table)
      : store_(store), table_(table), end_(store.control().entry_high_water.Load()) {}

  std::vector<std::string> Run() {
    for (uint32_t index = 1; index < end_; index++) CheckEntry(index);
    CheckCounts();
    CheckLists();
    table_.allocator().Check(std::move(blocks_), &problems_);
    return std::move(problems_);
  }

 private:
  void Report(uint32_t index, const std::string& what) {
    problems_.push_back("entry " + std::to_string(index) + ": " + what);
  }

  void CheckEntry(uint32_t index) {
    const Entry& entry = store_.entry(index);
    const PublishWord word = LoadPublish(entry);
    if (word.state == EntryState::kFree) {
      free_++;
      return;
    }
    used_++;
    CheckHolders(index, entry, word);
    const TaskWord task = TaskWord::Decode(entry.task.Load());
    if (task.generation != word.generation) Report(index, "the task word is of another generation");
    if (HasBlock(word.state)) {
      blocks_.push_back(table_.BlockOf(index));
      const bool fits = entry.offset.Load() + entry.size.Load() <= store_.arena_bytes();
      if (!fits) {
        Report(index, "the block lies outside of the arena");
      } else if (word.state != EntryState::kDraft) {
        CheckBlock(index, entry, word);
      }
    }
    switch (word.state) {
      case EntryState::kPending:
        if (task.finished) Report(index, "the task is finished, but there is no value");
        break;
      case EntryState::kDraft:
        if (entry.link.Load() != kNoHandle) Report(index, "a draft was left half way to its target");
        break;
      case EntryState::kSealed:
        if (!IsHeld(entry)) Report(index, "nobody keeps the object, but it is there");
        if ((word.flags & kFreeRequestedFlag) != 0) Report(index, "the object was freed, but it is there");
        break;
      case EntryState::kDoomed:
        if (!entry.pins.Any()) Report(index, "the object was freed and is not pinned, but it is there");
        break;
      case EntryState::kDying:
        dying_++;
        if (entry.pins.Any()) Report(index, "a dying object is pinned");
        break;
      case EntryState::kFreed:
        if (!IsReferred(entry)) Report(index, "nobody refers to the tombstone");
        if (entry.pins.Any()) Report(index, "a tombstone is pinned");
        break;
      default:
        Report(index, "unexpected state " + std::to_string(static_cast<int>(word.state)));
    }
  }

  void CheckHolders(uint32_t index, const Entry& entry, const PublishWord& word) {
    for (uint32_t slot = 0; slot < kSlotCount; slot++) {
      const bool holds = entry.references.Test(slot) || entry.pins.Test(slot);
      if (holds && !IsClaimed(store_, slot)) {
        Report(index, "held by slot " + std::to_string(slot) + ", which is nobody's");
      }
    }
    const bool owned = word.state == EntryState::kDraft || word.state == EntryState::kPending;
    if (owned && !IsClaimed(store_, word.owner)) {
      Report(index, "owned by slot " + std::to_string(word.owner) + ", which is nobody's");
    }
  }

  void CheckBlock(uint32_t index, const Entry& entry, const PublishWord& word) {
    const uint64_t offset = entry.offset.Load();
    const uint64_t size = entry.size.Load();
    const ObjectHeader header = LoadHeader(store_, offset);
    if (!FitsBlock(header, size)) {
      Report(index, "the header does not fit the block");
      return;
    }
    uint64_t end = MetaOffset(header) + header.meta_length;
    for (uint32_t i = 0; i < header.buffer_count; i++) {
      BufferPlace place;
      const uint64_t at = offset + BufferTableOffset(header) + i * sizeof(BufferPlace);
      CopyFromShared(&place, store_.shared(at), sizeof(place));
      if (place.offset < end || place.byte_length > size || place.offset > size - place.byte_length) {
        Report(index, "buffer " + std::to_string(i) + " lies outside of its part of the block");
        break;
      }
      end = place.offset + place.byte_length;
    }
    const bool flagged = (word.flags & kHasChildrenFlag) != 0;
    if (flagged != (header.contained_count > 0)) Report(index, "the flag for children is wrong");
    if (!flagged) return;
    for (uint32_t i = word.state == EntryState::kDying ? entry.dropped.Load() : 0; i < header.contained_count;
         i++) {
      Handle child;
      CopyFromShared(&child, store_.shared(offset + ContainedOffset() + i * sizeof(Handle)), sizeof(child));
      if (FindEntry(store_, child) != nullptr) contained_[IndexOf(child)]++;
    }
  }

  void CheckCounts() {
    for (uint32_t index = 1; index < end_; index++) {
      const Entry& entry = store_.entry(index);
      if (LoadPublish(entry).state == EntryState::kFree) continue;
      const auto found = contained_.find(index);
      const uint32_t expected = found == contained_.end() ? 0 : found->second;
      const uint32_t counted = entry.contained_count.Load();
      if (counted != expected) {
        Report(index, "contained " + std::to_string(expected) + " times, counted " + std::to_string(counted));
      }
    }
    const uint32_t counted = store_.control().entries_used.Load();
    if (counted != used_) {
      problems_.push_back(std::to_string(used_) + " entries are used, counted " + std::to_string(counted));
    }
  }

  // Follows a list through list_next; false where it does not end within the table.
  uint32_t ListLength(uint32_t head, EntryState state, const char* name) {
    uint32_t length = 0;
    for (uint32_t index = head; index != 0; index = store_.entry(index).list_next.Load()) {
      if (index >= end_ || length > end_ || LoadPublish(store_.entry(index)).state != state) {
        problems_.push_back(std::string("the list of ") + name + " entries is broken");
        break;
      }
      length++;
    }
    return length;
  }

  void CheckLists() {
    const Control& control = store_.control();
    if (ListLength(control.free_entry_head.Load(), EntryState::kFree, "free") != free_) {
      problems_.push_back("free entries are missing in their list");
    }
    if (ListLength(control.dying_head.Load(), EntryState::kDying, "dying") != dying_) {
      problems_.push_back("dying entries are missing in their list");
    }
    std::map<std::pair<uint64_t, uint64_t>, uint32_t> ids;
    for (uint32_t index = 1; index < end_; index++) {
      const Entry& entry = store_.entry(index);
      const ObjectId id = LoadId(entry);
      if (LoadPublish(entry).state == EntryState::kFree || id.IsNull()) continue;
      const bool added = ids.emplace(std::pair(id.session, id.serial), index).second;
      if (!added) {
        Report(index, "another entry has the same id");
      } else if (table_.Find(id) != index) {
        Report(index, "the index does not find it by its id");
      }
    }
    uint32_t indexed = 0;
    for (uint32_t bucket = 0; bucket < control.bucket_count.Load(); bucket++) {
      uint32_t index = store_.bucket(bucket).Load();
      for (; index != 0 && indexed <= end_; index = store_.entry(index).hash_next.Load()) indexed++;
    }
    if (indexed != ids.size()) problems_.push_back("the index lists entries that are gone");
  }

  const Store& store_;
  ObjectTable& table_;
  const uint32_t end_;
  std::vector<std::string> problems_;
  std::vector<Block> blocks_;
  std::unordered_map<uint32_t, uint32_t> contained_;
  uint32_t used_ = 0;
  uint32_t free_ = 0;
  uint32_t dying_ = 0;
};

}  // namespace

std::vector<std::string> CheckInvariants(const Store& store) {
  StoreLock lock(store);
  return Checker(store, lock.table()).Run();
}

}  // namespace mobula
