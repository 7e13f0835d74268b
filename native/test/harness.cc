// Usage: mobula-native-tests [part of a test's name]
// Environment: MOBULA_TEST_SEED repeats a run with its random choices.

#include "native/test/harness.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "native/test/support.h"

namespace mobula::test {
namespace {

struct Test {
  const char* name;
  void (*run)();
};

std::vector<Test>& Tests() {
  static std::vector<Test> tests;
  return tests;
}

}  // namespace

Registration::Registration(const char* name, void (*run)()) {
  Tests().push_back({name, run});
}

namespace {

// Every test has a process of its own: it starts with little memory, so that the tests that fork a thousand times do
// so quickly also under a sanitizer, and what one breaks the next does not see.
bool RunTest(const Test& test) {
  std::printf("  %s\n", test.name);
  std::fflush(stdout);
  const auto start = std::chrono::steady_clock::now();
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    try {
      test.run();
    } catch (const Failure& failure) {
      std::printf("    FAILED %s\n", failure.what());
      std::exit(1);
    }
    std::exit(0);  // by way of the sanitizers, which look for leaks now
  }
  int status = 0;
  waitpid(pid, &status, 0);
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start);
  if (seconds.count() > 4) std::printf("    took %d s\n", static_cast<int>(seconds.count()));
  if (WIFSIGNALED(status)) std::printf("    FAILED by signal %d\n", WTERMSIG(status));
  if (WIFEXITED(status) && WEXITSTATUS(status) > 1)
    std::printf("    FAILED with exit code %d\n", WEXITSTATUS(status));
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

int Run(const char* filter) {
  std::printf("seed %llu\n", static_cast<unsigned long long>(Seed()));
  int failed = 0;
  int run = 0;
  for (const Test& test : Tests()) {
    if (filter != nullptr && std::strstr(test.name, filter) == nullptr) continue;
    run++;
    if (!RunTest(test)) failed++;
  }
  std::printf("%d tests, %d failed\n", run, failed);
  return failed == 0 && run > 0 ? 0 : 1;
}

}  // namespace mobula::test

int main(int argc, char** argv) {
  return mobula::test::Run(argc > 1 ? argv[1] : nullptr);
}
