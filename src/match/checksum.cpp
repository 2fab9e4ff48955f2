// SPDX-License-Identifier: Apache-2.0
#include "match/checksum.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "match/national.h"

namespace stormwatch::match {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

std::string only_digits(std::string_view text) {
  std::string digits;
  for (char c : text)
    if (is_digit(c)) digits += c;
  return digits;
}

// Issuer ranges of payment cards (ISO/IEC 7812; the networks' published ranges) with their lengths.
bool card(std::string_view value) {
  const std::string digits = only_digits(value);
  const std::size_t n = digits.size();
  if (n < 12 || n > 19 || !luhn(digits)) return false;
  if (std::ranges::count(digits, digits[0]) > static_cast<std::ptrdiff_t>(n - 3)) return false;
  const int two = std::stoi(digits.substr(0, 2)), four = std::stoi(digits.substr(0, 4));
  if (four == 5018 || four == 5020 || four == 5038 || four == 5893 || four == 6304 || (four >= 6759 && four <= 6763)) return true;  // Maestro: 12 to 19
  if (four == 2131 || four == 1800) return n == 15;
  if (digits[0] == '4') return n == 13 || n == 16 || n == 19;
  if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) return n == 16;
  if (two == 34 || two == 37) return n == 15;
  if (four == 6011 || two == 65 || (four >= 6440 && four <= 6499)) return n == 16;
  if (two == 36 || two == 38 || two == 39 || (four >= 3000 && four <= 3059)) return n == 14;
  if (four >= 3528 && four <= 3589) return n == 16;
  if (two == 62) return n == 16 || n == 19;
  return false;
}

// GitHub and npm: the last six characters are the CRC-32 of those before, in base 62.
bool crc_tail(std::string_view value) {
  const std::size_t prefix = value.find('_');
  if (prefix == std::string_view::npos || value.size() < prefix + 8) return false;
  const std::string_view body = value.substr(prefix + 1, value.size() - prefix - 7);
  return value.substr(value.size() - 6) == base62(crc32_of(body), 6);
}

// header.payload[.signature]; the header decodes to a JSON object that names an algorithm (RFC 7519).
bool jwt_structure(std::string_view value) {
  const std::size_t dot = value.find('.');
  if (dot == std::string_view::npos) return false;
  const std::string header = base64_decoded(value.substr(0, dot));
  const std::size_t open = header.find_first_not_of(" \r\n\t");
  if (open == std::string::npos || header[open] != '{' || header.back() != '}' || header.find("\"alg\"") == std::string::npos) return false;
  const std::size_t second = value.find('.', dot + 1);
  const std::string payload = base64_decoded(value.substr(dot + 1, second == std::string_view::npos ? second : second - dot - 1));
  const std::size_t begin = payload.find_first_not_of(" \r\n\t");
  return begin != std::string::npos && payload[begin] == '{';
}

// A PEM body worth the name: enough base64, and for unencrypted PKCS#1/PKCS#8/SEC1 a DER SEQUENCE at its start. Escaped line
// ends ("\n" in JSON) count as line ends.
constexpr std::size_t kLineOfPem = 64;

bool pem_body(std::string_view value) {
  std::string body;
  bool encrypted = value.find("ENCRYPTED") != std::string_view::npos;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '\\' && i + 1 < value.size() && (value[i + 1] == 'n' || value[i + 1] == 'r' || value[i + 1] == 't')) { ++i; continue; }
    if (is_digit(c) || is_upper(c) || is_lower(c) || c == '+' || c == '/' || c == '=') body += c;
    else if (c == ':') encrypted = true;  // RFC 1421 header lines: Proc-Type, DEK-Info
    else if (c == '.' || c == '<' || c == '*' || c == '$' || c == '{') return false;
  }
  if (body.size() < 56 || entropy_of(body) < 4) return false;
  if (encrypted) return true;
  const std::string bytes = base64_decoded(std::string_view(body).substr(0, 16));
  if (bytes.starts_with("openssh-key") || bytes.starts_with("SSH PRIVATE")) return true;
  if (!bytes.starts_with('\x30')) return false;
  // DER says how long it is: an example that breaks off after its first line ("MIIE", "...", the end) is no key.
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
  const std::size_t declared = byte(1) == 0x82 ? byte(2) << 8 | byte(3) : 0;
  return body.size() > kLineOfPem || declared <= kLineOfPem * 3 / 4;
}

bool mixed(std::string_view value) {
  const bool digit = std::ranges::any_of(value, is_digit);
  const bool letter = std::ranges::any_of(value, [](char c) { return is_upper(c) || is_lower(c); });
  return digit && letter;
}

// Random by chance: digits, upper and lower case all occur, as in base 62 of 20 characters or more.
bool base62_mix(std::string_view value) {
  return std::ranges::any_of(value, is_digit) && std::ranges::any_of(value, is_upper) && std::ranges::any_of(value, is_lower);
}

// How often neighbouring letters and digits change their class (lower, upper, digit). Random base 62 comes to 0.6, hex to 0.47;
// words and names stay under 0.2, also those in camelCase: that a word goes on after its capital is no change.
double class_changes(std::string_view value) {
  constexpr int kLower = 1, kUpper = 2, kDigit = 3;
  int pairs = 0, changes = 0, before = 0, earlier = 0;
  for (char c : value) {
    const int now = is_lower(c) ? kLower : is_upper(c) ? kUpper : is_digit(c) ? kDigit : 0;
    const bool goes_on = now == kLower && before == kUpper && earlier != kUpper;
    if (now && before) ++pairs, changes += now != before && !goes_on;
    earlier = before;
    before = now;
  }
  return pairs ? static_cast<double>(changes) / pairs : 0;
}

// Five consonants in a row stand in few words; among random small letters and digits (base 32 and 36), whose class seldom changes, they
// are usual.
bool has_unspeakable_run(std::string_view value) {
  constexpr int kLongestOfWords = 4;
  int run = 0;
  for (const char c : value) {
    run = is_lower(c) && !std::string_view("aeiouy").contains(c) ? run + 1 : 0;
    if (run > kLongestOfWords) return true;
  }
  return false;
}

bool random_looking(std::string_view value) {
  constexpr std::size_t kFewestLetters = 24;
  if (class_changes(value) >= 0.25) return true;
  return value.size() >= kFewestLetters && std::ranges::all_of(value, [](char c) { return is_lower(c) || is_digit(c); }) && std::ranges::count_if(value, is_digit) >= 3 && has_unspeakable_run(value);
}

// Random letters without digits: capitals stand beside capitals and small letters beside small ones, again and again. In
// camelCase capitals stand alone.
bool letter_mix(std::string_view value) {
  const std::size_t prefix = value.rfind('_');
  value.remove_prefix(prefix == std::string_view::npos ? 0 : prefix + 1);
  int capitals = 0, smalls = 0, changes = 0;
  for (std::size_t i = 1; i < value.size(); ++i) {
    const bool before = is_upper(value[i - 1]), now = is_upper(value[i]);
    capitals += before && now, smalls += !before && !now, changes += before != now;
  }
  return capitals >= 2 && smalls >= 2 && changes >= 7;
}

// Letters alone, of both cases, by chance: consonants pile up, and capitals stand side by side in several places or small letters alone
// between them. A name in camelCase has at most one of these.
bool random_letters(std::string_view value) {
  constexpr int kLongestOfNames = 4;
  int consonants = 0, longest = 0, pairs = 0, places = 0, alone = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char small = is_upper(value[i]) ? static_cast<char>(value[i] + 32) : value[i];
    consonants = is_lower(small) && !std::string_view("aeiouy").contains(small) ? consonants + 1 : 0;
    longest = std::max(longest, consonants);
    if (i == 0 || !is_upper(value[i])) continue;
    const bool pair = is_upper(value[i - 1]);
    pairs += pair;
    places += pair && (i < 2 || !is_upper(value[i - 2]));
    alone += i >= 2 && is_upper(value[i - 2]) && is_lower(value[i - 1]);
  }
  return longest > kLongestOfNames && pairs >= 2 && (places >= 3 || alone >= 2);
}

// Keys that frameworks make: hex of 32 bytes or more, or signs all through the rest.
bool random_signs(std::string_view value) {
  if (value.size() >= 64 && std::ranges::all_of(value, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); })) return true;
  int places = 0;
  bool before = true;
  for (const char c : value) {
    const bool sign = std::string_view("!@#$%^&*(+=)").contains(c);
    places += sign && !before;
    before = sign;
  }
  return places >= 5;
}

// No name of something: not parted into words by '-', '_' or '/', and no UUID.
bool unnamed(std::string_view value) {
  constexpr std::size_t kLongestRunOfParts = 20;
  std::size_t run = 0, longest = 0;
  for (const char c : value) {
    run = c == '-' || c == '_' || c == '/' ? 0 : run + 1;
    longest = std::max(longest, run);
  }
  return longest >= kLongestRunOfParts;
}

bool not_words(std::string_view value) { return mixed(value) || random_looking(value); }

// A password that someone chose, not the name of one: letters with digits or signs, without the words that stand in for it.
/// Words of a language with marks on its letters ("Contraseña", "Пароль") are a label, not a password.
bool password(std::string_view value) {
  const auto foreign = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
  if (std::ranges::any_of(value, foreign) && std::ranges::none_of(value, is_digit)) return false;
  const bool sign = std::ranges::any_of(value, [](char c) { return !is_digit(c) && !is_upper(c) && !is_lower(c) && c != '_' && c != '-' && c != '.'; });
  if (!(mixed(value) || (sign && std::ranges::any_of(value, is_lower)))) return false;
  std::string lower(value);
  for (char& c : lower)
    if (is_upper(c)) c = static_cast<char>(c + 32);
  static constexpr std::array<std::string_view, 14> words{"pass", "pwd", "secret", "test", "user", "admin", "string", "value", "hash", "token", "://", "key", "p@ss", "field"};
  return std::ranges::none_of(words, [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

// A password that stands in a sentence, where it must not be any of the other words there: algorithms, versions, names of code, paths,
// addresses, counts.
bool written_password(std::string_view value) {
  while (value.ends_with('.') || value.ends_with('!') || value.ends_with('?') || value.ends_with(':')) value.remove_suffix(1);
  if (value.size() < 8 || !password(value) || !std::ranges::any_of(value, is_digit)) return false;
  const bool upper = std::ranges::any_of(value, is_upper), sign = value.find_first_of("!@#%^&+?~=") != std::string_view::npos;
  if (std::ranges::count_if(value, is_lower) < 1 || !(upper || sign || class_changes(value) >= 0.25)) return false;
  if (value.find_first_of("/:()") != std::string_view::npos) return false;
  const std::size_t dot = value.find('.');  // a part of something in code, a file
  if (!sign && dot != std::string_view::npos && dot + 1 < value.size() && !is_digit(value[dot + 1])) return false;
  const std::size_t at = value.find('@');  // an address of mail, a package with its version
  if (at != std::string_view::npos && value.find('.', at) != std::string_view::npos) return false;
  std::string lower(value);
  for (char& c : lower)
    if (is_upper(c)) c = static_cast<char>(c + 32);
  static constexpr std::array<std::string_view, 34> words{"sha", "md5", "base", "random", "bcrypt", "pbkdf", "argon", "scrypt", "oauth", "aes", "rsa", "utf", "nist", "rfc", "ipv", "http", "x509", "x.509", "char", "digit", "bit",
                                                          "byte", "v1", "v2", "2fa", "e.g", "auth", "sql", "8601", "ec2", "s3", "k8s", "py3", "str"};
  constexpr std::size_t kByChance = 3;  // short ones also stand in what is random, but not at a word's start
  return std::ranges::none_of(words, [&](std::string_view word) {
    for (std::size_t place = lower.find(word); place != std::string::npos; place = lower.find(word, place + 1))
      if (word.size() > kByChance || place == 0 || (!is_lower(lower[place - 1]) && !is_digit(lower[place - 1]))) return true;
    return false;
  });
}

// NVIDIA's older key: base64 of "something:uuid".
bool base64_pair(std::string_view value) { return base64_decoded(value).find(':') != std::string::npos; }
bool bedrock(std::string_view value) {
  const std::string text = base64_decoded(value.starts_with("ABSK") ? value.substr(4) : value);
  return text.starts_with("BedrockAPIKey-") || text.starts_with("bedrock.amazonaws.com");
}
// PyPI: a macaroon (libmacaroons v2) whose location is the index.
bool pypi_macaroon(std::string_view value) {
  const std::string bytes = base64_decoded(value.substr(std::min<std::size_t>(value.size(), 5)));
  return bytes.starts_with("\x02\x01\x08pypi.org") || bytes.starts_with("\x02\x01\x0dtest.pypi.org");
}
bool basic_pair(std::string_view value) {
  const std::string text = base64_decoded(value);
  const std::size_t colon = text.find(':');
  return colon != std::string::npos && text.size() > 3 && text[0] != '{' && std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

struct Check {
  std::string_view name;
  bool (*holds)(std::string_view value);
};
const std::array kChecks{
    Check{"luhn", luhn}, Check{"card", card}, Check{"iban", iban}, Check{"crc-tail", crc_tail}, Check{"jwt", jwt_structure},
    Check{"pem-body", pem_body}, Check{"mixed", mixed}, Check{"base62-mix", base62_mix}, Check{"random", random_looking}, Check{"letter-mix", letter_mix},
    Check{"not-words", not_words}, Check{"random-letters", random_letters}, Check{"random-signs", random_signs}, Check{"unnamed", unnamed},
    Check{"password", password}, Check{"written-password", written_password}, Check{"base64-pair", base64_pair},
    Check{"bedrock", bedrock}, Check{"basic-pair", basic_pair}, Check{"pypi-macaroon", pypi_macaroon}, Check{"us-ssn", us_ssn}, Check{"us-npi", us_npi},
    Check{"uk-nhs", uk_nhs}, Check{"in-aadhaar", in_aadhaar}, Check{"de-tax-id", de_tax_id}, Check{"fr-nir", fr_nir},
    Check{"es-nif", es_nif}, Check{"nl-bsn", nl_bsn}, Check{"pl-pesel", pl_pesel}, Check{"fi-hetu", fi_hetu},
    Check{"br-cpf", br_cpf}, Check{"tr-tckn", tr_tckn}, Check{"au-tfn", au_tfn}, Check{"au-abn", au_abn},
    Check{"cn-resident", cn_resident}, Check{"us-aba", us_aba},
};

template <class F>
bool each_name(std::string_view names, F&& good) {
  while (!names.empty()) {
    const std::size_t end = std::min(names.find(' '), names.size());
    if (end && !good(names.substr(0, end))) return false;
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return true;
}

const Check* find_check(std::string_view name) {
  const auto found = std::ranges::find(kChecks, name, &Check::name);
  return found == kChecks.end() ? nullptr : &*found;
}

// Registered IBAN lengths (SWIFT IBAN registry).
int iban_length(std::string_view country) {
  static constexpr std::string_view kTable =
      "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22GE22"
      "GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31"
      "MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24"
      "XK20YE30";
  for (std::size_t i = 0; i + 4 <= kTable.size(); i += 4)
    if (kTable.substr(i, 2) == country) return (kTable[i + 2] - '0') * 10 + (kTable[i + 3] - '0');
  return 0;
}

}  // namespace

bool is_public_token(std::string_view value) {
  if (!value.starts_with("eyJ") || !jwt_structure(value)) return false;
  const std::size_t dot = value.find('.'), second = value.find('.', dot + 1);
  return base64_decoded(value.substr(dot + 1, second == std::string_view::npos ? second : second - dot - 1)).find("\"role\":\"anon\"") != std::string::npos;
}

bool is_checksum(std::string_view names) {
  return each_name(names, [](std::string_view name) { return find_check(name) != nullptr; });
}

std::string checksum_names() {
  std::string names;
  for (const Check& check : kChecks) names += (names.empty() ? "" : ", ") + std::string(check.name);
  return names;
}

bool passes(std::string_view names, std::string_view value) {
  return each_name(names, [&](std::string_view name) {
    const Check* check = find_check(name);
    return check && check->holds(value);
  });
}

double entropy_of(std::string_view value) {
  if (value.empty()) return 0;
  std::array<std::uint32_t, 256> counts{};
  for (char c : value) ++counts[static_cast<unsigned char>(c)];
  double bits = 0;
  const auto n = static_cast<double>(value.size());
  for (std::uint32_t count : counts)
    if (count) bits -= count / n * std::log2(count / n);
  return bits;
}

bool luhn(std::string_view text) {
  int sum = 0, count = 0;
  for (std::size_t i = text.size(); i-- > 0;) {
    const char c = text[i];
    if (c == ' ' || c == '-') continue;
    if (!is_digit(c)) return false;
    const int digit = c - '0';
    sum += count++ % 2 ? (digit * 2 > 9 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return count > 1 && sum % 10 == 0;
}

bool iban(std::string_view value) {
  std::string text;
  for (char c : value)
    if (c != ' ' && c != '-') text += is_lower(c) ? static_cast<char>(c - 32) : c;
  if (text.size() < 15 || iban_length(std::string_view(text).substr(0, 2)) != static_cast<int>(text.size())) return false;
  std::rotate(text.begin(), text.begin() + 4, text.end());
  int rest = 0;
  for (char c : text) {
    if (is_digit(c)) rest = (rest * 10 + (c - '0')) % 97;
    else if (is_upper(c)) rest = (rest * 100 + (c - 'A' + 10)) % 97;
    else return false;
  }
  return rest == 1;
}

std::uint32_t crc32_of(std::string_view text) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0xEDB88320U : 0);
  }
  return ~crc;
}

std::string base62(std::uint32_t value, std::size_t width) {
  static constexpr char kDigits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string text;
  for (; value; value /= 62) text.insert(text.begin(), kDigits[value % 62]);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

std::string base64_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t bits = 0;
  int held = 0;
  for (char c : text) {
    std::uint32_t value;
    if (is_upper(c)) value = static_cast<std::uint32_t>(c - 'A');
    else if (is_lower(c)) value = static_cast<std::uint32_t>(c - 'a' + 26);
    else if (is_digit(c)) value = static_cast<std::uint32_t>(c - '0' + 52);
    else if (c == '+' || c == '-') value = 62;
    else if (c == '/' || c == '_') value = 63;
    else if (c == '=') break;
    else return {};
    bits = (bits << 6) | value;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>((bits >> held) & 0xFF);
    }
  }
  return out;
}

std::string base64_encoded(std::string_view text, bool url) {
  const std::string_view digits = url ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
                                      : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (char c : text) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    held += 8;
    while (held >= 6) {
      held -= 6;
      out += digits[(bits >> held) & 63];
    }
  }
  if (held) out += digits[(bits << (6 - held)) & 63];
  while (!url && out.size() % 4) out += '=';
  return out;
}

}  // namespace stormwatch::match
