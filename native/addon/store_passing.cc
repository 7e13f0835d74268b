#include "native/addon/store_passing.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "native/addon/binding.h"
#include "native/addon/napi_values.h"
#include "native/addon/socket.h"

namespace mobula::addon {

namespace {

// What travels with the descriptors of the control and the data memory. The two know their own version and sizes,
// which Store::Attach compares; these fields tell a stranger before anything is mapped.
struct Message {
  uint64_t magic;
  uint32_t version;
  uint32_t slot;
};

// The other side is a process of the same user. Else throws: shared memory of somebody else's making could be used
// against us, and ours against everybody in it.
bool IsPeerTrusted(napi_env env, const Socket& socket, const char* call) {
  platform::Peer peer;
  std::string error;
  if (platform::PeerOf(socket.descriptor(), &peer, &error) != Status::kOk)
    return ThrowErrno(env, EBADF, call), false;
  if (peer.uid != geteuid()) return ThrowErrno(env, EACCES, call), false;
  return true;
}

bool IsClaimed(const Store& store, uint64_t slot) {
  return slot < kSlotCount &&
         store.slot(static_cast<uint32_t>(slot)).state.Load() == static_cast<uint32_t>(SlotState::kClaimed);
}

}  // namespace

napi_value SendStore(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  const Socket* socket = Socket::Unwrap(env, arguments.receiver);
  const Binding* binding = Binding::FromArgument(env, arguments[0], "store");
  uint64_t slot;
  if (binding == nullptr || !ReadInteger(env, arguments[1], "slot", kSlotCount - 1, &slot)) return nullptr;
  if (Binding::Need(env, const_cast<Binding*>(binding)) == nullptr) return nullptr;
  const Store& store = *binding->store;
  if (slot == binding->client->slot() || !IsClaimed(store, slot)) {
    return ThrowUnexpected(env, "slot", "one that was claimed for the other side");
  }
  if (!IsPeerTrusted(env, *socket, "sendStore")) return nullptr;
  const Message message = {kMagic, kLayoutVersion, static_cast<uint32_t>(slot)};
  const int descriptors[] = {store.control_descriptor(), store.data_descriptor()};
  std::string error;
  switch (
      platform::SendDescriptors(socket->descriptor(), &message, sizeof(message), descriptors, 2, &error)) {
    case Status::kOk:
      return nullptr;
    case Status::kNotReady:
      return ThrowErrno(env, EAGAIN, "sendmsg");
    default:
      // The socket was closed, or the other side is gone.
      return ThrowErrno(env, EPIPE, "sendmsg");
  }
}

napi_value ReceiveStore(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  const Socket* socket = Socket::Unwrap(env, arguments.receiver);
  if (!IsPeerTrusted(env, *socket, "receiveStore")) return nullptr;

  std::string error;
  Message message = {};
  platform::Descriptor descriptors[2];
  size_t length = 0, received = 0;
  const Status status = platform::ReceiveDescriptors(socket->descriptor(), &message, sizeof(message), &length,
                                                     descriptors, 2, &received, &error);
  if (status == Status::kNotReady) return nullptr;
  if (status != Status::kOk) return ThrowErrno(env, ECONNRESET, "receiveStore");
  if (length != sizeof(message) || received != 2 || message.magic != kMagic ||
      message.version != kLayoutVersion) {
    return ThrowStatus(env, Status::kMismatch,
                       "the other side sent no object store of this version of Mobula");
  }
  std::unique_ptr<Store> store;
  const Status attached = Store::Attach(std::move(descriptors[0]), std::move(descriptors[1]), &store, &error);
  if (attached != Status::kOk) return ThrowStatus(env, attached, error);
  if (message.slot == kRayletSlot || !IsClaimed(*store, message.slot)) {
    return ThrowStatus(env, Status::kMismatch, "the object store has no place claimed for this process");
  }
  return Binding::Create(Environment::Of(env), std::move(store), message.slot);
}

}  // namespace mobula::addon
