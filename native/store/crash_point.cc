#include "native/store/crash_point.h"

#ifdef MOBULA_NATIVE_TESTS

#include <signal.h>

#include <cstdio>

namespace mobula::crash {

Plan& CurrentPlan() {
  thread_local Plan plan;
  return plan;
}

void Arm(uint64_t fatal, char* report) {
  CurrentPlan() = Plan{.hits = 0, .fatal = fatal, .report = report};
}

void Hit(const std::source_location& where) {
  Plan& plan = CurrentPlan();
  if (++plan.hits != plan.fatal) return;
  if (plan.report != nullptr) {
    std::snprintf(plan.report, kReportBytes, "%s:%u (%s)", where.file_name(), unsigned{where.line()},
                  where.function_name());
  }
  raise(SIGKILL);
}

}  // namespace mobula::crash

#endif  // MOBULA_NATIVE_TESTS
