// SPDX-License-Identifier: Apache-2.0
#include "match/text_model.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "base/embedded.h"
#include "match/checksum.h"

namespace stormwatch::embedded {
extern const EmbeddedFile text_models[];
extern const std::size_t text_models_count;
}  // namespace stormwatch::embedded

namespace stormwatch::match {
namespace {

constexpr std::uint64_t kSalts[] = {0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5, 0x85EBCA77C2B2AE63};
constexpr std::uint64_t kOffset = 0xCBF29CE484222325, kPrime = 0x100000001B3;
constexpr std::size_t kRepeat = 32, kStem = 5;
constexpr std::array<std::size_t, 3> kWidths{16, 64, 256};  // of windows, in words; each moves by a quarter of itself
constexpr std::size_t kHeader = 12 + 12 * 4;
constexpr double kPlainLength = 60, kFewWords = 40;

template <typename T>
T read_at(std::string_view bytes, std::size_t at) {
  static_assert(std::endian::native == std::endian::little);
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

bool is_single(std::uint32_t c) { return (c >= 0x3040 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7AF) || (c >= 0x20000 && c <= 0x2FFFF); }

bool is_word(std::uint32_t c) {
  if (c < 0x80) return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
  return c >= 0xAA && !(c >= 0x2000 && c <= 0x2BFF) && !(c >= 0x3000 && c <= 0x303F) && !(c >= 0xFE10 && c <= 0xFE6F);
}

/// The character at `at` and its length; U+0020 and 1 for a byte that begins none.
std::uint32_t character_at(std::string_view text, std::size_t at, std::size_t& length) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  const std::size_t size = first >= 0xF0 && first < 0xF5 ? 4 : first >= 0xE0 && first < 0xF0 ? 3 : first >= 0xC2 && first < 0xE0 ? 2 : 1;
  length = 1;
  if (size == 1 || at + size > text.size()) return ' ';
  std::uint32_t code = first & (0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return ' ';
    code = (code << 6) | (byte(at + i) & 0x3Fu);
  }
  if ((size == 3 && code < 0x800) || (size == 4 && (code < 0x10000 || code > 0x10FFFF)) || (code >= 0xD800 && code < 0xE000)) return ' ';
  length = size;
  return code;
}

struct WordHash {
  std::uint64_t hash = kOffset, stem = kOffset;
  std::size_t characters = 0;

  void add(unsigned char letter) {
    mix(letter);
    count();
  }
  void add_character(std::uint32_t c) {
    if (c < 0x80) return add(static_cast<unsigned char>(c));
    if (c < 0x800) {
      mix(static_cast<unsigned char>(0xC0 | (c >> 6)));
    } else if (c < 0x10000) {
      mix(static_cast<unsigned char>(0xE0 | (c >> 12)));
      mix(static_cast<unsigned char>(0x80 | ((c >> 6) & 0x3F)));
    } else {
      mix(static_cast<unsigned char>(0xF0 | (c >> 18)));
      mix(static_cast<unsigned char>(0x80 | ((c >> 12) & 0x3F)));
      mix(static_cast<unsigned char>(0x80 | ((c >> 6) & 0x3F)));
    }
    mix(static_cast<unsigned char>(0x80 | (c & 0x3F)));
    count();
  }
  [[nodiscard]] std::uint64_t stem_or_word() const { return characters < kStem ? hash : stem; }

 private:
  void mix(unsigned char byte) { hash = (hash ^ byte) * kPrime; }
  void count() {
    if (++characters == kStem) stem = hash;
  }
};

/// The five features of each word as it comes.
class Features {
 public:
  explicit Features(unsigned bits) : shift_(64 - bits) {}

  std::array<std::uint32_t, 5> next(const WordHash& word) {
    const std::uint64_t now = word.hash, stem = word.stem_or_word();
    std::array<std::uint32_t, 5> numbers{number(now * kSalts[0]), number((stem ^ kSalts[1]) * kSalts[1]), number((now + last_ * kSalts[2]) * kSalts[2] * kPrime),
                                         number((now + (last_ + before_ * kSalts[3]) * kSalts[2]) * kSalts[3] * kPrime), number((now + before_ * kSalts[4]) * kSalts[4] * kPrime)};
    const auto upper = static_cast<std::uint32_t>(now >> 32);  // half is enough to tell 32 words apart, and compares twice as fast
    std::uint32_t again = 0;
    for (const std::uint32_t seen : recent_) again |= static_cast<std::uint32_t>(seen == upper);
    if (again != 0) numbers[0] = numbers[1] = 0;
    recent_[at_++ % kRepeat] = upper;
    before_ = last_;
    last_ = now;
    return numbers;
  }

 private:
  [[nodiscard]] std::uint32_t number(std::uint64_t mixed) const {
    mixed ^= mixed >> 29;
    return static_cast<std::uint32_t>((mixed * kSalts[0]) >> shift_);
  }

  unsigned shift_;
  std::uint64_t last_ = 1, before_ = 1;
  std::array<std::uint32_t, kRepeat> recent_{};
  std::size_t at_ = 0;
};

}  // namespace

std::uint32_t TextModel::folded(std::uint32_t code) const {
  if (code < fold_low_.size()) return fold_low_[code];
  const auto found = std::ranges::lower_bound(fold_high_, code, {}, [](const auto& pair) { return pair.first; });
  return found != fold_high_.end() && found->first == code ? found->second : code;
}

/// Calls on_word(hash, begin, end) for each word, places in bytes of the text.
template <typename OnWord>
void TextModel::each_word(std::string_view text, OnWord on_word) const {
  WordHash word;
  std::size_t begin = 0, end = 0;
  const auto close = [&] {
    if (word.characters > 0) on_word(word, begin, end);
    word = WordHash{};
  };
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (const unsigned char plain = ascii_[byte]; plain > ' ') {  // nearly all of most texts
      if (word.characters == 0) begin = i;
      do {
        word.add(ascii_[static_cast<unsigned char>(text[i])]);
      } while (++i < text.size() && ascii_[static_cast<unsigned char>(text[i])] > ' ');
      end = i;
      continue;
    } else if (plain == ' ') {
      close();
      ++i;
      continue;
    }
    std::size_t length = 1;
    std::uint32_t code = byte < 0x80 ? byte : character_at(text, i, length);
    code = folded(code);
    if (code == 0) {  // stands for nothing, within a word or without
      i += length;
      continue;
    }
    if (!is_word(code)) {
      close();
    } else {
      const bool alone = is_single(code);
      if (alone) close();
      if (word.characters == 0) begin = i;
      word.add_character(code);
      end = i + length;
      if (alone) close();
    }
    i += length;
  }
  close();
}

TextScore TextModel::judge(std::string_view text) const {
  constexpr std::size_t kMost = kWidths.back();
  struct Best {
    std::int64_t sum = std::numeric_limits<std::int64_t>::min();
    std::size_t begin = 0, end = 0;
  };
  // Sums and places of the last 256 words; slot n % 256 is of word n.
  std::array<std::int64_t, kMost> sum_before;
  std::array<std::size_t, kMost> begins;
  std::array<Best, kWidths.size()> bests;
  Features features(bits_);
  std::int64_t sum = 0;
  std::size_t words = 0, last_end = 0;
  const auto window = [&](Best& best, std::size_t width, std::size_t end) {
    const std::size_t first = (words - width) % kMost;
    if (sum - sum_before[first] > best.sum) best = {sum - sum_before[first], begins[first], end};
  };
  each_word(text, [&](const WordHash& word, std::size_t begin, std::size_t end) {
    sum_before[words % kMost] = sum;
    begins[words % kMost] = begin;
    for (const std::uint32_t feature : features.next(word)) sum += weights_[feature];
    ++words;
    last_end = end;
    if (words % 4 != 0) return;
    for (std::size_t i = 0; i < kWidths.size(); ++i)
      if (words >= kWidths[i] && words % (kWidths[i] / 4) == 0) window(bests[i], kWidths[i], end);
  });
  TextScore result;
  result.words = words;
  if (words == 0) return result;
  const auto length = static_cast<double>(words);
  double odds = offset_ + long_ * std::log(std::max(length, kPlainLength) / kPlainLength) + short_ * std::log(std::max(kFewWords / std::max(length, 4.0), 1.0));
  for (std::size_t i = 0; i < kWidths.size(); ++i) {
    const std::size_t width = std::min(words, kWidths[i]);
    window(bests[i], width, last_end);
    const double score = bias_ + static_cast<double>(unit_) * static_cast<double>(bests[i].sum) / std::sqrt(static_cast<double>(std::max<std::size_t>(width, 8)));
    odds += slopes_[i] * score;
    if (score > result.score) {
      result.score = score;
      result.begin = bests[i].begin;
      result.end = bests[i].end;
    }
  }
  result.probability = 1 / (1 + std::exp(-odds));
  return result;
}

std::vector<std::uint32_t> TextModel::features_of(std::string_view text) const {
  std::vector<std::uint32_t> all;
  Features features(bits_);
  each_word(text, [&](const WordHash& word, std::size_t, std::size_t) {
    for (const std::uint32_t feature : features.next(word)) all.push_back(feature);
  });
  return all;
}

Result<TextModel> TextModel::read(std::string_view bytes) {
  const auto broken = [](const char* what) { return failure(what, "text model", "", "a weight file of scripts/train_text_model.py"); };
  if (bytes.size() < kHeader || bytes.substr(0, 8) != std::string_view("SWTM\x02\0\0\0", 8)) return broken("not a weight file");
  if (crc32_of(bytes.substr(12)) != read_at<std::uint32_t>(bytes, 8)) return broken("a damaged weight file");
  TextModel model;
  std::size_t at = 12;
  for (float* number : {&model.bias_, &model.unit_, &model.slopes_[0], &model.slopes_[1], &model.slopes_[2], &model.long_, &model.offset_, &model.likely_, &model.possible_, &model.short_}) {
    *number = read_at<float>(bytes, at);
    if (!std::isfinite(*number)) return broken("a number that is none");
    at += 4;
  }
  model.bits_ = read_at<std::uint32_t>(bytes, at);
  const std::size_t folds = read_at<std::uint32_t>(bytes, at + 4);
  if (model.bits_ < 8 || model.bits_ > 24 || folds > 100000 || bytes.size() != kHeader + folds * 8 + (std::size_t{1} << model.bits_)) return broken("sizes that do not fit");
  model.fold_low_.resize(0x10000);
  for (std::uint32_t c = 0; c < model.fold_low_.size(); ++c) model.fold_low_[c] = static_cast<std::uint16_t>(c);
  model.fold_low_[0] = ' ';
  for (std::uint32_t c = 'A'; c <= 'Z'; ++c) model.fold_low_[c] = static_cast<std::uint16_t>(c + 32);
  for (std::size_t i = 0; i < folds; ++i) {
    const auto from = read_at<std::uint32_t>(bytes, kHeader + i * 8), to = read_at<std::uint32_t>(bytes, kHeader + i * 8 + 4);
    if (from < 0x10000) model.fold_low_[from] = static_cast<std::uint16_t>(to >= 'A' && to <= 'Z' ? to + 32 : to < 0x10000 ? to : from);
    else model.fold_high_.emplace_back(from, to);
  }
  if (!std::ranges::is_sorted(model.fold_high_)) return broken("folding out of order");
  for (std::uint32_t c = 0; c < 0x80; ++c) model.ascii_[c] = model.fold_low_[c] == 0 ? 0 : is_word(model.fold_low_[c]) && model.fold_low_[c] < 0x80 ? static_cast<unsigned char>(model.fold_low_[c]) : is_word(model.fold_low_[c]) ? 1 : ' ';
  model.weights_ = reinterpret_cast<const std::int8_t*>(bytes.data() + kHeader + folds * 8);
  return model;
}

const TextModel* TextModel::embedded() {
  static const Result<TextModel> model = [] {
    for (std::size_t i = 0; i < stormwatch::embedded::text_models_count; ++i)
      if (std::string_view(stormwatch::embedded::text_models[i].path) == "injection.weights") return TextModel::read(stormwatch::embedded::text_models[i].text());
    return Result<TextModel>(failure("no weights", "text model", "", "injection.weights"));
  }();
  return model ? &*model : nullptr;
}

}  // namespace stormwatch::match
