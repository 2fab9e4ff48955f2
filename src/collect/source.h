// SPDX-License-Identifier: Apache-2.0
// One input as a collector sees it: a file, or a member of an archive, opened, bounded and sniffed by the runner.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/result.h"
#include "format/sniff.h"
#include "match/database.h"
#include "posture/evidence.h"

namespace stormwatch::collect {

/// Names of all files of the target, known before any is read, so that a collector can ask what stands beside its file.
class FileIndex {
 public:
  explicit FileIndex(std::vector<std::string> sorted_paths);
  [[nodiscard]] bool contains(std::string_view path) const;
  /// Files directly in the folder ("" is the target's root), names without the folder, sorted.
  [[nodiscard]] std::vector<std::string_view> files_in(std::string_view folder) const;
  /// The nearest folder at or above `path`'s that holds a file of one of these names; nullopt if none does.
  [[nodiscard]] std::optional<std::string> nearest_folder_with(std::string_view path, std::span<const std::string_view> names) const;
  [[nodiscard]] std::span<const std::string> paths() const { return paths_; }

 private:
  std::vector<std::string> paths_;
};

/// What the user asked to have read beyond what every scan reads.
struct ReadDepth {
  bool weights = false;         ///< the values of tensors, in a stream (`--weights`)
  bool hold_secrets = false;    ///< their values, so that vendors can be asked whether they still work (`--verify-secrets`)
  bool digests = false;         ///< of files of any size, because the user has a list of digests to hold them to
  std::uint64_t sample_rows = 0;  ///< data sets: only so many rows, spread over the file, and the report says so; 0: all (`--sample-rows`)
};

/// A public key or certificates that the user gave to check signatures of models against (`--model-key`).
struct ModelKey {
  std::string name;  ///< of the file
  std::string pem;
};

/// Opens another file of the target by its shown path, for what speaks about other files: a signature, a manifest.
using OpenFile = std::function<Result<FileBytes>(std::string_view path)>;

class ParsedFiles;

/// The folder that is scanned is itself a source, before its files: path ".", kind empty, no bytes; `files` says what is in it.
struct Source {
  std::string path;     ///< relative to the target, '/' separated
  std::string member;   ///< within an archive, nested ones joined by "!/"; empty for a plain file
  std::string name;     ///< last part of member or path
  format::ContentKind kind{};
  format::ContentKind container_kind{};  ///< of the outermost file when `member` is set
  /// All of it, or the part within the limits; then `cut` is true and the runner has noted the Gap. While `wants` is asked of a
  /// binary member of an archive it may be the first 4 KiB only: what nobody wants is not decompressed.
  Bytes bytes;
  bool cut = false;
  /// All bytes of a text of which `bytes` is only the part that is matched, for readers that go through it in a stream; mapped, so
  /// copy what is handed on. Otherwise the same as `bytes`.
  Bytes whole;
  std::uint64_t size = 0;
  std::string_view text;                 ///< `bytes` as UTF-8 text (converted from UTF-16 if it was); empty for binary kinds
  std::span<const match::Hit> hits;      ///< confirmed hits in `text`
  const match::Database* patterns = nullptr;
  const FileIndex* files = nullptr;
  const Limits* limits = nullptr;
  ReadDepth depth;
  std::string stored_as;  ///< where the bytes lie when that is not `path`: a store of contents named by their digests; else empty
  const OpenFile* open_file = nullptr;  ///< null within tests that read one file
  ParsedFiles* parsed = nullptr;        ///< code that others of the target call into; may be null
  std::span<const ModelKey> model_keys;
  bool writable_by_others = false;  ///< the file, by its mode; false for members of archives
  std::string context;  ///< test, example, documentation, vendored: from the path; empty for the product's own
  std::string digest() const;  ///< SHA-256 of `bytes`; empty when longer than 16 MiB or cut

  [[nodiscard]] const match::Pattern& pattern(const match::Hit& hit) const { return patterns->patterns()[hit.pattern]; }
  [[nodiscard]] bool has_topic(std::string_view topic) const;
  [[nodiscard]] bool has_hit(std::string_view pattern_id) const;
  /// Place of a byte of `text`: line and column from 1. Takes a fixed time after the first call.
  [[nodiscard]] Place place_at(std::uint64_t text_offset) const;
  /// Place of a byte of a binary.
  [[nodiscard]] Place place_of_offset(std::int64_t offset) const { return Place{.path = path, .member = member, .offset = offset}; }
  [[nodiscard]] Place place() const { return Place{.path = path, .member = member}; }
  [[nodiscard]] Place place_of_line(std::uint32_t line, std::uint32_t column = 0) const {
    return Place{.path = path, .member = member, .line = line, .column = column};
  }
  /// Place of the artifact that the source is part of, for its asset's key: the outermost file; in a layer of an image, or an
  /// archive within an archive, the innermost model container (model.pt) or the member itself.
  [[nodiscard]] Place artifact() const;
  /// "folder/of/path"; "" at the root.
  [[nodiscard]] std::string_view folder() const;

 private:
  /// Of the text before a piece: how many lines ended, and where the last of them did.
  struct LineMark {
    std::uint32_t lines_before = 0;
    std::uint64_t line_start = 0;
  };
  mutable std::vector<LineMark> line_marks_;
};

}  // namespace stormwatch::collect
