#include "native/test/support.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "native/store/check.h"
#include "native/store/object_table.h"

namespace mobula {

std::ostream& operator<<(std::ostream& out, Status status) {
  return out << StatusName(status);
}

std::ostream& operator<<(std::ostream& out, ObjectState state) {
  return out << "object state " << static_cast<uint32_t>(state);
}

}  // namespace mobula

namespace mobula::test {

uint64_t Seed() {
  static const uint64_t seed = [] {
    const char* given = std::getenv("MOBULA_TEST_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : platform::RandomBits() % 1'000'000'000;
  }();
  return seed;
}

std::mt19937_64 RandomFor(uint64_t purpose) {
  return std::mt19937_64(Seed() * 1'000'003 + purpose);
}

uint64_t Pick(std::mt19937_64& random, uint64_t low, uint64_t high) {
  return std::uniform_int_distribution<uint64_t>(low, high)(random);
}

std::unique_ptr<Store> MakeStore(uint64_t memory_bytes, uint32_t max_objects) {
  std::unique_ptr<Store> store;
  std::string error;
  CHECK_EQUAL(Store::Create({memory_bytes, max_objects}, &store, &error), Status::kOk);
  return store;
}

std::unique_ptr<Store> AttachTo(const Store& store) {
  platform::Descriptor control(fcntl(store.control_descriptor(), F_DUPFD_CLOEXEC, 0));
  platform::Descriptor data(fcntl(store.data_descriptor(), F_DUPFD_CLOEXEC, 0));
  std::unique_ptr<Store> attached;
  std::string error;
  CHECK_EQUAL(Store::Attach(std::move(control), std::move(data), &attached, &error), Status::kOk);
  return attached;
}

std::unique_ptr<Client> MakeClient(Client& raylet, Store& store) {
  uint32_t slot = 0;
  CHECK_EQUAL(raylet.ClaimSlot(static_cast<uint32_t>(getpid()), &slot), Status::kOk);
  return std::make_unique<Client>(&store, slot);
}

void CheckSound(const Store& store) {
  std::string all;
  for (const std::string& problem : CheckInvariants(store)) all += "\n      " + problem;
  if (!all.empty()) throw Failure("invariants do not hold:" + all);
}

void CheckEmpty(const Store& store) {
  CheckSound(store);
  std::string left;
  for (uint32_t index = 1; index < store.control().entry_high_water.Load(); index++) {
    const Entry& entry = store.entry(index);
    const PublishWord word = LoadPublish(entry);
    if (word.state == EntryState::kFree) continue;
    left += "\n      entry " + std::to_string(index) + " in state " +
            std::to_string(static_cast<int>(word.state)) + " of slot " + std::to_string(word.owner) +
            ", contained " + std::to_string(entry.contained_count.Load()) + " times, held by";
    for (uint32_t slot = 0; slot < kSlotCount; slot++) {
      if (entry.references.Test(slot)) left += " " + std::to_string(slot);
      if (entry.pins.Test(slot)) left += " " + std::to_string(slot) + " (pin)";
    }
  }
  if (!left.empty()) throw Failure("the store is not empty:" + left);
  CHECK_EQUAL(ReadStatistics(store).bytes_used, 0u);
}

std::string Bytes(uint64_t tag, size_t length) {
  std::string bytes(length, '\0');
  uint64_t state = tag * 0x9e3779b97f4a7c15 + 1;
  for (char& byte : bytes) {
    state = state * 6364136223846793005 + 1442695040888963407;
    byte = static_cast<char>(state >> 56);
  }
  return bytes;
}

namespace {

// The parts of a sample, as the store takes them. REQUIRES: the sample outlives it.
struct Parts {
  explicit Parts(const Sample& sample) {
    for (const std::string& buffer : sample.buffers) sources.push_back({buffer.data(), buffer.size()});
    parts = {.meta = sample.meta.data(),
             .meta_length = static_cast<uint32_t>(sample.meta.size()),
             .buffers = sources.data(),
             .buffer_count = static_cast<uint32_t>(sources.size()),
             .contained = sample.contained.data(),
             .contained_count = static_cast<uint32_t>(sample.contained.size()),
             .flags = sample.flags};
  }
  std::vector<BufferSource> sources;
  ObjectParts parts;
};

}  // namespace

Status Sample::Write(Client& client, const ObjectId& id, Handle* draft) const {
  return client.CreateObject(id, Parts(*this).parts, draft);
}

Status Sample::Put(Client& client, const ObjectId& id, Handle* handle) const {
  return client.Put(id, Parts(*this).parts, handle);
}

Handle MustPut(Client& client, uint64_t counter, const Sample& sample) {
  Handle handle = kNoHandle;
  CHECK_EQUAL(sample.Put(client, client.MakeId(counter, 0), &handle), Status::kOk);
  return handle;
}

Handle MustDraft(Client& client, const Sample& sample) {
  Handle handle = kNoHandle;
  CHECK_EQUAL(sample.Write(client, {}, &handle), Status::kOk);
  return handle;
}

Handle MustPending(Client& client, uint64_t counter) {
  Handle handle = kNoHandle;
  CHECK_EQUAL(client.CreatePending(client.MakeId(counter, 0), &handle), Status::kOk);
  return handle;
}

bool ReadsAs(Client& client, Handle handle, const Sample& sample, bool keep_pin) {
  ObjectView view;
  if (client.Pin(handle, &view) != Status::kOk) return false;
  const Store& store = client.store();
  bool equal = view.flags == sample.flags && view.header.meta_length == sample.meta.size() &&
               view.header.buffer_count == sample.buffers.size() &&
               view.header.contained_count == sample.contained.size();
  equal = equal && std::memcmp(store.view(view.meta_offset), sample.meta.data(), sample.meta.size()) == 0;
  for (uint32_t i = 0; equal && i < view.header.buffer_count; i++) {
    const BufferPlace place = client.BufferOf(view, i);
    equal = place.byte_length == sample.buffers[i].size() &&
            std::memcmp(store.view(place.offset), sample.buffers[i].data(), place.byte_length) == 0;
  }
  std::vector<Handle> contained;
  equal = equal && client.Contained(handle, &contained) == Status::kOk && contained == sample.contained;
  if (!keep_pin) client.Unpin(handle);
  return equal;
}

int RunInChild(const std::function<void()>& body) {
  std::fflush(stdout);
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is killed leaves nothing behind
    try {
      body();
    } catch (const Failure& failure) {
      std::printf("    in a child: %s\n", failure.what());
      std::fflush(stdout);
      _exit(1);
    }
    _exit(0);
  }
  CHECK(pid > 0);
  int status = 0;
  CHECK_EQUAL(waitpid(pid, &status, 0), pid);
  return status;
}

bool ExitedWell(int status) {
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool WasKilled(int status) {
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

}  // namespace mobula::test
