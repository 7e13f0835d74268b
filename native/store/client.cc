#include "native/store/client.h"

#include "native/store/store_lock.h"

namespace mobula {

Client::Client(Store* store, uint32_t slot)
    : store_(*store), slot_(slot), session_(store->slot(slot).session.Load()), record_(store->slot(slot)) {}

void Client::CountView(uint64_t bytes) {
  record_.bytes_viewed.AddAsOnlyWriter(bytes);
}

void Client::CountCopyOut(uint64_t bytes) {
  record_.bytes_copied_out.AddAsOnlyWriter(bytes);
}

void Client::SetRunning(Handle handle) {
  record_.running.Store(handle);
}

}  // namespace mobula
