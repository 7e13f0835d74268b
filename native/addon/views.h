// Objects' big buffers as ArrayBuffers, without copying.
//
// A view is one ArrayBuffer over one buffer of one object, through a private mapping: what the program writes into it
// reaches nobody else. The object is pinned as long as any of its views can be reached (native/addon/
// external_buffer.h says how that is known), and no longer.
//
// What one task writes into its argument no other task may see, in the same process either. So a view is handed out
// again only to the task that has it, or when no unfinished task has it and its pages are clean; otherwise there is a
// second private mapping of the buffer. Task 0 (the driver) never finishes: two opens there may share a view.
//
// The cache is weak. V8 is not charged for a view, so that one costs about a microsecond to make, and its clean pages
// stay mapped when it goes: a loop of tasks over one array neither remaps it nor collects because of it.
//
// Thread safety: belongs to one environment; only a view's death may be noticed on another thread.
#ifndef MOBULA_ADDON_VIEWS_H_
#define MOBULA_ADDON_VIEWS_H_

#include <node_api.h>

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "native/addon/mapped_buffer.h"
#include "native/addon/pressure.h"
#include "native/store/client.h"

namespace mobula::addon {

class Views {
 public:
  // An exact integer; 0 = none.
  using Task = uint64_t;

  Views(napi_env env, Client* client);
  ~Views();
  Views(const Views&) = delete;
  Views& operator=(const Views&) = delete;

  // The object as {meta, buffers, flags}; undefined when it is not ready. Null with an exception pending when it was
  // freed. Adds what it mapped newly to `*viewed`.
  napi_value Open(Handle handle, Task task, uint64_t* viewed);

  void TaskFinished(Task task);

  // Looks whether the views of finished tasks were written into, about 10 us a MiB. Off the path: Open does it itself
  // for a view that it needs.
  void Check();

  // Ends the pins of objects whose views are gone.
  void Sweep();

  // Ends all pins, for good. What JavaScript still sees keeps its content: it is copied, which takes as long as any
  // copying into fresh memory, and nothing of the store is kept alive.
  void Close(bool environment_ends);

  // Bytes of the buffers in view.
  uint64_t bytes() const { return bytes_; }
  size_t count() const { return views_.size(); }

  Newcomers newcomers;

 private:
  struct Object;
  struct View;

  napi_value CopyOut(BufferPlace buffer);
  View* Reusable(Object* object, uint32_t index, Task task);
  napi_value NewView(Object* object, uint32_t index, BufferPlace buffer, Task task, uint64_t* viewed);
  void Give(View* view, Task task);
  void CheckPages(View* view);
  void Remove(View* view);

  const napi_env env_;
  Client* const client_;
  Store& store_;
  // Null when the system had no room for it: then every view has a mapping of its own.
  std::shared_ptr<PrivateArena> arena_;
  const std::shared_ptr<DeathList> deaths_;
  std::unordered_map<Handle, std::unique_ptr<Object>> objects_;
  std::unordered_map<MappedBuffer*, std::unique_ptr<View>> views_;
  std::unordered_map<Task, std::vector<View*>> by_task_;
  // Of finished tasks, not looked at yet.
  std::vector<View*> unchecked_;
  uint64_t bytes_ = 0;
};

}  // namespace mobula::addon

#endif  // MOBULA_ADDON_VIEWS_H_
