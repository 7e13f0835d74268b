// A client that does random things with objects that it shares with others, and checks all that it reads.

#ifndef MOBULA_NATIVE_TEST_RANDOM_WORKER_H_
#define MOBULA_NATIVE_TEST_RANDOM_WORKER_H_

#include <atomic>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "native/store/client.h"

namespace mobula::test {

// Where workers find each other's objects. It may be in memory that processes share: what it names may be gone, or
// never have been, at any time.
struct Board {
  std::atomic<Handle> objects[48] = {};
  std::atomic<Handle> tasks[12] = {};      // the first returns
  std::atomic<uint64_t> steps[8] = {};     // how far each worker is
  std::atomic<uint64_t> completions = {};  // tasks settled
  std::atomic<uint64_t> full = {};         // how often the store was
};

class RandomWorker {
 public:
  // `number` tells the workers of a board apart.
  RandomWorker(Client& client, Board& board, uint32_t number, uint64_t seed);

  // One random operation. Fails (throws) when something reads as what it is not.
  void Step();

  // Gives back all that it holds, but for the results that it waits for: those are in unsettled().
  void Finish();
  const std::vector<Handle>& unsettled() const { return unsettled_; }

 private:
  struct Task {
    std::vector<Handle> targets;
  };
  struct Held {
    Handle handle;
    bool is_leaf;  // an own put that contains nothing
  };
  struct Pinned {
    Handle handle;
    ObjectView view;
  };

  uint64_t Pick(uint64_t low, uint64_t high) {
    return std::uniform_int_distribution<uint64_t>(low, high)(random_);
  }
  Handle AnyObject() { return board_.objects[Pick(0, std::size(board_.objects) - 1)].load(); }
  void Show(Handle handle) { board_.objects[Pick(0, std::size(board_.objects) - 1)].store(handle); }

  // An object that says of itself what it must look like.
  // Results contain leaves alone: two results that contained each other would never end.
  bool Write(const ObjectId& id, Handle* draft, bool* is_leaf);
  void CheckView(const ObjectView& view);

  void Put();
  void Allocate();
  void DropOne();
  void Read();
  void Refer();
  void Pin();
  void Unpin();
  void Free();
  void Submit();
  void RunTask();
  void MoveOwnTask();
  void CheckOwnTask();
  void Wait();

  Client& client_;
  Board& board_;
  const uint32_t number_;
  std::mt19937_64 random_;
  uint64_t counter_ = 0;
  std::vector<Held> held_;
  std::vector<Pinned> pinned_;
  std::vector<Task> tasks_;
  std::vector<Handle> unsettled_;
};

}  // namespace mobula::test

#endif  // MOBULA_NATIVE_TEST_RANDOM_WORKER_H_
