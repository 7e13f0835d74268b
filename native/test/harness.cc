// Usage: mobula-native-tests [part of a test's name]
// Environment: MOBULA_TEST_SEED repeats a run with its random choices.

#include "native/test/harness.h"

#include <cstdio>
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

int Run(const char* filter) {
  std::printf("seed %llu\n", static_cast<unsigned long long>(Seed()));
  int failed = 0;
  int run = 0;
  for (const Test& test : Tests()) {
    if (filter != nullptr && std::strstr(test.name, filter) == nullptr) continue;
    run++;
    std::printf("  %s\n", test.name);
    std::fflush(stdout);
    try {
      test.run();
    } catch (const Failure& failure) {
      std::printf("    FAILED %s\n", failure.what());
      failed++;
    }
  }
  std::printf("%d tests, %d failed\n", run, failed);
  return failed == 0 && run > 0 ? 0 : 1;
}

}  // namespace mobula::test

int main(int argc, char** argv) {
  return mobula::test::Run(argc > 1 ? argv[1] : nullptr);
}
