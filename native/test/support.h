// What the tests of the store share.

#ifndef MOBULA_NATIVE_TEST_SUPPORT_H_
#define MOBULA_NATIVE_TEST_SUPPORT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "native/store/client.h"
#include "native/store/statistics.h"
#include "native/store/store.h"
#include "native/test/harness.h"

namespace mobula {

std::ostream& operator<<(std::ostream& out, Status status);
std::ostream& operator<<(std::ostream& out, ObjectState state);

}  // namespace mobula

namespace mobula::test {

// Of this run: MOBULA_TEST_SEED, or a random one. It is printed at the start.
uint64_t Seed();

// A random source of its own for each test and purpose; the same for the same seed.
std::mt19937_64 RandomFor(uint64_t purpose);

// Uniform in [low, high].
uint64_t Pick(std::mt19937_64& random, uint64_t low, uint64_t high);

std::unique_ptr<Store> MakeStore(uint64_t memory_bytes = kMinMemory, uint32_t max_objects = 1000);

// Another mapping of the same memory, as another process has it.
std::unique_ptr<Store> AttachTo(const Store& store);

// A client with a slot of its own.
std::unique_ptr<Client> MakeClient(Client& raylet, Store& store);

// Fails with all problems if the store's invariants do not hold.
void CheckSound(const Store& store);

// Fails if the store is sound but not empty.
void CheckEmpty(const Store& store);

// `length` bytes that depend on the tag alone, so that a reader can check what it reads.
std::string Bytes(uint64_t tag, size_t length);

// An object in memory, to be put.
struct Sample {
  std::string meta = {};
  std::vector<std::string> buffers = {};
  std::vector<Handle> contained = {};
  uint16_t flags = 0;

  Status Write(Client& client, const ObjectId& id, Handle* draft) const;
  Status Put(Client& client, const ObjectId& id, Handle* handle) const;
};

// Must succeed.
Handle MustPut(Client& client, uint64_t counter, const Sample& sample);
Handle MustDraft(Client& client, const Sample& sample);
Handle MustPending(Client& client, uint64_t counter);

// Whether the object reads as that meta, and its buffers too (pinning it for that, if it is not pinned already).
bool ReadsAs(Client& client, Handle handle, const Sample& sample, bool keep_pin = false);

// Runs `body` in a process of its own, which exits with 0 if it returns and with 1 if a check fails. Returns the
// status of waitpid.
int RunInChild(const std::function<void()>& body);
bool ExitedWell(int status);
bool WasKilled(int status);

}  // namespace mobula::test

#endif  // MOBULA_NATIVE_TEST_SUPPORT_H_
