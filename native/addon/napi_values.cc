#include "native/addon/napi_values.h"

#include <cstring>

#include "native/addon/libuv.h"

namespace mobula::addon {

namespace {

/// Node-API leaves the type alone when it does not know it (Float16Array before Node-API 10).
constexpr auto kUnknownElements = static_cast<napi_typedarray_type>(-1);

bool ReadByteLength(napi_env env, napi_value view, size_t* result) {
  napi_value length;
  double number;
  if (napi_get_named_property(env, view, "byteLength", &length) != napi_ok) return false;
  if (napi_get_value_double(env, length, &number) != napi_ok) return false;
  *result = static_cast<size_t>(number);
  return true;
}

}  // namespace

void ThrowTypeError(napi_env env, const std::string& message) {
  napi_throw_type_error(env, "ERR_MOBULA_INVALID_ARGUMENT", message.c_str());
}

napi_value ThrowUnexpected(napi_env env, const char* name, const char* expected) {
  ThrowTypeError(env, std::string(name) + " must be " + expected);
  return nullptr;
}

napi_value ThrowCoded(napi_env env, const char* code, const std::string& message) {
  napi_throw_error(env, code, message.c_str());
  return nullptr;
}

napi_value ThrowErrno(napi_env env, int error, const char* call, const std::string& subject) {
  const char* name = uv_err_name(-error);
  const std::string message = std::string(call) + " " + name + ": " + uv_strerror(-error) +
                              (subject.empty() ? std::string() : " '" + subject + "'");
  napi_value exception;
  napi_create_error(env, MakeString(env, name), MakeString(env, message), &exception);
  SetNumber(env, exception, "errno", -error);
  napi_set_named_property(env, exception, "syscall", MakeString(env, call));
  napi_throw(env, exception);
  return nullptr;
}

bool ReadBytes(napi_env env, napi_value value, const char* name, std::span<uint8_t>* result) {
  auto type = kUnknownElements;
  size_t length;
  void* bytes;
  if (napi_get_typedarray_info(env, value, &type, &length, &bytes, nullptr, nullptr) != napi_ok ||
      type != napi_uint8_array) {
    return ThrowInvalid(env, name, "a Uint8Array");
  }
  *result = {static_cast<uint8_t*>(bytes), length};
  return true;
}

bool ReadRange(napi_env env, napi_value array, napi_value start, napi_value end, const char* name,
               std::span<uint8_t>* result) {
  std::span<uint8_t> all;
  uint64_t from, to;
  if (!ReadBytes(env, array, name, &all) || !ReadInteger(env, end, "end", all.size(), &to) ||
      !ReadInteger(env, start, "start", to, &from)) {
    return false;
  }
  *result = all.subspan(from, to - from);
  return true;
}

bool ReadSlice(napi_env env, napi_value array, napi_value offset, napi_value length, const char* name,
               std::span<uint8_t>* result) {
  std::span<uint8_t> all;
  uint64_t from, count;
  if (!ReadBytes(env, array, name, &all) || !ReadInteger(env, offset, "offset", all.size(), &from) ||
      !ReadInteger(env, length, "length", all.size() - from, &count)) {
    return false;
  }
  *result = all.subspan(from, count);
  return true;
}

bool ReadAnyBytes(napi_env env, napi_value value, const char* name, std::span<uint8_t>* result) {
  bool is = false;
  void* bytes = nullptr;
  size_t length = 0;
  if (napi_is_typedarray(env, value, &is) == napi_ok && is) {
    auto type = kUnknownElements;
    if (napi_get_typedarray_info(env, value, &type, &length, &bytes, nullptr, nullptr) != napi_ok ||
        (type != napi_uint8_array && !ReadByteLength(env, value, &length))) {
      return ThrowInvalid(env, name, "a view within its buffer");
    }
  } else if (napi_is_dataview(env, value, &is) == napi_ok && is) {
    if (napi_get_dataview_info(env, value, &length, &bytes, nullptr, nullptr) != napi_ok) {
      return ThrowInvalid(env, name, "a DataView within its buffer");
    }
  } else if (napi_is_arraybuffer(env, value, &is) == napi_ok && is) {
    napi_get_arraybuffer_info(env, value, &bytes, &length);
  } else {
    return ThrowInvalid(env, name, "an ArrayBuffer or a view");
  }
  *result = {static_cast<uint8_t*>(bytes), length};
  return true;
}

bool ReadHandles(napi_env env, napi_value value, const char* name, std::vector<uint64_t>* result) {
  bool is_array = false;
  result->clear();
  napi_is_array(env, value, &is_array);
  if (!is_array) {
    result->resize(1);
    return ReadHandle(env, value, name, result->data());
  }
  uint32_t length = 0;
  napi_get_array_length(env, value, &length);
  result->resize(length);
  for (uint32_t index = 0; index < length; ++index) {
    // A scope each: thousands of elements would otherwise pile up in the caller's.
    HandleScope scope(env);
    napi_value element;
    if (napi_get_element(env, value, index, &element) != napi_ok) return false;
    if (!ReadHandle(env, element, name, &(*result)[index])) return false;
  }
  return true;
}

bool ReadBoolean(napi_env env, napi_value value, const char* name, bool* result) {
  return napi_get_value_bool(env, value, result) == napi_ok || ThrowInvalid(env, name, "a boolean");
}

bool ReadFunction(napi_env env, napi_value value, const char* name) {
  napi_valuetype type = napi_undefined;
  napi_typeof(env, value, &type);
  return type == napi_function || ThrowInvalid(env, name, "a function");
}

bool ReadString(napi_env env, napi_value value, const char* name, std::string* result) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) {
    return ThrowInvalid(env, name, "a string");
  }
  result->resize(length + 1);
  napi_get_value_string_utf8(env, value, result->data(), length + 1, &length);
  result->resize(length);
  return true;
}

bool IsNullish(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  napi_typeof(env, value, &type);
  return type == napi_undefined || type == napi_null;
}

napi_value MakeString(napi_env env, const std::string& text) {
  napi_value result = nullptr;
  napi_create_string_utf8(env, text.data(), text.size(), &result);
  return result;
}

napi_value MakeHandles(napi_env env, std::span<const uint64_t> handles) {
  void* bytes = nullptr;
  napi_value buffer, result = nullptr;
  if (napi_create_arraybuffer(env, handles.size() * sizeof(double), &bytes, &buffer) != napi_ok)
    return nullptr;
  auto* numbers = static_cast<double*>(bytes);
  for (size_t index = 0; index < handles.size(); ++index)
    numbers[index] = static_cast<double>(handles[index]);
  napi_create_typedarray(env, napi_float64_array, handles.size(), buffer, 0, &result);
  return result;
}

napi_value MakeBytes(napi_env env, std::span<const uint8_t> bytes) {
  void* target = nullptr;
  napi_value buffer, result = nullptr;
  if (napi_create_arraybuffer(env, bytes.size(), &target, &buffer) != napi_ok) return nullptr;
  if (!bytes.empty()) std::memcpy(target, bytes.data(), bytes.size());
  napi_create_typedarray(env, napi_uint8_array, bytes.size(), buffer, 0, &result);
  return result;
}

void SetNumber(napi_env env, napi_value object, const char* name, double number) {
  napi_set_named_property(env, object, name, MakeNumber(env, number));
}

void SetFunction(napi_env env, napi_value object, const char* name, napi_callback callback, void* data) {
  napi_value function = nullptr;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, data, &function);
  napi_set_named_property(env, object, name, function);
}

}  // namespace mobula::addon
