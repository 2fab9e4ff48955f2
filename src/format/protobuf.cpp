// SPDX-License-Identifier: Apache-2.0
#include "format/protobuf.h"

namespace stormwatch::format {

std::optional<std::uint64_t> ProtobufReader::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (at_ >= bytes_.size()) return std::nullopt;
    auto byte = static_cast<std::uint8_t>(bytes_[at_++]);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (!(byte & 0x80)) return value;
  }
  return std::nullopt;
}

std::optional<ProtobufField> ProtobufReader::next() {
  if (broken_ || at_ >= bytes_.size()) return std::nullopt;
  broken_ = true;
  auto key = varint();
  if (!key || (*key >> 3) == 0 || (*key >> 3) > 0x1fffffff) return std::nullopt;
  ProtobufField field;
  field.number = static_cast<std::uint32_t>(*key >> 3);
  field.wire = *key & 7;
  field.offset = at_;
  std::size_t fixed = field.wire == 1 ? 8 : field.wire == 5 ? 4 : 0;
  if (field.wire == 0) {
    auto value = varint();
    if (!value) return std::nullopt;
    field.value = *value;
  } else if (fixed) {
    if (fixed > bytes_.size() - at_) return std::nullopt;
    std::memcpy(&field.value, bytes_.data() + at_, fixed);
    at_ += fixed;
  } else if (field.wire == 2) {
    auto length = varint();
    if (!length || *length > bytes_.size() - at_) return std::nullopt;
    field.offset = at_;
    field.bytes = bytes_.subspan(at_, static_cast<std::size_t>(*length));
    at_ += static_cast<std::size_t>(*length);
  } else {
    return std::nullopt;
  }
  broken_ = false;
  return field;
}

}  // namespace stormwatch::format
