// SPDX-License-Identifier: Apache-2.0
#include "collect/prompt_secrets.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "base/text.h"

namespace stormwatch::collect {

namespace {

constexpr std::size_t kMostRead = 64 << 10;  // of a prompt
constexpr std::size_t kSentence = 300;       // of what stands before
constexpr std::size_t kBetween = 40;         // from the noun to "is": "the password for the admin page is"

struct Noun {
  std::string_view word;
  bool number = false;  ///< digits alone are a value of it
};
constexpr Noun kNouns[] = {{"password"}, {"passphrase"}, {"pass phrase"}, {"passcode", true}, {"pin code", true}, {"door code", true}, {"access code", true}, {"secret code", true}, {"security code", true}, {"override code", true}, {"admin code", true}, {"discount code"}, {"promo code"}, {"coupon code"},
                           {"code word"}, {"codeword"}, {"safe word"}, {"secret word"}, {"magic word"}, {"secret phrase"}, {"secret key"}, {"access key"}, {"api key"}, {"secret flag"}, {"access token"}, {"auth token"}, {"bearer token"}, {"the pin", true}};

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// What is written in place of a value: {password}, <code>, YOUR_KEY, xxxx.
bool is_stand_in(std::string_view value) {
  const std::string low = lower(value);
  return value.find_first_of("{}<>[]$%*") != std::string_view::npos || holds(low, {"your", "xxx", "example", "placeholder", "changeme", "mypass", "redacted", "...", "…", "http"}) || one_of(low, {"none", "null", "string", "required", "optional", "true", "false", "invalid", "incorrect", "correct", "wrong", "missing"});
}

/// A value that is one: quoted, or with a digit in it.
std::optional<std::string_view> value_at(std::string_view text, std::size_t at, bool number) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '*')) ++at;
  if (at >= text.size()) return std::nullopt;
  const char quote = text[at];
  if (quote == '"' || quote == '\'' || quote == '`') {
    const auto end = text.find(quote, at + 1);
    if (end == std::string_view::npos || end - at < 4 || end - at > 66) return std::nullopt;
    const std::string_view value = text.substr(at + 1, end - at - 1);
    return is_stand_in(value) || std::ranges::count(value, ' ') > 5 || value.find('\n') != std::string_view::npos ? std::nullopt : std::optional(value);
  }
  const auto end = std::min(text.find_first_of(" \n\t,;()", at), text.size());
  std::string_view value = text.substr(at, end - at);
  while (!value.empty() && (value.back() == '.' || value.back() == '!' || value.back() == '?' || value.back() == '*')) value.remove_suffix(1);
  const bool digit = std::ranges::any_of(value, [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; });
  const bool letter = std::ranges::any_of(value, [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; });
  return value.size() < 4 || value.size() > 120 || !digit || (!letter && !number) || is_stand_in(value) ? std::nullopt : std::optional(value);
}

/// Where the value of a noun that ends at `at` begins: after "is", ":" or "="; npos.
std::size_t after_link(std::string_view low, std::size_t at) {
  const std::size_t stop = std::min({low.size(), at + kBetween, low.find_first_of("\n.?!(,;", at), low.find(" and ", at)});
  for (std::size_t k = at; k < stop; ++k) {
    if (low[k] == '"' || low[k] == '\'' || low[k] == '`') return std::string_view::npos;  // a member of JSON
    if (low[k] == ':' || low[k] == '=') return k + 1;
    if (low.substr(k).starts_with(" is ") || low.substr(k).starts_with(" is:")) return low.substr(k + 3).starts_with(':') ? k + 4 : low.substr(k + 4).starts_with("set to ") ? k + 11 : k + 4;
  }
  return std::string_view::npos;
}

/// The sentence that the position stands in, up to it.
std::string_view sentence_before(std::string_view low, std::size_t at) {
  const std::string_view before = low.substr(at - std::min(at, kSentence), std::min(at, kSentence));
  return before.substr(before.find_last_of("\n.?!") + 1);
}

bool is_example(std::string_view before) { return holds(before, {"example", "e.g", "for instance", "such as", "user:", "human:", "customer:", "input:", "if ", "whether", "when ", "format", "max ", "a weak", "suppose", "imagine", "assistant:", " this "}) || std::ranges::count(before, '"') % 2 == 1; }

std::optional<Sighting> stated_secret(std::string_view text, std::string_view low, const std::function<Place(std::size_t)>& place_at) {
  for (const Noun& noun : kNouns)
    for (auto at = low.find(noun.word); at != std::string_view::npos; at = low.find(noun.word, at + 1)) {
      const std::size_t end = at + noun.word.size();
      if ((at && is_word(low[at - 1])) || (end < low.size() && is_word(low[end])) || is_example(sentence_before(low, at))) continue;
      const std::size_t link = after_link(low, end);
      if (link == std::string_view::npos || !value_at(text, link, noun.number)) continue;
      Sighting found{.what = "insecure-setting", .subject = "prompt-secret"};
      found.detail = "the system prompt states a " + std::string(noun.word.starts_with("the ") ? noun.word.substr(4) : noun.word);
      found.excerpt = excerpt_of(text.substr(at, link - at), 80) + " …";
      found.place = place_at(at);
      return found;
    }
  return std::nullopt;
}

/// "only if the user gives the pass phrase", "if the user says that he is an administrator"
std::optional<Sighting> decided_access(std::string_view text, std::string_view low, const std::function<Place(std::size_t)>& place_at) {
  for (const std::string_view who : {"if the user ", "unless the user ", "if a user ", "unless a user ", "when the user ", "until the user ", "if someone ", "unless someone ", "if they ", "unless they ", "if the customer ", "unless the customer "})
    for (auto at = low.find(who); at != std::string_view::npos; at = low.find(who, at + 1)) {
      const std::string_view rest = low.substr(at + who.size(), std::min<std::size_t>(100, low.find_first_of(".\n", at + who.size()) - at - who.size()));
      const bool tells = holds(rest.substr(0, 30), {"say", "give", "provide", "enter", "type", "know", "tell", "mention", "claim", "state", "present", "supplies", "supply"});
      const bool word = holds(rest, {"password", "passphrase", "pass phrase", "passcode", "code word", "codeword", "secret code", "secret word", "secret phrase", "magic word", "safe word", "access code", "admin code", "override code"});
      const bool rank = holds(rest, {"claim", "say", "state", "tell"}) && holds(rest, {" an admin", " the admin", " a developer", " the developer", " an employee", " a manager", " the owner"});
      const std::string_view before = sentence_before(low, at), whole = low.substr(at, rest.size() + who.size());
      const bool refused = holds(before, {"never", "even ", "do not", "don't", "refuse", "ignore"}) && !who.starts_with("unless") && !who.starts_with("until");
      if (!tells || (!word && !rank) || refused || holds(before, "even") || holds(whole, {"refuse", "never", "do not", "don't", "decline", "ignore", "forgot", "reset", "warn"})) continue;
      const std::string_view after = low.substr(std::min(low.size(), at + whole.size()), 120);
      if (rank && holds(after, {"refuse", "never", "not ", "don't", "decline", "ignore"})) continue;
      Sighting found{.what = "insecure-setting", .subject = "prompt-authorisation"};
      found.detail = "the system prompt lets users in by what they say";
      found.excerpt = excerpt_of(text.substr(at, whole.size()), 120);
      found.place = place_at(at);
      found.confidence = Confidence::medium;
      return found;
    }
  return std::nullopt;
}

}  // namespace

std::vector<Sighting> read_prompt_secrets(std::string_view text, const std::function<Place(std::size_t)>& place_at) {
  text = text.substr(0, kMostRead);
  const std::string low = lower(text);
  std::vector<Sighting> out;
  if (auto found = stated_secret(text, low, place_at)) out.push_back(std::move(*found));
  if (auto found = decided_access(text, low, place_at)) out.push_back(std::move(*found));
  return out;
}

}  // namespace stormwatch::collect
