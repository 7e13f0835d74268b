#include "native/addon/binding.h"

#include <cstring>
#include <utility>

#include "native/addon/napi_values.h"

namespace mobula::addon {

namespace {

constexpr napi_type_tag kStoreTag = {0x6d6f62756c612d73, 0x746f72652d6f626a};

napi_value Detach(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  static_cast<Binding*>(arguments.data)->Detach(false);
  return nullptr;
}

}  // namespace

Binding::Binding(Environment* environment, std::unique_ptr<Store> owned, uint32_t slot)
    : store(std::move(owned)),
      client(std::make_unique<Client>(store.get(), slot)),
      references(std::make_unique<References>(environment->env, client.get())),
      views(std::make_unique<Views>(environment->env, client.get())),
      drafts(std::make_unique<Drafts>(environment->env, client.get(), store)),
      pressure(store->arena_bytes()),
      environment_(environment) {}

napi_value Binding::Create(Environment* environment, std::unique_ptr<Store> store, uint32_t slot) {
  const napi_env env = environment->env;
  Binding* binding =
      environment->bindings->Add(std::make_unique<Binding>(environment, std::move(store), slot));
  napi_value object;
  napi_create_object(env, &object);
  napi_wrap(env, object, binding, nullptr, nullptr, nullptr);
  napi_type_tag_object(env, object, &kStoreTag);

  SetNumber(env, object, "slot", slot);
  const uint64_t session = binding->client->session();
  napi_set_named_property(env, object, "session",
                          MakeBytes(env, {reinterpret_cast<const uint8_t*>(&session), sizeof(session)}));
  SetNumber(env, object, "arenaBytes", static_cast<double>(binding->store->arena_bytes()));
  DefineWriting(env, object, binding);
  DefineReading(env, object, binding);
  DefineReferences(env, object, binding);
  DefineTasks(env, object, binding);
  DefineStatistics(env, object, binding);
  if (slot == kRayletSlot) DefineRaylet(env, object, binding);
  SetFunction(env, object, "detach", addon::Detach, binding);
  return object;
}

Binding* Binding::FromArgument(napi_env env, napi_value value, const char* name) {
  bool is = false;
  void* binding = nullptr;
  if (napi_check_object_type_tag(env, value, &kStoreTag, &is) == napi_ok && is)
    napi_unwrap(env, value, &binding);
  if (binding == nullptr) ThrowInvalid(env, name, "a store");
  return static_cast<Binding*>(binding);
}

Binding* Binding::If(void* data) {
  auto* binding = static_cast<Binding*>(data);
  return binding->client != nullptr ? binding : nullptr;
}

Binding* Binding::Need(napi_env env, void* data) {
  Binding* binding = If(data);
  if (binding == nullptr) {
    ThrowCoded(env, "ERR_MOBULA_NOT_INITIALIZED", "the store was detached: the session is over");
  }
  return binding;
}

void Binding::Detach(bool environment_ends) {
  if (client == nullptr) return;
  drafts->Close(environment_ends);
  views->Close(environment_ends);
  // An environment that ends deletes its weak references itself.
  if (!environment_ends) references->Clear();
  client->ReleaseAll();
  drafts = nullptr;
  views = nullptr;
  references = nullptr;
  client = nullptr;
  store = nullptr;
}

void Binding::Sweep(bool force) {
  drafts->Sweep();
  views->Sweep();
  references->Sweep(force);
}

bool Binding::MakeRoom(int round) {
  switch (round) {
    case 0:
      Sweep(false);
      return true;
    case 1:
      if (!AnyNewcomers()) return false;
      Relieve();
      return true;
    case 2:
      // The memory of collected ArrayBuffers is let go of in the background; the next collection waits for that.
      environment_->collector.CollectYoung();
      Sweep(false);
      return true;
    default:
      return false;
  }
}

void Binding::Relieve() {
  if (AnyNewcomers()) {
    environment_->collector.CollectYoung();
    drafts->Sweep();
    views->Sweep();
    references->SweepNewcomers();
  }
  if (pressure.AfterYoung(views->bytes())) {
    environment_->collector.CollectAll();
    Sweep(false);
    pressure.AfterFull(views->bytes());
  }
  references->ForgetNewcomers();
  views->newcomers.Forget();
  drafts->newcomers.Forget();
}

Binding* Bindings::Add(std::unique_ptr<Binding> binding) {
  bindings_.push_back(std::move(binding));
  return bindings_.back().get();
}

void Bindings::DetachAll() {
  for (const auto& binding : bindings_) binding->Detach(true);
}

bool ReadId(napi_env env, napi_value bytes, napi_value offset, ObjectId* id) {
  std::span<uint8_t> slice;
  if (!ReadSlice(env, bytes, offset, MakeInt32(env, sizeof(ObjectId)), "id", &slice)) return false;
  std::memcpy(id, slice.data(), sizeof(*id));
  return true;
}

napi_value ThrowStatus(napi_env env, Status status, const std::string& message) {
  switch (status) {
    case Status::kFull:
    case Status::kTooLarge:
      return ThrowCoded(env, "ERR_MOBULA_OBJECT_STORE_FULL", message);
    case Status::kFreed:
      return ThrowCoded(env, "ERR_MOBULA_OBJECT_FREED", message);
    case Status::kMismatch:
      return ThrowCoded(env, "ERR_MOBULA_VERSION_MISMATCH", message);
    case Status::kTimedOut:
      return ThrowCoded(env, "ETIMEDOUT", message);
    case Status::kInvalid:
      ThrowTypeError(env, message);
      return nullptr;
    default:
      return ThrowCoded(env, "ERR_MOBULA_NATIVE_ADDON", message);
  }
}

}  // namespace mobula::addon
