// A small test harness: TEST(name) { ... CHECK(condition) ... }. The first failed check ends its test.

#ifndef MOBULA_NATIVE_TEST_HARNESS_H_
#define MOBULA_NATIVE_TEST_HARNESS_H_

#include <sstream>
#include <stdexcept>
#include <string>

namespace mobula::test {

struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Makes the test known to main.
struct Registration {
  Registration(const char* name, void (*run)());
};

[[noreturn]] inline void Fail(const char* file, int line, const std::string& what) {
  throw Failure(std::string(file) + ":" + std::to_string(line) + ": " + what);
}

template <typename A, typename B>
void CheckEqual(const A& actual, const B& expected, const char* text, const char* file, int line) {
  if (actual == expected) return;
  std::ostringstream out;
  out << text;
  if constexpr (requires { out << actual << expected; }) out << ": " << actual << " is not " << expected;
  Fail(file, line, out.str());
}

}  // namespace mobula::test

#define TEST(name)                                                             \
  static void Test_##name();                                                   \
  static ::mobula::test::Registration registration_##name(#name, Test_##name); \
  static void Test_##name()

#define CHECK(condition) \
  if (!(condition)) ::mobula::test::Fail(__FILE__, __LINE__, #condition)

#define CHECK_EQUAL(actual, expected) \
  ::mobula::test::CheckEqual(actual, expected, #actual " == " #expected, __FILE__, __LINE__)

#endif  // MOBULA_NATIVE_TEST_HARNESS_H_
