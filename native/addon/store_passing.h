// Giving a store to another process: both descriptors and a slot, over a local socket.
#ifndef MOBULA_ADDON_STORE_PASSING_H_
#define MOBULA_ADDON_STORE_PASSING_H_

#include <node_api.h>

namespace mobula::addon {

// Methods of NativeSocket, see lib/store/native.ts.
napi_value SendStore(napi_env env, napi_callback_info info);
napi_value ReceiveStore(napi_env env, napi_callback_info info);

}  // namespace mobula::addon

#endif  // MOBULA_ADDON_STORE_PASSING_H_
