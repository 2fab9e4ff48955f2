// SPDX-License-Identifier: Apache-2.0
#include "match/personal.h"

#include <algorithm>
#include <string>

#include "base/hash.h"
#include "match/checksum.h"
#include "match/national.h"

namespace stormwatch::match {

namespace {

constexpr std::size_t kMostValues = 100'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_local(char c) { return is_digit(c) || is_letter(c) || c == '.' || c == '_' || c == '%' || c == '+' || c == '-'; }
bool is_domain(char c) { return is_digit(c) || is_letter(c) || c == '.' || c == '-'; }

std::string lowered(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return lower;
}

// RFC 2606 and the names that everyone uses for it, and mailboxes that are no person's.
bool is_nobody(std::string_view local, std::string_view domain) {
  static constexpr std::array<std::string_view, 12> domains{"example.com", "example.org", "example.net", "email.com", "test.com", "domain.com",
                                                            "foo.com", "bar.com", "company.com", "localhost.localdomain", "users.noreply.github.com", "mail.com"};
  static constexpr std::array<std::string_view, 14> locals{"noreply", "no-reply", "info", "support", "admin", "contact", "user", "username", "name", "email", "test", "hello", "sales", "git"};
  return domain.ends_with(".example") || domain.ends_with(".test") || domain.ends_with(".invalid") || domain.ends_with(".local") ||
         std::ranges::find(domains, domain) != domains.end() || std::ranges::find(locals, local) != locals.end();
}

// Numbers that card networks and payment services publish for tests.
bool is_test_card(std::string_view digits) {
  static constexpr std::array<std::string_view, 16> cards{
      "4111111111111111", "4242424242424242", "4012888888881881", "5555555555554444", "5105105105105100", "378282246310005", "371449635398431",
      "378734493671000", "6011111111111117", "6011000990139424", "30569309025904", "38520000023237", "3530111333300000", "3566002020360505",
      "4000056655665556", "4222222222222"};
  return std::ranges::find(cards, digits) != cards.end();
}

struct Run {
  std::string digits;
  std::string shape;  // 9 for a digit, the separator as it is
  std::size_t end = 0;
};

// Digits with single separators between them, as people write numbers.
Run run_at(std::string_view text, std::size_t at) {
  Run run;
  for (; at < text.size() && run.shape.size() < 28; ++at) {
    const char c = text[at];
    if (is_digit(c)) run.digits += c, run.shape += '9';
    else if ((c == ' ' || c == '-' || c == '.') && at + 1 < text.size() && is_digit(text[at + 1])) run.shape += c;
    else break;
  }
  run.end = at;
  return run;
}

}  // namespace

void PersonalData::add(Class kind, std::string_view value, std::size_t offset) {
  if (seen_[kind].size() >= kMostValues) return;
  if (seen_[kind].empty()) first_[kind] = offset;
  seen_[kind].insert(hash64(value));
}

std::size_t PersonalData::count(Class kind) const {
  return passed_[kind] * 2 >= candidates_[kind] ? seen_[kind].size() : 0;
}

void PersonalData::read_email(std::string_view text, std::size_t at_sign) {
  std::size_t begin = at_sign, end = at_sign + 1;
  while (begin > 0 && at_sign - begin < 64 && is_local(text[begin - 1])) --begin;
  while (end < text.size() && end - at_sign < 255 && is_domain(text[end])) ++end;
  while (end > at_sign + 1 && !is_letter(text[end - 1])) --end;
  while (begin < at_sign && !is_digit(text[begin]) && !is_letter(text[begin])) ++begin;
  const std::string local = lowered(text.substr(begin, at_sign - begin)), domain = lowered(text.substr(at_sign + 1, end - at_sign - 1));
  const std::size_t dot = domain.rfind('.');
  if (local.empty() || dot == std::string::npos || dot == 0 || domain.size() - dot < 3 || domain.size() - dot > 12) return;
  if (!std::all_of(domain.begin() + static_cast<std::ptrdiff_t>(dot) + 1, domain.end(), is_letter) || domain.find("..") != std::string::npos) return;
  static constexpr std::array<std::string_view, 12> files{"png", "jpg", "jpeg", "gif", "svg", "py", "js", "ts", "md", "json", "html", "css"};
  if (std::ranges::find(files, std::string_view(domain).substr(dot + 1)) != files.end() || is_nobody(local, domain)) return;
  add(email, local + "@" + domain, begin);
}

bool PersonalData::read_iban(std::string_view text, std::size_t& at) {
  std::string value;
  std::size_t end = at;
  for (; end < text.size() && value.size() < 34; ++end) {
    const char c = text[end];
    if (is_digit(c) || (c >= 'A' && c <= 'Z')) value += c;
    else if (!(c == ' ' && end + 1 < text.size() && (is_digit(text[end + 1]) || (text[end + 1] >= 'A' && text[end + 1] <= 'Z')))) break;
    if (value.size() < 15 || !iban(value)) continue;
    const char next = end + 1 < text.size() ? text[end + 1] : ' ';
    if (is_digit(next) || is_letter(next)) continue;
    add(iban_number, value, at);
    at = end + 1;
    return true;
  }
  return false;
}

void PersonalData::read_digits(std::string_view text, std::size_t& at) {
  const Run run = run_at(text, at);
  const std::size_t begin = at;
  at = run.end;
  const char next = run.end < text.size() ? text[run.end] : ' ';
  const std::size_t n = run.digits.size();
  const auto judge = [&](Class kind, bool good) {
    ++candidates_[kind];
    if (good) ++passed_[kind], add(kind, run.digits, begin);
    return good;
  };
  if (next == '_' || next == '@') return;
  if (run.shape.find('.') == std::string::npos && !is_letter(next)) {
    if (run.shape == "999-99-9999") {
      judge(social_security, us_ssn(run.digits));
      return;
    }
    const bool grouped = run.shape.size() == n || run.shape == "9999 9999 9999 9999" || run.shape == "9999-9999-9999-9999" || run.shape == "9999 999999 99999";
    if (n >= 13 && n <= 19 && grouped) {
      if (passes("card", run.digits)) {
        if (!is_test_card(run.digits)) judge(card, true);
        return;
      }
      if ((n == 15 && fr_nir(run.digits)) || (n == 18 && cn_resident(run.digits))) judge(national_id, true);
      else ++candidates_[card];
      return;
    }
    if (run.shape == "9999 9999 9999") judge(national_id, in_aadhaar(run.digits));
  }
  if (run.shape == "999.999.999-99") judge(national_id, br_cpf(run.digits));
  if (n == 17 && run.shape.size() == n && (next == 'X' || next == 'x')) judge(national_id, cn_resident(run.digits + 'X'));
  if (begin > 0 && text[begin - 1] == '+' && n >= 10 && n <= 15 && run.digits[0] != '0') add(phone, run.digits, begin);
}

void PersonalData::read(std::string_view text) {
  // Every class starts with a digit, an '@' or two capitals after something that is no letter, digit, '.' or '_'.
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '@') {
      read_email(text, at++);
      continue;
    }
    const bool capital = c >= 'A' && c <= 'Z';
    if (!is_digit(c) && !capital) {
      ++at;
      continue;
    }
    const char before = at > 0 ? text[at - 1] : ' ';
    const bool starts = !is_digit(before) && !is_letter(before) && before != '.' && before != '_' && before != '-' && before != '/' && before != '=';
    if (starts && is_digit(c)) {
      read_digits(text, at);
      continue;
    }
    if (starts && capital && at + 4 < text.size() && text[at + 1] >= 'A' && text[at + 1] <= 'Z' && is_digit(text[at + 2]) && is_digit(text[at + 3]) &&
        read_iban(text, at))
      continue;
    ++at;
  }
}

}  // namespace stormwatch::match
