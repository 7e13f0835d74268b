// The only ways to store to shared memory. Every field of layout.h is a Word or a Guarded, the bytes of objects
// are written by CopyToShared; each of them passes a crash point first. scripts/check-crash-points.mjs holds it.

#ifndef MOBULA_NATIVE_STORE_SHARED_WORD_H_
#define MOBULA_NATIVE_STORE_SHARED_WORD_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "native/store/crash_point.h"

#if defined(__SANITIZE_THREAD__)
#define MOBULA_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MOBULA_THREAD_SANITIZER 1
#endif
#endif

namespace mobula {

// A field that is read without the lock, or written without it.
//
// Loads are sequentially consistent (free on x86-64). Store is a release store: it publishes what was written
// before it. The read-modify-write operations are sequentially consistent; where two processes each write one
// field and then read the other's ("I drop the last reference" against "I publish the result"), the write must
// be one of them, so that at least one of the two sees the other.
template <typename T>
class Word {
  static_assert(std::atomic<T>::is_always_lock_free,
                "shared between processes, so it cannot have a hidden lock");

 public:
  Word() = default;
  Word(const Word&) = delete;
  Word& operator=(const Word&) = delete;

  T Load() const { return value_.load(std::memory_order_seq_cst); }
  // For values that are validated afterwards (see Client::Read) or that nothing is ordered by.
  T LoadRelaxed() const { return value_.load(std::memory_order_relaxed); }

  void Store(T value CRASH_SITE) {
    CRASH_POINT();
    value_.store(value, std::memory_order_release);
  }
  T Exchange(T value CRASH_SITE) {
    CRASH_POINT();
    return value_.exchange(value, std::memory_order_seq_cst);
  }
  bool CompareExchange(T& expected, T desired CRASH_SITE) {
    CRASH_POINT();
    return value_.compare_exchange_strong(expected, desired, std::memory_order_seq_cst);
  }
  T FetchOr(T bits CRASH_SITE) {
    CRASH_POINT();
    return value_.fetch_or(bits, std::memory_order_seq_cst);
  }
  T FetchAnd(T bits CRASH_SITE) {
    CRASH_POINT();
    return value_.fetch_and(bits, std::memory_order_seq_cst);
  }
  T FetchAdd(T amount CRASH_SITE) {
    CRASH_POINT();
    return value_.fetch_add(amount, std::memory_order_seq_cst);
  }
  T FetchSub(T amount CRASH_SITE) {
    CRASH_POINT();
    return value_.fetch_sub(amount, std::memory_order_seq_cst);
  }
  // For counters with one writer: no locked instruction.
  void AddAsOnlyWriter(T amount CRASH_SITE) {
    CRASH_POINT();
    value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }

 private:
  std::atomic<T> value_;
};

// A field that is read and written only by the holder of the store's lock. It is a plain variable on purpose:
// ThreadSanitizer then finds an access without the lock.
template <typename T>
class Guarded {
  static_assert(std::is_integral_v<T>);

 public:
  Guarded() = default;
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  T Load() const { return value_; }
  void Store(T value CRASH_SITE) {
    CRASH_POINT();
    value_ = value;
  }

 private:
  T value_;
};

// Copies into a draft's block. The reader of a block that was given back and reused (Client::Read) may run
// beside this; it finds by the generation that what it copied is worthless. Such a race is harmless on every
// machine that we know, but only atomic accesses are free of data races in C++, so the build for
// ThreadSanitizer uses those, and reports every other race.
inline void CopyToShared(std::byte* target, const void* source, size_t length CRASH_SITE) {
  CRASH_POINT();
  if (length == 0) return;  // the pointers may be null then
#ifdef MOBULA_THREAD_SANITIZER
  const std::byte* bytes = static_cast<const std::byte*>(source);
  for (size_t i = 0; i < length; i++) {
    std::atomic_ref<std::byte>(target[i]).store(bytes[i], std::memory_order_relaxed);
  }
#else
  std::memcpy(target, source, length);
#endif
}

// Copies out of a block that may be given back and reused meanwhile; the caller validates afterwards.
inline void CopyFromShared(void* target, const std::byte* source, size_t length) {
  if (length == 0) return;
#ifdef MOBULA_THREAD_SANITIZER
  std::byte* bytes = static_cast<std::byte*>(target);
  for (size_t i = 0; i < length; i++) {
    bytes[i] = std::atomic_ref<std::byte>(const_cast<std::byte&>(source[i])).load(std::memory_order_relaxed);
  }
#else
  std::memcpy(target, source, length);
#endif
}

// Orders the loads before it (a copy) in front of the loads after it (the word that validates the copy).
inline void AcquireFence() {
#ifdef MOBULA_THREAD_SANITIZER
  // ThreadSanitizer does not know fences. It sees relaxed atomics on both sides, which never race.
  std::atomic_signal_fence(std::memory_order_acquire);
#else
  std::atomic_thread_fence(std::memory_order_acquire);
#endif
}

// The writer's half: orders the publish word that made a block reusable in front of the bytes written into it.
inline void ReleaseFence() {
#ifdef MOBULA_THREAD_SANITIZER
  std::atomic_signal_fence(std::memory_order_release);
#else
  std::atomic_thread_fence(std::memory_order_release);
#endif
}

}  // namespace mobula

#endif  // MOBULA_NATIVE_STORE_SHARED_WORD_H_
