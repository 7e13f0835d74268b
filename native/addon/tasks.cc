// The functions of a store that wait for objects and move tasks.

#include "native/addon/binding.h"
#include "native/addon/napi_values.h"

namespace mobula::addon {

namespace {

napi_value Wait(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Binding* binding = Binding::Need(env, arguments.data);
  Handle handle;
  if (binding == nullptr || !ReadHandle(env, arguments[0], "handle", &handle)) return nullptr;
  return MakeBoolean(env, binding->client->Wait(handle));
}

// A task and one or two attempts.
struct TaskArguments {
  Binding* binding = nullptr;
  Handle handle = kNoHandle;
  uint16_t attempts[2] = {};

  bool Read(napi_env env, napi_callback_info info, size_t attempt_count) {
    const Arguments<3> arguments(env, info);
    binding = Binding::Need(env, arguments.data);
    if (binding == nullptr || !ReadHandle(env, arguments[0], "handle", &handle)) return false;
    for (size_t index = 0; index < attempt_count; ++index) {
      uint64_t attempt;
      if (!ReadInteger(env, arguments[index + 1], "attempt", UINT16_MAX, &attempt)) return false;
      attempts[index] = static_cast<uint16_t>(attempt);
    }
    return true;
  }
};

napi_value StartTask(napi_env env, napi_callback_info info) {
  TaskArguments task;
  if (!task.Read(env, info, 1)) return nullptr;
  return MakeBoolean(env, task.binding->client->StartTask(task.handle, task.attempts[0]));
}

napi_value TakeBack(napi_env env, napi_callback_info info) {
  TaskArguments task;
  if (!task.Read(env, info, 1)) return nullptr;
  return MakeBoolean(env, task.binding->client->TakeBack(task.handle, task.attempts[0]));
}

napi_value Restart(napi_env env, napi_callback_info info) {
  TaskArguments task;
  if (!task.Read(env, info, 2)) return nullptr;
  return MakeBoolean(env, task.binding->client->Restart(task.handle, task.attempts[0], task.attempts[1]));
}

napi_value ReadTaskWord(napi_env env, napi_callback_info info) {
  TaskArguments task;
  TaskWord word;
  if (!task.Read(env, info, 0)) return nullptr;
  if (task.binding->client->ReadTask(task.handle, &word) != Status::kOk) return MakeInt32(env, -1);
  return MakeInt32(env, word.attempt * 2 + (word.started ? 1 : 0));
}

napi_value SetRunning(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Binding* binding = Binding::If(arguments.data);
  Handle handle;
  if (binding == nullptr || !ReadHandle(env, arguments[0], "handle", &handle)) return nullptr;
  binding->client->SetRunning(handle);
  return nullptr;
}

}  // namespace

void DefineTasks(napi_env env, napi_value object, Binding* binding) {
  SetFunction(env, object, "wait", Wait, binding);
  SetFunction(env, object, "startTask", StartTask, binding);
  SetFunction(env, object, "takeBack", TakeBack, binding);
  SetFunction(env, object, "restart", Restart, binding);
  SetFunction(env, object, "taskWord", ReadTaskWord, binding);
  SetFunction(env, object, "setRunning", SetRunning, binding);
}

}  // namespace mobula::addon
