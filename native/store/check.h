// The invariants of the shared layout.

#ifndef MOBULA_NATIVE_STORE_CHECK_H_
#define MOBULA_NATIVE_STORE_CHECK_H_

#include <string>
#include <vector>

#include "native/store/store.h"

namespace mobula {

// Compares everything that is derived with the entries it derives from, and the entries with each other. One line
// for each violated invariant; empty = all hold. Takes the lock for the whole scan: for tests and diagnosis.
// REQUIRES: nobody is in the middle of an operation, and the dead were reclaimed (what they left is not a violation,
// but would be reported).
std::vector<std::string> CheckInvariants(const Store& store);

}  // namespace mobula

#endif  // MOBULA_NATIVE_STORE_CHECK_H_
