#include "native/platform/local_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "native/platform/platform.h"

namespace mobula::platform {

namespace {

// Longer queues are cut by the kernel to its own maximum.
constexpr int kListenQueue = 4096;

int MakeAddress(const std::string& path, sockaddr_un* address) {
  *address = {};
  address->sun_family = AF_UNIX;
  if (path.empty()) return -EINVAL;
  if (path.size() >= sizeof(address->sun_path)) return -ENAMETOOLONG;
  std::memcpy(address->sun_path, path.c_str(), path.size() + 1);
  return 0;
}

}  // namespace

int ConnectLocal(const std::string& path, int milliseconds) {
  sockaddr_un address;
  const int error = MakeAddress(path, &address);
  if (error != 0) return error;
  // Blocking while it connects: a non-blocking connect to a full queue fails, and nothing tells when to try again.
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return -errno;
  const timeval limit = {milliseconds / 1000, milliseconds % 1000 * 1000};
  if (setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) != 0) return -errno;
  while (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    if (errno != EINTR) return -errno;
  }
  if (fcntl(socket.get(), F_SETFL, fcntl(socket.get(), F_GETFL) | O_NONBLOCK) != 0) return -errno;
  return socket.Release();
}

int ListenLocal(const std::string& path) {
  sockaddr_un address;
  const int error = MakeAddress(path, &address);
  if (error != 0) return error;
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.valid()) return -errno;
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return -errno;
  if (listen(socket.get(), kListenQueue) != 0) return -errno;
  return socket.Release();
}

int AcceptLocal(int listener) {
  int descriptor;
  do {
    descriptor = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  } while (descriptor < 0 && errno == EINTR);
  return descriptor < 0 ? -errno : descriptor;
}

ssize_t ReceiveBytes(int socket, void* target, size_t length) {
  ssize_t count;
  do {
    count = recv(socket, target, length, MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR);
  if (count > 0) return count;
  return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? 0 : -1;
}

ssize_t SendBytes(int socket, const void* source, size_t length) {
  ssize_t count;
  do {
    count = send(socket, source, length, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (count < 0 && errno == EINTR);
  if (count >= 0) return count;
  // ENOBUFS and ENOMEM pass like a full buffer does.
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS || errno == ENOMEM ? 0 : -1;
}

}  // namespace mobula::platform
