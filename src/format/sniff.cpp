// SPDX-License-Identifier: Apache-2.0
// Magic numbers and shapes of binary formats. Text is told apart in sniff_text.cpp.
//
// Formats without a magic number (pickle protocol 0 and 1, tar of 1979, TFRecord, protobuf, safetensors) are recognised by
// walking what the head holds as that format: a wrong guess costs a parser run, a missed one hides a model from it.
#include "format/sniff.h"

#include <zlib.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "format/arrow.h"
#include "format/onnx.h"
#include "format/sniff_parts.h"
#include "format/tensorflow_graph.h"

namespace stormwatch::format {

namespace {
using namespace std::literals;

constexpr std::array kNames{
    "empty"sv, "binary"sv, "zip"sv, "tar"sv, "gzip"sv, "bzip2"sv, "xz"sv, "zstd"sv, "seven-zip"sv, "zlib"sv, "lz4"sv, "ar"sv,
    "pickle"sv, "numpy"sv, "safetensors"sv, "gguf"sv, "ggml"sv, "hdf5"sv, "protobuf"sv, "flatbuffer"sv, "parquet"sv, "arrow"sv,
    "tfrecord"sv, "msgpack"sv, "sqlite"sv, "elf"sv, "pe"sv, "mach-o"sv, "wasm"sv, "java-class"sv, "pdf"sv, "image"sv, "audio"sv,
    "video"sv, "font"sv, "text"sv, "json"sv, "json-lines"sv, "yaml"sv, "toml"sv, "hcl"sv, "xml"sv, "html"sv, "csv"sv,
    "markdown"sv, "notebook"sv, "python"sv, "javascript"sv, "typescript"sv, "shell"sv, "dockerfile"sv, "makefile"sv,
    "requirements"sv, "properties"sv, "jinja"sv, "other-source"sv};
static_assert(kNames.size() == static_cast<std::size_t>(ContentKind::other_source) + 1);

struct Magic {
  std::size_t offset;
  std::string_view bytes;
  ContentKind kind;
};
constexpr Magic kMagics[] = {
    {0, "PK\3\4"sv, ContentKind::zip},
    {0, "PK\5\6"sv, ContentKind::zip},
    {0, "PK\7\10PK\3\4"sv, ContentKind::zip},
    {0, "\x1f\x8b\x08"sv, ContentKind::gzip},
    {0, "\xfd"
        "7zXZ\0"sv, ContentKind::xz},
    {0, "\x28\xb5\x2f\xfd"sv, ContentKind::zstd},
    {0, "7z\xbc\xaf\x27\x1c"sv, ContentKind::seven_zip},
    {0, "\x04\x22\x4d\x18"sv, ContentKind::lz4},
    {0, "!<arch>\n"sv, ContentKind::ar},
    {257, "ustar"sv, ContentKind::tar},
    {0, "\x93NUMPY"sv, ContentKind::numpy},
    {0, "GGUF"sv, ContentKind::gguf},
    {0, "lmgg"sv, ContentKind::ggml},
    {0, "fmgg"sv, ContentKind::ggml},
    {0, "tjgg"sv, ContentKind::ggml},
    {0, "algg"sv, ContentKind::ggml},
    {0, "\x89HDF\r\n\x1a\n"sv, ContentKind::hdf5},
    {512, "\x89HDF\r\n\x1a\n"sv, ContentKind::hdf5},
    {1024, "\x89HDF\r\n\x1a\n"sv, ContentKind::hdf5},
    {2048, "\x89HDF\r\n\x1a\n"sv, ContentKind::hdf5},
    {0, "PAR1"sv, ContentKind::parquet},
    {0, "ARROW1"sv, ContentKind::arrow},
    {0, "FEA1"sv, ContentKind::arrow},
    {4, "TFL3"sv, ContentKind::flatbuffer},
    {4, "ORTM"sv, ContentKind::flatbuffer},
    {4, "CIR0"sv, ContentKind::flatbuffer},
    {4, "ET12"sv, ContentKind::flatbuffer},
    {4, "FT01"sv, ContentKind::flatbuffer},
    {0, "SQLite format 3\0"sv, ContentKind::sqlite},
    {0, "\x7f"
        "ELF"sv, ContentKind::elf},
    {0, "\0asm"sv, ContentKind::wasm},
    {0, "\xfe\xed\xfa\xce"sv, ContentKind::mach_o},
    {0, "\xfe\xed\xfa\xcf"sv, ContentKind::mach_o},
    {0, "\xce\xfa\xed\xfe"sv, ContentKind::mach_o},
    {0, "\xcf\xfa\xed\xfe"sv, ContentKind::mach_o},
    {0, "%PDF-"sv, ContentKind::pdf},
    {0, "\x89PNG\r\n\x1a\n"sv, ContentKind::image},
    {0, "\xff\xd8\xff"sv, ContentKind::image},
    {0, "GIF87a"sv, ContentKind::image},
    {0, "GIF89a"sv, ContentKind::image},
    {0, "II*\0"sv, ContentKind::image},
    {0, "MM\0*"sv, ContentKind::image},
    {0, "8BPS\0"sv, ContentKind::image},
    {0, "\0\0\1\0"sv, ContentKind::image},
    {8, "WEBP"sv, ContentKind::image},
    {8, "WAVE"sv, ContentKind::audio},
    {8, "AVI "sv, ContentKind::video},
    {0, "ID3"sv, ContentKind::audio},
    {0, "fLaC"sv, ContentKind::audio},
    {0, "OggS"sv, ContentKind::audio},
    {4, "ftyp"sv, ContentKind::video},
    {0, "\x1a\x45\xdf\xa3"sv, ContentKind::video},
    {0, "wOFF"sv, ContentKind::font},
    {0, "wOF2"sv, ContentKind::font},
    {0, "OTTO\0"sv, ContentKind::font},
    {0, "\0\1\0\0\0"sv, ContentKind::font},
};

/// The sum of a tar header with its checksum field taken as spaces must be the number that the field holds in octal.
bool is_tar_header(std::string_view head) {
  if (head.size() < 512 || head[0] == '\0') return false;
  unsigned stated = 0;
  bool digits = false;
  for (std::size_t i = 148; i < 156; ++i) {
    const char c = head[i];
    if (c >= '0' && c <= '7') {
      stated = stated * 8 + static_cast<unsigned>(c - '0');
      digits = true;
    } else if (c != ' ' && c != '\0') {
      return false;
    } else if (digits) {
      break;
    }
  }
  if (!digits) return false;
  unsigned sum = 0;
  for (std::size_t i = 0; i < 512; ++i) sum += i >= 148 && i < 156 ? 32U : static_cast<unsigned char>(head[i]);
  return sum == stated;
}

bool inflates(std::string_view head) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return false;
  std::array<unsigned char, 256> out{};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(head.data()));
  stream.avail_in = static_cast<uInt>(head.size());
  stream.next_out = out.data();
  stream.avail_out = out.size();
  const int state = inflate(&stream, Z_NO_FLUSH);
  const bool produced = stream.total_out > 0;
  inflateEnd(&stream);
  return (state == Z_OK || state == Z_STREAM_END) && produced;
}

/// Header of a zlib stream (RFC 1950, 2.2): method 8, a window of at most 32 KiB, a check of 31; then it must inflate.
bool is_zlib(std::string_view head) {
  if (head.size() < 6) return false;
  const auto first = static_cast<unsigned char>(head[0]);
  const auto second = static_cast<unsigned char>(head[1]);
  return (first & 0x0f) == 8 && (first >> 4) == 7 && (first * 256 + second) % 31 == 0 && !(second & 0x20) && inflates(head);
}

/// TFRecord: a length, then the masked CRC-32C of its eight bytes.
bool is_tfrecord(std::string_view head, std::uint64_t size) {
  if (head.size() < 12) return false;
  ByteCursor cursor(as_bytes(head));
  const std::uint64_t length = *cursor.u64();
  if (length > size) return false;
  std::uint32_t crc = ~0U;
  for (int i = 0; i < 8; ++i) {
    crc ^= static_cast<unsigned char>(head[static_cast<std::size_t>(i)]);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0x82f63b78U : 0U);
  }
  crc = ~crc;
  return *cursor.u32() == ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
}

bool is_safetensors(std::string_view name, std::string_view head, std::uint64_t size) {
  if (head.size() < 10 || head[8] != '{') return false;
  const std::uint64_t length = *ByteCursor(as_bytes(head)).u64();
  if (length >= 2 && length <= size - 8 && length <= (1ULL << 31)) return true;
  return ends_with_any(name, {".safetensors"});  // a header that passes the end: the parser shall say so
}

/// Reads top-level fields of a protobuf message; counts those that stand whole or reach past the head.
int protobuf_fields(std::string_view head, std::uint64_t size, std::uint32_t* seen) {
  std::size_t at = 0;
  int fields = 0;
  auto varint = [&](std::uint64_t& value) {
    value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at >= head.size()) return false;
      const auto byte = static_cast<unsigned char>(head[at++]);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (!(byte & 0x80)) return true;
    }
    return false;
  };
  while (at < head.size() && fields < 64) {
    std::uint64_t key = 0, value = 0;
    if (!varint(key)) return at >= head.size() ? fields : -1;
    const std::uint64_t number = key >> 3;
    if (number == 0 || number > 2000) return -1;
    switch (key & 7) {
      case 0:
        if (!varint(value)) return at >= head.size() ? fields : -1;
        break;
      case 1: at += 8; break;
      case 5: at += 4; break;
      case 2:
        if (!varint(value)) return at >= head.size() ? fields : -1;
        if (value > size) return -1;
        at += static_cast<std::size_t>(value);
        break;
      default: return -1;
    }
    if (number < 32) *seen |= 1U << number;
    ++fields;
  }
  return at > size ? -1 : fields;
}

bool is_protobuf(std::string_view name, std::string_view head, std::uint64_t size) {
  std::uint32_t seen = 0;
  const int fields = protobuf_fields(head, size, &seen);
  if (ends_with_any(name, {".onnx", ".pb", ".caffemodel", ".mlmodel", ".meta", ".onnx_data", ".tfmodel"})) return fields > 0;
  if (looks_like_onnx(as_bytes(head), size) || looks_like_tensorflow(as_bytes(head), size)) return true;
  // What is left are versions of ONNX that write their fields in another order.
  return fields >= 3 && head[0] == '\x08' && static_cast<unsigned char>(head[1]) <= 20 && (seen & (1U << 7)) && (seen & (1U << 8));
}

/// joblib before 0.10 (joblib/numpy_pickle_compat.py): "ZF", the length in hexadecimal, spaces to column 20 or 21, a zlib stream.
bool is_zfile(std::string_view head) { return head.starts_with("ZF0x") && head.size() > 22 && (head[20] == '\x78' || (head[20] == ' ' && head[21] == '\x78')); }

ContentKind by_magic(std::string_view name, std::string_view head, std::uint64_t size) {
  const bool pickled = head.size() >= 3 && head[0] == '\x80' && head[1] <= 5 && head[1] >= 2 && looks_like_pickle(name, head, size);
  for (const Magic& magic : kMagics)
    // A value of a pickle may hold any magic at its place: what stands at the front counts more.
    if (!(pickled && magic.offset > 0) && head.size() >= magic.offset + magic.bytes.size() && head.substr(magic.offset, magic.bytes.size()) == magic.bytes) return magic.kind;
  if (head.starts_with("BZh") && head.size() >= 10 && (head.substr(4, 6) == "1AY&SY" || head.substr(4, 2) == "\x17\x72")) return ContentKind::bzip2;
  if (head.starts_with("MZ") && (size > 64 && ends_with_any(name, {".exe", ".dll", ".pyd", ".sys"}))) return ContentKind::pe;
  if (head.starts_with("MZ") && head.size() > 0x40) {
    const std::uint64_t at = *ByteCursor(as_bytes(head), 0x3c).u32();
    if (at + 4 <= head.size() && head.substr(static_cast<std::size_t>(at), 4) == "PE\0\0"sv) return ContentKind::pe;
  }
  if (head.starts_with("\xca\xfe\xba\xbe") && head.size() >= 8) return head[7] >= 40 ? ContentKind::java_class : ContentKind::mach_o;
  if (head.starts_with("BM") && head.size() > 14 && *ByteCursor(as_bytes(head), 2).u32() == size) return ContentKind::image;
  if (is_zfile(head)) return ContentKind::zlib;
  if (head.starts_with("\x5d\0\0"sv) && ends_with_any(name, {".lzma", ".joblib", ".pkl", ".xz"})) return ContentKind::xz;
  return ContentKind::binary;
}
}  // namespace

std::string_view name_of(ContentKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

ContentKind sniff(std::string_view name, Bytes head_bytes, std::uint64_t size, Bytes tail) {
  if (size == 0 || head_bytes.empty()) return ContentKind::empty;
  const std::string_view head = as_text(head_bytes);
  const std::string small = lower(name.substr(name.rfind('/') + 1));

  // The length of a safetensors header may read as another format's magic: 256 bytes as a font's, 65536 as an icon's.
  if (head.size() >= 10 && head[8] == '{' && std::string_view("\"} \n\t").find(head[9]) != std::string_view::npos && head.substr(4, 4) == "\0\0\0\0"sv && is_safetensors({}, head, size)) return ContentKind::safetensors;
  ContentKind magic = by_magic(small, head, size);
  // Names that say pickle: a value may bring another format's magic to the front (a float that reads "GIF89a..", a text before "ftyp").
  if (magic != ContentKind::binary && !is_container(magic) && ends_with_any(small, {".pkl", ".pickle", ".joblib", ".dill", ".pck", ".pk"}) && looks_like_pickle(small, head, size))
    magic = ContentKind::pickle;
  if (magic != ContentKind::binary) return magic;
  if (looks_like_pickle(small, head, size, as_text(tail))) return ContentKind::pickle;
  // A program before an archive (zipapp, self-extracting): Python and unzip find the directory from the end.
  const std::string_view end = as_text(tail);
  if (end.size() >= 22 && end.substr(end.size() - 22, 4) == "PK\5\6" && (head.starts_with("#!") || head.starts_with("MZ"))) return ContentKind::zip;
  if (is_text_bytes(head)) return sniff_text(small, name, head);
  if (is_arrow_stream(head_bytes)) return ContentKind::arrow;
  if (is_tar_header(head)) return ContentKind::tar;
  if (is_zlib(head)) return ContentKind::zlib;
  if (is_safetensors(small, head, size)) return ContentKind::safetensors;
  if (is_tfrecord(head, size)) return ContentKind::tfrecord;
  if (is_protobuf(small, head, size)) return ContentKind::protobuf;
  const auto first = static_cast<unsigned char>(head[0]);
  if (ends_with_any(small, {".msgpack"}) && ((first & 0xf0) == 0x80 || first == 0xde || first == 0xdf)) return ContentKind::msgpack;
  return ContentKind::binary;
}

}  // namespace stormwatch::format
