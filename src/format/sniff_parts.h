// SPDX-License-Identifier: Apache-2.0
// The parts of content sniffing; for sniff.cpp and its tests only. Names come in lower case unless they say otherwise.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "format/sniff.h"

namespace stormwatch::format {

bool ends_with_any(std::string_view name, std::initializer_list<std::string_view> endings);

/// True for a head that a person could read: UTF-8 or an 8-bit code page without NUL and with few control characters, or
/// UTF-16 and UTF-32 with a byte-order mark.
bool is_text_bytes(std::string_view head);
ContentKind sniff_text(std::string_view lower_name, std::string_view path, std::string_view head);

/// Walks the head as pickle opcodes. Protocol 2 and later announce themselves; 0 and 1 must walk to their STOP, or to the end
/// of the head, without an opcode or argument that no pickler writes.
bool looks_like_pickle(std::string_view lower_name, std::string_view head, std::uint64_t size, std::string_view tail = {});

}  // namespace stormwatch::format
