// Ending with another process.
#ifndef MOBULA_ADDON_DIE_WITH_H_
#define MOBULA_ADDON_DIE_WITH_H_

#include <sys/types.h>

#include <string>

#include "native/status.h"

namespace mobula::addon {

// Starts a thread that ends this process, and its process group if it leads one, when the process `pid` ends; at once
// if there is no such process. The thread needs nothing of JavaScript, so a loop that never returns does not stop it.
// Asking twice for one process starts one thread. Any thread.
Status DieWith(pid_t pid, std::string* error);

}  // namespace mobula::addon

#endif  // MOBULA_ADDON_DIE_WITH_H_
