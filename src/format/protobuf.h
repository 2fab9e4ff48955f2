// SPDX-License-Identifier: Apache-2.0
// The wire format of protocol buffers, field by field, without schemas or copies (protobuf.dev, "Encoding").
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace stormwatch::format {

struct ProtobufField {
  std::uint32_t number = 0;
  unsigned wire = 0;          ///< 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes
  std::uint64_t value = 0;    ///< of wire 0, 1 and 5
  Bytes bytes;                ///< of wire 2
  std::size_t offset = 0;     ///< of the payload within the message

  [[nodiscard]] std::string_view text() const { return as_text(bytes); }
};

class ProtobufReader {
 public:
  explicit ProtobufReader(Bytes message) : bytes_(message) {}
  /// The next field; nullopt at the end or where the message breaks (`broken`). Groups (wire 3 and 4) are broken.
  std::optional<ProtobufField> next();
  [[nodiscard]] bool broken() const { return broken_; }
  [[nodiscard]] std::size_t offset() const { return at_; }

 private:
  std::optional<std::uint64_t> varint();
  Bytes bytes_;
  std::size_t at_ = 0;
  bool broken_ = false;
};

}  // namespace stormwatch::format
