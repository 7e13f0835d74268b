#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cstring>
#include <utility>

#include "native/platform/platform.h"

namespace mobula::platform {
namespace {

Status Failed(const char* call, std::string* error) {
  if (errno == EAGAIN || errno == EWOULDBLOCK) {
    *error = std::string(call) + ": would block";
    return Status::kNotReady;
  }
  *error = std::string(call) + ": " + std::strerror(errno);
  return Status::kSystem;
}

// Room for the one control message that carries descriptors.
union ControlBuffer {
  cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(int) * kMaxPassedDescriptors)];
};

}  // namespace

Status PeerOf(int socket, Peer* peer, std::string* error) {
  ucred credentials = {};
  socklen_t length = sizeof(credentials);
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) {
    return Failed("SO_PEERCRED", error);
  }
  *peer = {credentials.pid, credentials.uid};
  return Status::kOk;
}

Status SendDescriptors(int socket, const void* bytes, size_t length, const int* descriptors, size_t count,
                       std::string* error) {
  if (length == 0 || count == 0 || count > kMaxPassedDescriptors) {
    *error = "descriptors travel with at least one byte, and at most eight at a time";
    return Status::kInvalid;
  }
  ControlBuffer control = {};
  iovec part = {const_cast<void*>(bytes), length};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes;
  message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int) * count);
  std::memcpy(CMSG_DATA(header), descriptors, sizeof(int) * count);
  ssize_t sent;
  do {
    sent = sendmsg(socket, &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) return Failed("sendmsg", error);
  if (static_cast<size_t>(sent) != length) {
    *error = "sendmsg: the socket took a part only";
    return Status::kSystem;
  }
  return Status::kOk;
}

Status ReceiveDescriptors(int socket, void* bytes, size_t capacity, size_t* length, Descriptor* descriptors,
                          size_t count, size_t* received, std::string* error) {
  *length = 0;
  *received = 0;
  ControlBuffer control = {};
  iovec part = {bytes, capacity};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof(control);
  ssize_t got;
  do {
    got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return Failed("recvmsg", error);
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const size_t numbers = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < numbers; i++) {
      int number;
      std::memcpy(&number, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
      Descriptor descriptor(number);
      if (*received < count) descriptors[(*received)++] = std::move(descriptor);
    }
  }
  if (got == 0) {
    *error = "the stream has ended";
    return Status::kFreed;
  }
  *length = static_cast<size_t>(got);
  return Status::kOk;
}

}  // namespace mobula::platform
