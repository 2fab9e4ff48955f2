// SPDX-License-Identifier: Apache-2.0
// What bytes are, by content first; the name only separates formats that share a shape (text kinds, protobuf).
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace stormwatch::format {

enum class ContentKind : std::uint8_t {
  empty, binary,
  // containers
  zip, tar, gzip, bzip2, xz, zstd, seven_zip, zlib, lz4, ar,
  // models and data
  pickle, numpy, safetensors, gguf, ggml, hdf5, protobuf, flatbuffer, parquet, arrow, tfrecord, msgpack, sqlite,
  // executables
  elf, pe, mach_o, wasm, java_class,
  // documents and media that are not read
  pdf, image, audio, video, font,
  // text
  text, json, json_lines, yaml, toml, hcl, xml, html, csv, markdown, notebook, python, javascript, typescript, shell, dockerfile,
  makefile, requirements, properties, jinja, other_source
};

std::string_view name_of(ContentKind kind);
constexpr bool is_text(ContentKind kind) { return kind >= ContentKind::text; }
constexpr bool is_container(ContentKind kind) { return kind >= ContentKind::zip && kind <= ContentKind::ar; }

/// `head` is the first 4 KiB or all of it; `size` the whole length; `tail` the last 512 bytes when they are at hand.
/// UTF-16 and UTF-32 text with a byte-order mark is text. Cheap: touches only `head` and `tail`.
ContentKind sniff(std::string_view name, Bytes head, std::uint64_t size, Bytes tail = {});

}  // namespace stormwatch::format
