// SPDX-License-Identifier: Apache-2.0
// What the values of a column come to: how many, how many different, and whether they are believed.
#include <algorithm>
#include <array>

#include "base/hash.h"
#include "base/text.h"
#include "match/personal.h"

namespace stormwatch::match {

namespace {
constexpr std::size_t kMostValues = 100'000;
}  // namespace

void DifferentValues::insert(std::uint64_t hash) {
  if (size_ >= kMostValues) return;
  hash += hash == 0;
  if (size_ * 2 >= slots_.size()) {
    std::vector<std::uint64_t> before(std::max<std::size_t>(16, slots_.size() * 4));
    before.swap(slots_);
    for (const std::uint64_t old : before)
      if (old) {
        std::size_t at = old & (slots_.size() - 1);
        while (slots_[at]) at = (at + 1) & (slots_.size() - 1);
        slots_[at] = old;
      }
  }
  std::size_t at = hash & (slots_.size() - 1);
  while (slots_[at] && slots_[at] != hash) at = (at + 1) & (slots_.size() - 1);
  size_ += slots_[at] == 0;
  slots_[at] = hash;
}

void PersonalTally::add(const PersonalHit& hit, std::string_view value) {
  if (hit.belief == Belief::failed) {
    ++failed;
    return;
  }
  ++(hit.belief == Belief::sure ? sure : possible);
  std::array<char, 256> plain;
  std::size_t size = 0;
  for (const char c : value.substr(0, plain.size()))
    if (c != ' ' && c != '-' && c != '.' && c != '/' && c != '(' && c != ')') plain[size++] = lower(c);
  const std::uint64_t hash = hash64({plain.data(), size});
  sample = sample == 0 ? hash : std::min(sample, hash);
  different.insert(hash);
}

bool PersonalTally::believed(bool named, std::uint64_t values) const {
  const std::uint64_t good = sure + possible;
  if (good == 0 || good < failed) return false;
  if (sure > 0 && sure * 2 >= possible) return true;
  if (named) return true;
  // A column of which nearly every value passes a check that one in ten passes by chance.
  return values > 0 && different.size() >= 20 && good * 10 >= values * 9;
}

}  // namespace stormwatch::match
