// Small readers and makers of JavaScript values over the C interface of Node-API.
//
// Readers return false with a TypeError pending when a value is not what it must be: the caller returns nullptr at
// once. None of them allocates on the good path.
#ifndef MOBULA_ADDON_NAPI_VALUES_H_
#define MOBULA_ADDON_NAPI_VALUES_H_

#include <node_api.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mobula::addon {

// The arguments of one call. Those that the caller left out are undefined.
template <size_t kCount>
struct Arguments {
  napi_value values[kCount > 0 ? kCount : 1];
  napi_value receiver;
  // What the function was created with.
  void* data;

  Arguments(napi_env env, napi_callback_info info) {
    size_t count = kCount;
    napi_get_cb_info(env, info, &count, values, &receiver, &data);
  }
  napi_value operator[](size_t index) const { return values[index]; }
};

// Opens a handle scope for as long as it lives.
class HandleScope {
 public:
  explicit HandleScope(napi_env env) : env_(env) { napi_open_handle_scope(env, &scope_); }
  ~HandleScope() { napi_close_handle_scope(env_, scope_); }
  HandleScope(const HandleScope&) = delete;
  HandleScope& operator=(const HandleScope&) = delete;

 private:
  napi_env env_;
  napi_handle_scope scope_ = nullptr;
};

// Throws a TypeError with code ERR_MOBULA_INVALID_ARGUMENT.
void ThrowTypeError(napi_env env, const std::string& message);
// "`name` must be `expected`". Returns nullptr, so that a callback can end with it.
napi_value ThrowUnexpected(napi_env env, const char* name, const char* expected);
// The same; returns false, so that a reader can end with it (inline, so that the compiler knows).
inline bool ThrowInvalid(napi_env env, const char* name, const char* expected) {
  ThrowUnexpected(env, name, expected);
  return false;
}
// Throws an Error with `code`. Returns nullptr, so that a callback can end with it.
napi_value ThrowCoded(napi_env env, const char* code, const std::string& message);
// Throws what Node throws for a failed system call: message "call CODE: text", `code`, `errno`, `syscall`.
napi_value ThrowErrno(napi_env env, int error, const char* call, const std::string& subject = {});

// An integer in [0, limit].
inline bool ReadInteger(napi_env env, napi_value value, const char* name, uint64_t limit, uint64_t* result) {
  double number;
  if (napi_get_value_double(env, value, &number) != napi_ok) return ThrowInvalid(env, name, "a number");
  // The comparison is false for NaN; the limit keeps the conversion defined.
  if (!(number >= 0 && number <= static_cast<double>(limit))) return ThrowInvalid(env, name, "in its range");
  *result = static_cast<uint64_t>(number);
  if (static_cast<double>(*result) != number) return ThrowInvalid(env, name, "an integer");
  return true;
}

inline bool ReadUint32(napi_env env, napi_value value, const char* name, uint32_t* result) {
  uint64_t wide;
  if (!ReadInteger(env, value, name, UINT32_MAX, &wide)) return false;
  *result = static_cast<uint32_t>(wide);
  return true;
}

inline constexpr uint64_t kMaxSafeInteger = (uint64_t{1} << 53) - 1;

// A handle of an object: any exact integer; whether it names a living object is the store's to say.
inline bool ReadHandle(napi_env env, napi_value value, const char* name, uint64_t* result) {
  return ReadInteger(env, value, name, kMaxSafeInteger, result);
}

// The bytes of a Uint8Array (or Buffer). They are valid until JavaScript runs again.
bool ReadBytes(napi_env env, napi_value value, const char* name, std::span<uint8_t>* result);
// The bytes [start, end) of a Uint8Array.
bool ReadRange(napi_env env, napi_value array, napi_value start, napi_value end, const char* name,
               std::span<uint8_t>* result);
// The bytes [offset, offset + length) of a Uint8Array.
bool ReadSlice(napi_env env, napi_value array, napi_value offset, napi_value length, const char* name,
               std::span<uint8_t>* result);
// The bytes of an ArrayBuffer, typed array or DataView.
bool ReadAnyBytes(napi_env env, napi_value value, const char* name, std::span<uint8_t>* result);
// A number or an array of numbers, as handles.
bool ReadHandles(napi_env env, napi_value value, const char* name, std::vector<uint64_t>* result);
bool ReadBoolean(napi_env env, napi_value value, const char* name, bool* result);
bool ReadFunction(napi_env env, napi_value value, const char* name);
bool ReadString(napi_env env, napi_value value, const char* name, std::string* result);
bool IsNullish(napi_env env, napi_value value);

inline napi_value MakeNumber(napi_env env, double number) {
  napi_value result = nullptr;
  napi_create_double(env, number, &result);
  return result;
}

// For small results: V8 makes no heap number of an int32.
inline napi_value MakeInt32(napi_env env, int32_t number) {
  napi_value result = nullptr;
  napi_create_int32(env, number, &result);
  return result;
}

inline napi_value MakeHandleValue(napi_env env, uint64_t handle) {
  return MakeNumber(env, static_cast<double>(handle));
}

inline napi_value Undefined(napi_env env) {
  napi_value result = nullptr;
  napi_get_undefined(env, &result);
  return result;
}

inline napi_value MakeBoolean(napi_env env, bool flag) {
  napi_value result = nullptr;
  napi_get_boolean(env, flag, &result);
  return result;
}

napi_value MakeString(napi_env env, const std::string& text);
// A Float64Array with a copy of the handles.
napi_value MakeHandles(napi_env env, std::span<const uint64_t> handles);
// A Uint8Array with a copy of the bytes.
napi_value MakeBytes(napi_env env, std::span<const uint8_t> bytes);

void SetNumber(napi_env env, napi_value object, const char* name, double number);
void SetFunction(napi_env env, napi_value object, const char* name, napi_callback callback, void* data);

}  // namespace mobula::addon

#endif  // MOBULA_ADDON_NAPI_VALUES_H_
