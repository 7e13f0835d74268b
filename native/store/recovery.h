// Repair after a process died holding the lock.
//
// Two things can be half done then, and nothing else: a completion that was moving blocks from drafts to targets,
// and everything that is derived. Recovery first decides the completions, then rebuilds the derived state from
// the entries. Each step can be repeated, so that the death of the one who recovers is repaired by the next.
//
// What a dead client leaves otherwise (bits, drafts, pending entries, an object that it should have destroyed)
// is for Client::ReclaimSlot.

#ifndef MOBULA_NATIVE_STORE_RECOVERY_H_
#define MOBULA_NATIVE_STORE_RECOVERY_H_

#include "native/store/object_table.h"
#include "native/store/store.h"

namespace mobula {

// REQUIRES: the lock, as its last holder left it.
void Recover(const Store& store, ObjectTable& table);

// Makes the derived state of a store from its entries; also that of a new one. REQUIRES: the lock, or being alone.
void Rebuild(const Store& store, ObjectTable& table);

}  // namespace mobula

#endif  // MOBULA_NATIVE_STORE_RECOVERY_H_
