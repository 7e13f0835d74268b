// Crash points: the places where a test may kill the process, one in front of every store to shared memory.
//
// What other processes can see of a process that dies is the sequence of its stores. A point in front of every
// store therefore covers every state that a death by SIGKILL can leave behind; the points after taking the lock
// and around giving it back cover the lock itself.
//
// In test builds (MOBULA_NATIVE_TESTS) every hit is counted, and the hit that is armed raises SIGKILL. In all
// other builds the macros are empty.

#ifndef MOBULA_NATIVE_STORE_CRASH_POINT_H_
#define MOBULA_NATIVE_STORE_CRASH_POINT_H_

#ifdef MOBULA_NATIVE_TESTS

#include <cstdint>
#include <source_location>

namespace mobula::crash {

// The plan of the calling thread. Threads do not share it, so that a test may arm one of several.
struct Plan {
  uint64_t hits = 0;       // points passed since the last Arm
  uint64_t fatal = 0;      // the hit that kills; 0 = none
  char* report = nullptr;  // where the place of death is written, kReportBytes long; may be null
};
inline constexpr uint64_t kReportBytes = 256;

Plan& CurrentPlan();

// Starts counting at zero; the `fatal`-th point from now on kills the process (0: count only).
void Arm(uint64_t fatal, char* report = nullptr);

// Called by the macro. Kills the process at the armed hit.
void Hit(const std::source_location& where);

}  // namespace mobula::crash

// For the parameter list of a helper that stores: the caller's place becomes the name of the point.
#define CRASH_SITE , const std::source_location& where = std::source_location::current()
#define CRASH_SITE_ONLY const std::source_location& where = std::source_location::current()
// To hand the caller's place on to another helper.
#define CRASH_HERE , where
#define CRASH_POINT() ::mobula::crash::Hit(where)
#define CRASH_POINT_HERE() ::mobula::crash::Hit(std::source_location::current())

#else

#define CRASH_SITE
#define CRASH_SITE_ONLY
#define CRASH_HERE
#define CRASH_POINT() ((void)0)
#define CRASH_POINT_HERE() ((void)0)

#endif  // MOBULA_NATIVE_TESTS

#endif  // MOBULA_NATIVE_STORE_CRASH_POINT_H_
