#include "native/addon/views.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "native/addon/napi_values.h"
#include "native/store/object_layout.h"

namespace mobula::addon {

// One ArrayBuffer. It belongs to at most one unfinished task.
struct Views::View {
  enum class Pages {
    kUnknown,  // a task has it, or had it
    kClean,
    kDirty,  // never handed out again
  };
  Object* object;
  uint32_t index;
  MappedBuffer* buffer;
  Newcomers::Epoch epoch;
  bool held = false;
  Task holder = 0;
  Pages pages = Pages::kUnknown;
};

// A pinned object, with the views of each of its buffers.
struct Views::Object {
  Handle handle;
  std::vector<std::vector<View*>> views;
  size_t view_count = 0;
};

Views::Views(napi_env env, Client* client)
    : env_(env),
      client_(client),
      store_(client->store()),
      arena_(PrivateArena::Map(client->store())),
      deaths_(std::make_shared<DeathList>()) {}

Views::~Views() = default;

napi_value Views::Open(Handle handle, Task task, uint64_t* viewed) {
  ObjectView place;
  const auto known = objects_.find(handle);
  Object* object = known == objects_.end() ? nullptr : known->second.get();
  // A freed object that is still pinned answers "freed" as well.
  const Status status = client_->Pin(handle, &place);
  if (status == Status::kNotReady) return Undefined(env_);
  if (status != Status::kOk) return ThrowCoded(env_, "ERR_MOBULA_OBJECT_FREED", "the object was freed");
  const bool has_views = [&] {
    for (uint32_t index = 0; index < place.header.buffer_count; ++index) {
      if (IsViewed(client_->BufferOf(place, index).byte_length)) return true;
    }
    return false;
  }();
  if (has_views && object == nullptr) {
    auto owned = std::make_unique<Object>(Object{handle, {}, 0});
    object = owned.get();
    object->views.resize(place.header.buffer_count);
    objects_.emplace(handle, std::move(owned));
  }

  napi_value result, buffers;
  napi_create_object(env_, &result);
  napi_create_array_with_length(env_, place.header.buffer_count, &buffers);
  bool failed = false;
  for (uint32_t index = 0; index < place.header.buffer_count && !failed; ++index) {
    const HandleScope scope(env_);
    const BufferPlace buffer = client_->BufferOf(place, index);
    napi_value array_buffer = nullptr;
    if (!IsViewed(buffer.byte_length)) {
      array_buffer = CopyOut(buffer);
    } else if (View* view = Reusable(object, index, task); view != nullptr) {
      Give(view, task);
      array_buffer = view->buffer->ArrayBuffer(env_);
      client_->CountView(buffer.byte_length);
    } else {
      array_buffer = NewView(object, index, buffer, task, viewed);
    }
    failed = array_buffer == nullptr;
    if (!failed) napi_set_element(env_, buffers, index, array_buffer);
  }
  if (!failed) {
    const auto* meta = reinterpret_cast<const uint8_t*>(store_.shared(place.meta_offset));
    client_->CountCopyOut(place.header.meta_length);
    napi_set_named_property(env_, result, "meta", MakeBytes(env_, {meta, place.header.meta_length}));
    napi_set_named_property(env_, result, "buffers", buffers);
    SetNumber(env_, result, "flags", place.flags);
  }
  if (object == nullptr || object->view_count == 0) {
    objects_.erase(handle);
    client_->Unpin(handle);
  }
  return failed ? nullptr : result;
}

napi_value Views::CopyOut(BufferPlace buffer) {
  void* bytes = nullptr;
  napi_value result = nullptr;
  if (napi_create_arraybuffer(env_, buffer.byte_length, &bytes, &result) != napi_ok) return nullptr;
  if (buffer.byte_length > 0) std::memcpy(bytes, store_.shared(buffer.offset), buffer.byte_length);
  client_->CountCopyOut(buffer.byte_length);
  return result;
}

Views::View* Views::Reusable(Object* object, uint32_t index, Task task) {
  for (View* view : object->views[index]) {
    if (view->held ? view->holder != task : view->pages == View::Pages::kDirty) continue;
    if (view->buffer->ArrayBuffer(env_) == nullptr) continue;
    if (!view->held && view->pages == View::Pages::kUnknown) {
      CheckPages(view);
      std::erase(unchecked_, view);
    }
    if (view->held || view->pages == View::Pages::kClean) return view;
  }
  return nullptr;
}

napi_value Views::NewView(Object* object, uint32_t index, BufferPlace place, Task task, uint64_t* viewed) {
  std::vector<View*>& others = object->views[index];
  const bool arena_is_free =
      arena_ != nullptr &&
      std::none_of(others.begin(), others.end(), [](const View* other) { return other->buffer->in_arena(); });
  std::unique_ptr<MappedBuffer> buffer = arena_is_free ? MappedBuffer::InArena(arena_, place, deaths_)
                                                       : MappedBuffer::OfItsOwn(store_, place, deaths_);
  // No more mappings to be had: an ordinary copy serves as well, and belongs to that task alone.
  if (buffer == nullptr) return CopyOut(place);
  MappedBuffer* key = buffer.get();
  napi_value result = MappedBuffer::Expose(env_, std::move(buffer));
  if (result == nullptr) return nullptr;
  auto view =
      std::make_unique<View>(View{.object = object, .index = index, .buffer = key, .epoch = newcomers.Add()});
  others.push_back(view.get());
  ++object->view_count;
  bytes_ += place.byte_length;
  *viewed += place.byte_length;
  Give(view.get(), task);
  views_.emplace(key, std::move(view));
  client_->CountView(place.byte_length);
  return result;
}

void Views::Give(View* view, Task task) {
  view->pages = View::Pages::kUnknown;
  if (view->held) return;
  view->held = true;
  view->holder = task;
  // Task 0 never finishes.
  if (task != 0) by_task_[task].push_back(view);
}

void Views::TaskFinished(Task task) {
  const auto found = by_task_.find(task);
  if (found == by_task_.end()) return;
  for (View* view : found->second) {
    view->held = false;
    unchecked_.push_back(view);
  }
  by_task_.erase(found);
}

void Views::CheckPages(View* view) {
  view->pages = view->buffer->IsClean() ? View::Pages::kClean : View::Pages::kDirty;
}

void Views::Check() {
  Sweep();
  for (View* view : std::exchange(unchecked_, {})) CheckPages(view);
}

void Views::Sweep() {
  for (MappedBuffer* dead : deaths_->Take()) {
    const std::unique_ptr<MappedBuffer> buffer(dead);
    // Before the unpinning: the block's next object may be viewed through the same pages.
    if (buffer->in_arena() && !buffer->IsClean()) buffer->DropWritten();
    buffer->DeleteReference(env_);
    Remove(views_.find(dead)->second.get());
  }
}

void Views::Remove(View* view) {
  Object* object = view->object;
  if (view->held && view->holder != 0) {
    const auto found = by_task_.find(view->holder);
    std::erase(found->second, view);
    if (found->second.empty()) by_task_.erase(found);
  } else {
    std::erase(unchecked_, view);
  }
  std::erase(object->views[view->index], view);
  newcomers.Remove(view->epoch);
  bytes_ -= view->buffer->length();
  views_.erase(view->buffer);
  if (--object->view_count > 0) return;
  const Handle handle = object->handle;
  objects_.erase(handle);
  client_->Unpin(handle);
}

void Views::Close(bool environment_ends) {
  Sweep();
  const HandleScope scope(env_);
  // Those that were separated from the arena, and whether any other still shows it.
  std::vector<MappedBuffer*> separated;
  bool arena_in_use = false;
  for (const auto& [buffer, view] : views_) {
    napi_value array_buffer = buffer->ArrayBuffer(env_);
    // An environment that ends takes its own ArrayBuffers with it; memory that moved to another thread stays.
    const bool ends = environment_ends && array_buffer != nullptr;
    if (!ends && buffer->Separate()) {
      if (buffer->in_arena()) separated.push_back(buffer);
    } else {
      arena_in_use = arena_in_use || buffer->in_arena();
      // No memory for the copy: rather no content than that of others.
      if (!ends && array_buffer != nullptr) napi_detach_arraybuffer(env_, array_buffer);
    }
    buffer->DeleteReference(env_);
  }
  if (arena_ != nullptr && !arena_in_use) {
    std::vector<PrivateArena::Range> kept;
    for (MappedBuffer* buffer : separated) {
      kept.push_back(buffer->Pages());
      buffer->LeaveArena();
    }
    arena_->ReleaseAllBut(std::move(kept));
  }
  for (const auto& [handle, object] : objects_) client_->Unpin(handle);
  arena_ = nullptr;
  views_.clear();
  objects_.clear();
  by_task_.clear();
  unchecked_.clear();
  bytes_ = 0;
  deaths_->Close();
}

}  // namespace mobula::addon
