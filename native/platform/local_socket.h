// Local stream sockets, without the waiting: whoever calls these does the polling.
//
// Every descriptor made here is non-blocking and close-on-exec. Nothing raises SIGPIPE.
// Errors are negative errno values, as libuv has them.

#ifndef MOBULA_NATIVE_PLATFORM_LOCAL_SOCKET_H_
#define MOBULA_NATIVE_PLATFORM_LOCAL_SOCKET_H_

#include <sys/types.h>

#include <cstddef>
#include <string>

namespace mobula::platform {

// The descriptor of a connection to the listener at `path`. Waits for a listener whose queue is full, for at most
// `milliseconds`, then -EAGAIN. -ENAMETOOLONG when the path does not fit a socket address (107 bytes).
int ConnectLocal(const std::string& path, int milliseconds);

// The descriptor of a listener bound to `path`, which must not exist yet.
int ListenLocal(const std::string& path);

// The descriptor of the next connection; -EAGAIN when there is none, -ECONNABORTED when it is gone again.
int AcceptLocal(int listener);

// Bytes received (at most `length`, which is at least 1); 0 = nothing there now; -1 = ended or broken.
ssize_t ReceiveBytes(int socket, void* target, size_t length);

// Bytes that the kernel took; 0 = it takes none now; -1 = broken.
ssize_t SendBytes(int socket, const void* source, size_t length);

}  // namespace mobula::platform

#endif  // MOBULA_NATIVE_PLATFORM_LOCAL_SOCKET_H_
