#include "native/store/statistics.h"

#include <array>
#include <bit>

#include "native/store/object_table.h"
#include "native/store/store_lock.h"

namespace mobula {
namespace {

void Add(ClientCounters& sum, const ClientCounters& counters) {
  sum.puts += counters.puts;
  sum.gets += counters.gets;
  sum.bytes_copied_in += counters.bytes_copied_in;
  sum.bytes_copied_out += counters.bytes_copied_out;
  sum.bytes_viewed += counters.bytes_viewed;
}

bool IsClaimed(const SlotRecord& record) {
  return record.state.Load() == static_cast<uint32_t>(SlotState::kClaimed);
}

}  // namespace

ClientCounters ReadCounters(const Store& store, uint32_t slot) {
  const SlotRecord& record = store.slot(slot);
  return {record.puts.Load(), record.gets.Load(), record.bytes_copied_in.Load(),
          record.bytes_copied_out.Load(), record.bytes_viewed.Load()};
}

Statistics ReadStatistics(const Store& store) {
  Statistics statistics;
  const Control& control = store.control();
  {
    StoreLock lock(store);
    statistics.bytes_used = control.bytes_used.Load();
    statistics.bytes_peak = control.bytes_peak.Load();
    statistics.entries_used = control.entries_used.Load();
    statistics.entries_peak = control.entries_peak.Load();
    statistics.recoveries = control.recoveries.Load();
    statistics.totals = {control.retired_puts.Load(), control.retired_gets.Load(),
                         control.retired_bytes_copied_in.Load(), control.retired_bytes_copied_out.Load(),
                         control.retired_bytes_viewed.Load()};
    for (uint32_t slot = 0; slot < kSlotCount; slot++) Add(statistics.totals, ReadCounters(store, slot));
  }
  statistics.arena_bytes = store.arena_bytes();
  statistics.max_objects = store.max_entries() - 1;
  const uint64_t untouched =
      uint64_t{control.high_page_low_water.Load()} - control.low_page_high_water.Load();
  statistics.bytes_touched = store.arena_bytes() - untouched * kPageSize;
  for (uint32_t slot = 0; slot < kSlotCount; slot++) statistics.clients += IsClaimed(store.slot(slot));

  for (uint32_t index = 1; index < control.entry_high_water.Load(); index++) {
    const Entry& entry = store.entry(index);
    const EntryState state = LoadPublish(entry).state;
    StateUse* use = nullptr;
    switch (state) {
      case EntryState::kFree:
        continue;
      case EntryState::kPending:
        use = &statistics.pending;
        break;
      case EntryState::kDraft:
        use = &statistics.drafts;
        break;
      case EntryState::kSealed:
      case EntryState::kProvisional:
        use = &statistics.sealed;
        break;
      case EntryState::kDoomed:
      case EntryState::kDying:
      case EntryState::kFreed:
        use = &statistics.freed;
        break;
    }
    use->objects++;
    if (HasBlock(state)) use->bytes += entry.size.LoadRelaxed();
  }
  return statistics;
}

std::vector<Holder> ReadHolders(const Store& store) {
  std::array<Holder, kSlotCount> all;
  for (uint32_t index = 1; index < store.control().entry_high_water.Load(); index++) {
    const Entry& entry = store.entry(index);
    const EntryState state = LoadPublish(entry).state;
    if (state == EntryState::kFree) continue;
    const uint64_t bytes = HasBlock(state) ? entry.size.LoadRelaxed() : 0;
    for (uint32_t part = 0; part < kSlotCount / 64; part++) {
      uint64_t bits = entry.references.LoadPart(part) | entry.pins.LoadPart(part);
      for (; bits != 0; bits &= bits - 1) {
        Holder& holder = all[part * 64 + static_cast<uint32_t>(std::countr_zero(bits))];
        holder.objects++;
        holder.bytes += bytes;
      }
    }
  }
  std::vector<Holder> holders;
  for (uint32_t slot = 0; slot < kSlotCount; slot++) {
    if (all[slot].objects == 0) continue;
    all[slot].slot = slot;
    all[slot].pid = store.slot(slot).pid.Load();
    holders.push_back(all[slot]);
  }
  return holders;
}

}  // namespace mobula
