// SPDX-License-Identifier: Apache-2.0
#include "match/personal.h"

#include <algorithm>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/text.h"
#include "match/checksum.h"
#include "match/identifiers.h"
#include "match/national.h"
#include "match/personal_kinds.h"

namespace stormwatch::match {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || is_upper(c); }
constexpr std::array<bool, 256> kWord = [] {
  std::array<bool, 256> table{};
  for (unsigned c = 0; c < 256; ++c) table[c] = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c >= 0x80;
  return table;
}();
bool is_word(char c) { return kWord[static_cast<unsigned char>(c)]; }
bool is_local(char c) { return is_digit(c) || is_letter(c) || c == '.' || c == '_' || c == '%' || c == '+' || c == '-'; }
bool is_domain(char c) { return is_digit(c) || is_letter(c) || c == '.' || c == '-'; }

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

/// A digit, an '@': everything that is looked for has one of them.
std::size_t next_stop(std::string_view text, std::size_t at) {
#if defined(__SSE2__)
  const __m128i at_sign = _mm_set1_epi8('@'), zero = _mm_set1_epi8('0'), nine = _mm_set1_epi8(9);
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i from_zero = _mm_sub_epi8(bytes, zero);
    const __m128i digit = _mm_cmpeq_epi8(_mm_min_epu8(from_zero, nine), from_zero);
    const int mask = _mm_movemask_epi8(_mm_or_si128(digit, _mm_cmpeq_epi8(bytes, at_sign)));
    if (mask) return at + static_cast<std::size_t>(__builtin_ctz(static_cast<unsigned>(mask)));
  }
#endif
  for (; at < text.size(); ++at)
    if (is_digit(text[at]) || text[at] == '@') return at;
  return text.size();
}

bool is_date_shape(std::string_view shape) {
  static constexpr std::array<std::string_view, 9> shapes{"9999-99-99", "9999/99/99", "99/99/9999", "99.99.9999", "99-99-9999", "9999.99.99", "9999-99-99 99", "99/99/99", "99.99.99"};
  return std::ranges::find(shapes, shape) != shapes.end();
}

// Printed in advertisements and on sample cards, never anyone's.
bool is_specimen(std::string_view digits) { return digits == "123456789" || digits == "078051120" || digits == "219099999"; }

// Digits with single separators between them, as people write numbers. Longer ones than any kind has are cut.
class Run {
 public:
  void take(std::string_view text, std::size_t at) {
    digit_count_ = form_size_ = 0;
    for (; at < text.size() && form_size_ < 32; ++at) {
      const char c = text[at], next = at + 1 < text.size() ? text[at + 1] : '\n';
      if (is_digit(c)) {
        if (digit_count_ < sizeof digits_) digits_[digit_count_++] = c;
        form_[form_size_++] = '9';
      } else if ((c == ' ' || c == '-' || c == '.' || c == '/' || c == ')') && is_digit(next)) {
        form_[form_size_++] = c;
      } else if ((c == ')' || c == ' ' || c == '-') && c != next && (next == ' ' || next == '-' || next == '(') && at + 2 < text.size() && is_digit(text[at + 2])) {
        form_[form_size_++] = c;
        form_[form_size_++] = next;
        ++at;
      } else {
        break;
      }
    }
    end = at;
  }
  [[nodiscard]] std::string_view digits() const { return {digits_, digit_count_}; }
  [[nodiscard]] std::string_view shape() const { return {form_, form_size_}; }  ///< 9 for a digit, the separator as it is
  std::size_t end = 0;

 private:
  char digits_[24], form_[40];
  std::size_t digit_count_ = 0, form_size_ = 0;
};

class Search {
 public:
  Search(std::string_view text, std::vector<PersonalHit>& hits) : text_(text), hits_(hits) {}

  void read() {
    for (std::size_t at = next_stop(text_, 0); at < text_.size(); at = next_stop(text_, at)) {
      if (text_[at] == '@') read_email(at++);
      else at = read_token(at);
    }
  }

 private:
  /// The line's words beside the value.
  bool beside(std::size_t begin, std::size_t end, Kind kind) {
    if (near_begin_ != begin || near_end_ != end) {
      near_begin_ = begin, near_end_ = end;
      std::size_t from = begin > 90 ? begin - 90 : 0, to = std::min(text_.size(), end + 50);
      if (const std::size_t line = text_.substr(from, begin - from).rfind('\n'); line != std::string_view::npos) from += line + 1;
      if (const std::size_t line = text_.substr(end, to - end).find('\n'); line != std::string_view::npos) to = end + line;
      near_.clear();
      pairs_ = {};
      const auto append = [&](std::size_t at, std::size_t stop) {
        for (; at < stop; ++at) {
          const char c = text_[at] == '_' ? ' ' : lower(text_[at]);
          if (!near_.empty()) pairs_.add(near_.back(), c);
          near_ += c;
        }
      };
      append(from, begin);
      near_ += ' ';
      append(end, to);
    }
    return holds_word(near_, pairs_, kind);
  }

  /// Within a hundred bytes of other characters than blanks and quotes on both sides: encoded bytes, where every form turns up by chance.
  [[nodiscard]] bool is_buried(std::size_t begin, std::size_t end) const {
    constexpr std::size_t kFar = 100;
    const auto parts = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '\'' || c == ',' || c == ';' || c == '<' || c == '>' || c == '|' || c == '&'; };
    if (begin < kFar || text_.size() - end < kFar) return false;
    return std::ranges::none_of(text_.substr(begin - kFar, kFar), parts) && std::ranges::none_of(text_.substr(end, kFar), parts);
  }

  void add(Kind kind, std::size_t begin, std::size_t end, Belief belief) {
    if (is_buried(begin, end)) return;
    if (!hits_.empty() && hits_.back().begin < end && begin < hits_.back().end) {
      if (hits_.back().belief >= belief) return;
      hits_.pop_back();
    }
    hits_.push_back({kind, belief, begin, end});
  }
  void sure(Kind kind, std::size_t begin, std::size_t end) { add(kind, begin, end, Belief::sure); }
  /// Sure with a word beside it, else possible.
  bool worded(Kind kind, std::size_t begin, std::size_t end, bool holds) {
    if (!holds) return false;
    const bool told = beside(begin, end, kind);
    add(kind, begin, end, told ? Belief::sure : Belief::possible);
    return told;
  }

  void read_email(std::size_t at_sign) {
    std::size_t begin = at_sign, end = at_sign + 1;
    while (begin > 0 && at_sign - begin < 64 && is_local(text_[begin - 1])) --begin;
    while (end < text_.size() && end - at_sign < 255 && is_domain(text_[end])) ++end;
    while (end > at_sign + 1 && !is_letter(text_[end - 1])) --end;
    if (begin > 0 && text_[begin - 1] == '\\' && begin + 1 < at_sign) ++begin;  // "\nname@..." as JSON writes a new line
    while (begin < at_sign && !is_digit(text_[begin]) && !is_letter(text_[begin])) ++begin;
    const std::string local = lower(text_.substr(begin, at_sign - begin)), domain = lower(text_.substr(at_sign + 1, end - at_sign - 1));
    const std::size_t dot = domain.rfind('.');
    if (local.empty() || dot == std::string::npos || dot == 0 || domain.size() - dot < 3 || domain.size() - dot > 12) return;
    if (!std::all_of(domain.begin() + static_cast<std::ptrdiff_t>(dot) + 1, domain.end(), is_letter) || domain.find("..") != std::string::npos) return;
    static constexpr std::array<std::string_view, 12> files{"png", "jpg", "jpeg", "gif", "svg", "py", "js", "ts", "md", "json", "html", "css"};
    if (std::ranges::find(files, std::string_view(domain).substr(dot + 1)) != files.end() || is_nobody(local, domain)) return;
    sure(k_email, begin, end);
  }

  /// A word with a digit in it; returns where to go on.
  std::size_t read_token(std::size_t at) {
    std::size_t begin = at, end = at + 1;
    while (begin > 0 && at - begin < 64 && is_word(text_[begin - 1])) --begin;
    while (end < text_.size() && is_digit(text_[end])) ++end;
    if (begin == at && end - at < 5) {  // most numbers: short, and nothing goes on behind them
      const char next = end < text_.size() ? text_[end] : ' ';
      const bool goes_on = is_word(next) || ((next == '-' || next == '.' || next == '/' || next == ' ' || next == ')') && end + 1 < text_.size() && (is_word(text_[end + 1]) || next == ')'));
      if (!goes_on) return end;
      if (next == ' ' && !is_digit(text_[end + 1]) && end - at < 2) return end;
    }
    if (begin < at && text_[begin] >= 'a' && text_[begin] <= 'z' && text_[begin] != 'b') {  // names like utf8: no kind begins with a small letter but bc1...
      while (end < text_.size() && is_word(text_[end])) ++end;
      if (at - begin == 2 && end - begin >= 15 && end - begin <= 34 && match::iban(text_.substr(begin, end - begin)) && beside(begin, end, k_iban)) sure(k_iban, begin, end);
      return end;
    }
    while (end < text_.size() && end - begin < 128 && is_word(text_[end])) ++end;
    const char before = begin > 0 ? text_[begin - 1] : ' ';
    const std::string_view token = text_.substr(begin, end - begin);
    const bool open = before != '_' && before != '=' && before != '$' && before != '#';
    if (begin == at) {
      if (before == '.' || before == '/' || before == '_' || before == '%') return skip(end);
      if (const std::size_t stop = read_parted_nino(at)) return stop;
      const std::size_t run_end = read_digits(at);
      if (run_end < end || (run_end < text_.size() && is_letter(text_[run_end])) || (end < text_.size() && (text_[end] == '-' || text_[end] == '+' || text_[end] == ' ')))
        read_letters(begin, end, token);
      return std::max(run_end, end);
    }
    if (open) read_letters(begin, end, token);
    return end;
  }
  std::size_t skip(std::size_t end) const {
    while (end < text_.size() && (is_digit(text_[end]) || text_[end] == '.')) ++end;
    return end;
  }

  void read_letters(std::size_t begin, std::size_t end, std::string_view token);
  bool read_iban(std::size_t begin);
  std::size_t read_digits(std::size_t at);
  std::size_t read_parted_nino(std::size_t digits);
  void read_national(std::size_t begin, const Run& run, bool plain);
  void read_phone(std::size_t begin, const Run& run);

  std::string_view text_;
  std::vector<PersonalHit>& hits_;
  Run run_;
  std::string near_;
  Pairs pairs_;  ///< of `near_`
  std::size_t near_begin_ = ~std::size_t{0}, near_end_ = 0;
};

bool Search::read_iban(std::size_t at) {
  std::string value;
  for (std::size_t end = at; end < text_.size() && value.size() < 34; ++end) {
    const char c = text_[end];
    if (is_digit(c) || is_upper(c)) value += c;
    else if (!((c == ' ' || c == '-') && end + 1 < text_.size() && (is_digit(text_[end + 1]) || is_upper(text_[end + 1])))) return false;
    if (value.size() < 15 || !match::iban(value)) continue;
    if (end + 1 < text_.size() && is_word(text_[end + 1])) continue;
    sure(k_iban, at, end + 1);
    return true;
  }
  return false;
}

/// "AB 12 34 56 C": its letters stand before the first digits. Where it ends; 0 if it is none.
std::size_t Search::read_parted_nino(std::size_t digits) {
  if (digits < 3 || text_[digits - 1] != ' ' || !is_upper(text_[digits - 2]) || !is_upper(text_[digits - 3]) || (digits > 3 && is_word(text_[digits - 4]))) return 0;
  std::string value(text_.substr(digits - 3, 2));
  std::size_t at = digits;
  for (; at < text_.size() && value.size() < 9; ++at) {
    if (is_digit(text_[at]) || is_upper(text_[at])) value += text_[at];
    else if (text_[at] != ' ') break;
  }
  if (!uk_nino(value) || (at < text_.size() && is_word(text_[at]))) return 0;
  sure(k_nino, digits - 3, at);
  return at;
}

void Search::read_letters(std::size_t begin, std::size_t end, std::string_view token) {
  const std::size_t n = token.size();
  if (n >= 4 && is_upper(token[0]) && is_upper(token[1]) && is_digit(token[2]) && is_digit(token[3]) && read_iban(begin)) return;
  const bool digit_last = is_digit(token.back());
  // Parts with blanks: "AB 12 34 56 C", "RSSMRA 85T10A562S" are told from the first part on.
  const auto joined = [&](std::size_t most) {
    std::string value;
    std::size_t at = begin;
    for (; at < text_.size() && value.size() < most; ++at) {
      const char c = text_[at];
      if (is_digit(c) || is_upper(c)) value += c;
      else if (!((c == ' ' || c == '-') && at + 1 < text_.size() && (is_digit(text_[at + 1]) || is_upper(text_[at + 1])))) break;
    }
    return std::pair(value, at);
  };
  const auto closed = [&](std::size_t at) { return at >= text_.size() || !is_word(text_[at]); };
  switch (n) {
    case 2: case 4: case 8:
      if (is_upper(token[0])) {
        if (const auto [value, stop] = joined(9); closed(stop) && uk_nino(value)) return sure(k_nino, begin, stop);
      }
      if (n == 8 && worded(k_passport, begin, end, is_letter(token[0]) && is_upper(token[0]))) return;
      break;
    case 9:
      if (es_nif(token) && is_digit(token[0]) && is_upper(token[8])) return sure(k_nif, begin, end);
      if (es_nif(token) && is_upper(token[0]) && is_upper(token[8])) return sure(k_nie, begin, end);
      if (sg_nric(token) && is_upper(token[0])) return sure(k_nric, begin, end);
      if (uk_nino(token) && is_upper(token[0])) return sure(k_nino, begin, end);
      if (us_dea(token) && is_upper(token[0]) && worded(k_dea, begin, end, true)) return;
      if (is_upper(token[0]) && std::ranges::count_if(token, is_digit) >= 5 && worded(k_passport, begin, end, true)) return;
      break;
    case 10:
      if (in_pan(token)) { worded(k_pan, begin, end, true); return; }
      if (digit_last && de_identity_card(token) && is_upper(token[0]) && worded(k_ausweis, begin, end, true)) return;
      break;
    case 11:
      if (is_digit(token[0]) && us_mbi(token)) return sure(k_mbi, begin, end);
      break;
    case 12:
      if (is_digit(token[0]) && is_upper(token[8]) && de_pension(token)) return sure(k_rente, begin, end);
      break;
    case 15:
      if (in_gstin(token) && is_digit(token[0])) return sure(k_gstin, begin, end);
      if (is_digit(token[0]) && fr_nir(token)) return sure(k_nir, begin, end);
      break;
    case 16:
      if (is_upper(token[0]) && it_codice_fiscale(token)) return sure(k_cf, begin, end);
      if (is_upper(token[0]) && uk_driving_licence(token)) return sure(k_uk_licence, begin, end);
      break;
    case 17:
      if (vin(token)) { worded(k_vin, begin, end, true); return; }
      break;
    case 18:
      if (is_digit(token[0]) && cn_resident(token)) return sure(k_cn, begin, end);
      if (is_upper(token[0]) && mx_curp(token)) return sure(k_curp, begin, end);
      break;
    default: break;
  }
  // "131052-308T" and its siblings: the digits before the sign, then a word of four.
  if (n == 6 && end + 5 <= text_.size() && fi_hetu(text_.substr(begin, 11)) && closed(begin + 11)) return sure(k_hetu, begin, begin + 11);
  if (n == 11 && fi_hetu(token)) return sure(k_hetu, begin, end);
  if ((n == 9 || n == 8) && is_digit(token[0]) && end + 2 <= text_.size() && text_[end] == '-' && is_upper(text_[end + 1]) && n == 8 && closed(end + 2) &&
      es_nif(text_.substr(begin, 10)))
    return sure(k_nif, begin, end + 2);
  if (n == 4 && is_digit(token[0]) && is_upper(token[1])) {  // MBI in groups: 1EG4-TE5-MK73
    if (const auto [value, stop] = joined(11); closed(stop) && us_mbi(value)) return sure(k_mbi, begin, stop);
  }
  if (n >= 26 && n <= 62 && (token[0] == '1' || token[0] == '3' || token.starts_with("bc1")) && bitcoin_address(token)) return sure(k_btc, begin, end);
  if (n == 42 && ethereum_address(token)) { worded(k_eth, begin, end, true); return; }
  if (n <= 8 && n >= 3 && is_upper(token[0]) && is_digit(token[1])) {
    std::size_t stop = end;
    if (stop < text_.size() && text_[stop] == '.' && stop + 1 < text_.size() && is_word(text_[stop + 1]))
      for (++stop; stop < text_.size() && is_word(text_[stop]);) ++stop;
    if (icd10(text_.substr(begin, stop - begin)) && beside(begin, stop, k_icd10)) return sure(k_icd10, begin, stop);
  }
  if (n >= 5 && n <= 16 && is_upper(token[0]) && std::ranges::count_if(token, is_digit) >= 5) {
    if (beside(begin, end, k_us_licence)) return sure(k_us_licence, begin, end);
    if (beside(begin, end, k_mrn)) return sure(k_mrn, begin, end);
  }
}

void Search::read_phone(std::size_t begin, const Run& run) {
  const std::size_t n = run.digits().size();
  const bool plus = begin > 0 && text_[begin - 1] == '+';
  const bool bracket = begin > 0 && text_[begin - 1] == '(';
  const std::size_t from = plus || bracket ? begin - 1 : begin;
  if (plus) {
    if (n >= 8 && n <= 15 && run.digits()[0] != '0' && (n >= 10 || run.shape().size() > n)) sure(k_phone, from, run.end);
    return;
  }
  if (run.digits().starts_with("00") && n >= 11 && n <= 15) { worded(k_phone, from, run.end, true); return; }
  const std::string_view ten = run.digits().substr(n == 11 && run.digits()[0] == '1' ? 1 : 0);
  const bool american = ten.size() == 10 && ten[0] >= '2' && ten[3] >= '2';
  static constexpr std::array<std::string_view, 9> shapes{"999-999-9999", "999.999.9999", "999) 999-9999", "999)999-9999", "1-999-999-9999", "999) 999 9999", "1 999) 999-9999", "999 999-9999", "999-999 9999"};
  std::string shape(run.shape());
  if (shape.size() > 2 && n == 11 && run.digits()[0] == '1') shape[0] = '1';
  if (american && std::ranges::find(shapes, shape) != shapes.end()) return sure(k_phone, from, run.end);
  // Decimals, times and seconds since 1970.
  const auto separators = static_cast<std::size_t>(std::ranges::count_if(run.shape(), [](char c) { return c != '9'; }));
  if ((separators == 1 && run.shape().find('.') != std::string_view::npos) || (n == 10 && separators == 0 && run.digits()[0] == '1') || (n == 13 && separators == 0)) return;
  if (begin > 1 && text_[begin - 1] == ':' && is_digit(text_[begin - 2])) return;
  if (n >= 7 && n <= 13 && std::ranges::count(run.shape(), '/') <= 1) worded(k_phone, from, run.end, run.shape().size() > n || n == 10 || n == 11);
}

// Numbers of countries, by length; a length that several share goes to the one whose word stands there.
void Search::read_national(std::size_t begin, const Run& run, bool plain) {
  const std::string_view d = run.digits(), shape = run.shape();
  const std::size_t end = run.end;
  struct Rule {
    Kind kind;
    std::size_t digits;
    bool (*holds)(std::string_view);
    std::string_view own_shape;  ///< tells without a word; empty: none
  };
  static constexpr auto any = [](std::string_view) { return true; };
  static constexpr std::array rules{
      Rule{k_ssn, 9, us_ssn, "999-99-9999"}, Rule{k_itin, 9, us_itin, ""}, Rule{k_atin, 9, us_atin, ""}, Rule{k_bsn, 9, nl_bsn, ""}, Rule{k_sin, 9, ca_sin, ""},
      Rule{k_tfn, 9, au_tfn, ""}, Rule{k_acn, 9, au_acn, ""}, Rule{k_aba, 9, us_aba, ""}, Rule{k_il, 9, il_tz, ""}, Rule{k_ph, 9, ph_tin, ""}, Rule{k_passport, 9, any, ""},
      Rule{k_nhs, 10, uk_nhs, ""}, Rule{k_npi, 10, us_npi, ""}, Rule{k_cpr, 10, dk_cpr, ""}, Rule{k_se, 10, se_personnummer, ""}, Rule{k_au_medicare, 10, au_medicare, ""},
      Rule{k_au_medicare, 11, au_medicare, ""}, Rule{k_abn, 11, au_abn, ""}, Rule{k_steuer, 11, de_tax_id, ""}, Rule{k_pesel, 11, pl_pesel, ""}, Rule{k_fnr, 11, no_fnr, ""},
      Rule{k_tckn, 11, tr_tckn, ""}, Rule{k_cpf, 11, br_cpf, "999.999.999-99"}, Rule{k_rrn_be, 11, be_rrn, "99.99.99-999.99"}, Rule{k_piva, 11, it_partita_iva, ""}, Rule{k_ng, 11, ng_nin, ""},
      Rule{k_aadhaar, 12, in_aadhaar, "9999 9999 9999"}, Rule{k_jp, 12, jp_my_number, ""}, Rule{k_se, 12, se_personnummer, "99999999-9999"}, Rule{k_ph, 12, ph_tin, ""},
      Rule{k_ahv, 13, ch_ahv, "999.9999.9999.99"}, Rule{k_za, 13, za_id, ""}, Rule{k_th, 13, th_tnin, "9-9999-99999-99-9"}, Rule{k_rrn_kr, 13, kr_rrn, "999999-9999999"},
      Rule{k_cnpj, 14, br_cnpj, "99.999.999/9999-99"}, Rule{k_nir, 15, fr_nir, ""}, Rule{k_imei, 15, imei, ""}, Rule{k_cn, 18, cn_resident, ""}};
  if (is_specimen(d)) return;
  const Rule* possible = nullptr;
  for (const Rule& rule : rules) {
    if (rule.digits != d.size()) continue;
    const bool shaped = !rule.own_shape.empty() && shape == rule.own_shape;
    if (!rule.holds(d)) {
      if (shaped) add(rule.kind, begin, end, Belief::failed);
      continue;
    }
    // As it is written (sex, year, month, department, commune, order, key), not any 15 digits in two parts: a date with a number.
    const bool nir = rule.kind == k_nir && (shape == "9 99 99 99 999 999 99" || shape == "9-99-99-99-999-999-99" || shape == "9.99.99.99.999.999.99" || shape == "9999999999999 99" || shape == "9999999999999-99");
    const bool strong = shaped || nir || rule.kind == k_cn;
    if (strong || beside(begin, end, rule.kind)) return sure(rule.kind, begin, end);
    if (!possible && rule.holds != static_cast<bool (*)(std::string_view)>(any)) possible = &rule;
  }
  if (possible) add(possible->kind, begin, end, Belief::possible);
  if (plain && d.size() >= 5 && d.size() <= 12 && beside(begin, end, k_mrn)) return sure(k_mrn, begin, end);
  if ((plain || shape.find_first_of(" ./)") == std::string_view::npos) && d.size() >= 7 && d.size() <= 13 && beside(begin, end, k_us_licence)) return sure(k_us_licence, begin, end);
  if (plain && d.size() >= 8 && d.size() <= 17 && beside(begin, end, k_us_bank)) return sure(k_us_bank, begin, end);
}

std::size_t Search::read_digits(std::size_t at) {
  Run& run = run_;
  run.take(text_, at);
  const std::size_t n = run.digits().size();
  const char next = run.end < text_.size() ? text_[run.end] : ' ', before = at > 0 ? text_[at - 1] : ' ';
  if (n < 4 || n > 19 || next == '_' || next == '@' || before == '@') return run.end;
  const bool plain = run.shape().size() == n;
  const auto dots = std::ranges::count(run.shape(), '.');
  if (dots == 3 && std::ranges::count(run.shape(), '/') == 1) return run.end;  // a network: 10.0.0.0/8
  if (dots == 3 && plain == false && n <= 12 && n >= 4 && std::ranges::count(run.shape(), '9') + 3 == static_cast<std::ptrdiff_t>(run.shape().size())) {
    int value = 0;
    bool address = next != '.' && next != '/' && before != 'v';
    for (std::size_t i = at; i <= run.end && address; ++i) {
      if (i < run.end && is_digit(text_[i])) value = value * 10 + (text_[i] - '0');
      else address = value <= 255, value = 0;
    }
    // Addresses of private networks and of documentation name nobody.
    const std::string_view whole = text_.substr(at, run.end - at);
    for (const std::string_view none : {"10.", "127.", "0.", "192.168.", "169.254.", "192.0.2.", "198.51.100.", "203.0.113.", "255.", "224.", "1.1.1.1", "8.8.8.8", "8.8.4.4"})
      if (address && whole.starts_with(none)) return run.end;
    if (address && whole.starts_with("172.") && whole.size() > 6 && whole[6] == '.' && whole.substr(4, 2) >= "16" && whole.substr(4, 2) <= "31") return run.end;
    if (address) return worded(k_ip, at, run.end, true), run.end;
  }
  if (n < 5 || is_date_shape(run.shape())) return run.end;
  if (next == 'x' && n >= 7 && n <= 13 && !plain && run.end + 1 < text_.size() && is_digit(text_[run.end + 1])) return read_phone(at, run), run.end;  // an extension
  if (is_letter(next)) {
    if (n == 17 && plain && (next == 'X' || next == 'x') && cn_resident(std::string(run.digits()) + 'X')) sure(k_cn, at, run.end + 1);
    return run.end;
  }
  if (n == 12 && plain && passes("card", run.digits()) && beside(at, run.end, k_card)) return sure(k_card, at, run.end), run.end;
  const bool grouped = plain || run.shape() == "9999 9999 9999 9999" || run.shape() == "9999-9999-9999-9999" || run.shape() == "9999 999999 99999" || run.shape() == "9999-999999-99999";
  if (n >= 13 && grouped) {
    if (passes("card", run.digits())) {
      if (is_test_card(run.digits())) return run.end;
      if (n == 15 && beside(at, run.end, k_imei)) return sure(k_imei, at, run.end), run.end;
      return add(k_card, at, run.end, !plain || beside(at, run.end, k_card) ? Belief::sure : Belief::possible), run.end;
    }
    const std::size_t held = hits_.size();
    read_national(at, run, plain);
    if (hits_.size() == held && n == 16) add(k_card, at, run.end, Belief::failed);
    return run.end;
  }
  read_national(at, run, plain);
  const bool told = !hits_.empty() && hits_.back().end == run.end && hits_.back().belief == Belief::sure;
  if (!told && dots <= 4) read_phone(at, run);
  return run.end;
}

}  // namespace

void find_personal(std::string_view text, std::vector<PersonalHit>& hits) { Search(text, hits).read(); }

}  // namespace stormwatch::match
