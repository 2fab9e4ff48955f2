// SPDX-License-Identifier: Apache-2.0
// Views of untrusted bytes, and a cursor that never reads past the end.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace stormwatch {

using Bytes = std::span<const std::byte>;

inline Bytes as_bytes(std::string_view text) { return {reinterpret_cast<const std::byte*>(text.data()), text.size()}; }
inline std::string_view as_text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// Reads forward; every read says nullopt instead of passing the end. Little-endian unless the name says otherwise.
class ByteCursor {
 public:
  explicit ByteCursor(Bytes bytes, std::size_t offset = 0) : bytes_(bytes), offset_(offset) {}

  [[nodiscard]] std::size_t offset() const { return offset_; }
  [[nodiscard]] std::size_t left() const { return offset_ <= bytes_.size() ? bytes_.size() - offset_ : 0; }
  [[nodiscard]] bool at_end() const { return left() == 0; }

  template <class T>
    requires std::is_trivially_copyable_v<T>
  std::optional<T> read() {
    static_assert(std::endian::native == std::endian::little);
    if (left() < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, bytes_.data() + offset_, sizeof(T));
    offset_ += sizeof(T);
    return value;
  }
  std::optional<std::uint8_t> u8() { return read<std::uint8_t>(); }
  std::optional<std::uint16_t> u16() { return read<std::uint16_t>(); }
  std::optional<std::uint32_t> u32() { return read<std::uint32_t>(); }
  std::optional<std::uint64_t> u64() { return read<std::uint64_t>(); }

  std::optional<Bytes> take(std::uint64_t count) {
    if (count > left()) return std::nullopt;
    Bytes part = bytes_.subspan(offset_, static_cast<std::size_t>(count));
    offset_ += static_cast<std::size_t>(count);
    return part;
  }
  /// Up to and including the next '\n'; the line comes without it. nullopt if there is no '\n'.
  std::optional<std::string_view> line() {
    const void* found = left() ? std::memchr(bytes_.data() + offset_, '\n', left()) : nullptr;
    if (!found) return std::nullopt;
    auto length = static_cast<std::size_t>(static_cast<const std::byte*>(found) - (bytes_.data() + offset_));
    std::string_view text = as_text(bytes_.subspan(offset_, length));
    offset_ += length + 1;
    return text;
  }

 private:
  Bytes bytes_;
  std::size_t offset_;
};

}  // namespace stormwatch
