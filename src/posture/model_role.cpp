// SPDX-License-Identifier: Apache-2.0
#include "posture/model_role.h"

#include <array>

#include "base/text.h"

namespace stormwatch {

namespace {

constexpr std::size_t kMostLabels = 64;

struct Word {
  std::string_view text, role;  ///< text: whole words, one space between them
};

constexpr std::string_view kFilter = "content-filter", kSecurity = "security-decision", kFraud = "fraud-decision", kIdentity = "identity-decision";

/// Classes that exist only to be kept out.
constexpr std::array kLabels{Word{"spam", kFilter}, Word{"phishing", kFilter}, Word{"toxic", kFilter}, Word{"toxicity", kFilter}, Word{"hate", kFilter}, Word{"hateful", kFilter}, Word{"hate speech", kFilter}, Word{"offensive", kFilter},
                             Word{"obscene", kFilter}, Word{"nsfw", kFilter}, Word{"porn", kFilter}, Word{"hentai", kFilter}, Word{"unsafe", kFilter}, Word{"injection", kFilter}, Word{"jailbreak", kFilter}, Word{"malware", kSecurity},
                             Word{"malicious", kSecurity}, Word{"ransomware", kSecurity}, Word{"botnet", kSecurity}, Word{"ddos", kSecurity}, Word{"dga", kSecurity}, Word{"intrusion", kSecurity}, Word{"fraud", kFraud}, Word{"fraudulent", kFraud},
                             Word{"spoof", kIdentity}, Word{"bonafide", kIdentity}, Word{"bona fide", kIdentity}, Word{"impostor", kIdentity}};

constexpr std::array kNames{Word{"llama guard", kFilter}, Word{"llamaguard", kFilter}, Word{"prompt guard", kFilter}, Word{"promptguard", kFilter}, Word{"shieldgemma", kFilter}, Word{"wildguard", kFilter}, Word{"granite guardian", kFilter}, Word{"nemoguard", kFilter},
                            Word{"qwen3guard", kFilter}, Word{"safeguard", kFilter}, Word{"safety checker", kFilter}, Word{"moderation", kFilter}, Word{"spam", kFilter}, Word{"phishing", kFilter}, Word{"toxic", kFilter}, Word{"toxicity", kFilter},
                            Word{"hate", kFilter}, Word{"hatespeech", kFilter}, Word{"offensive", kFilter}, Word{"nsfw", kFilter}, Word{"prompt injection", kFilter}, Word{"jailbreak classifier", kFilter}, Word{"jailbreak detector", kFilter},
                            Word{"malware", kSecurity}, Word{"ransomware", kSecurity}, Word{"intrusion detection", kSecurity}, Word{"dga", kSecurity}, Word{"botnet", kSecurity}, Word{"fraud", kFraud}, Word{"chargeback", kFraud},
                            Word{"face verification", kIdentity}, Word{"face recognition", kIdentity}, Word{"facenet", kIdentity}, Word{"arcface", kIdentity}, Word{"insightface", kIdentity}, Word{"anti spoof", kIdentity}, Word{"anti spoofing", kIdentity},
                            Word{"antispoof", kIdentity}, Word{"antispoofing", kIdentity}, Word{"liveness", kIdentity}, Word{"speaker verification", kIdentity}, Word{"speaker recognition", kIdentity}, Word{"spkrec", kIdentity}, Word{"kyc", kIdentity}};

/// " llama guard 3 8b ": letters and digits in lower case, one space where anything else stands and where a small letter meets a capital.
std::string words_of(std::string_view name) {
  std::string out = " ";
  char before = ' ';
  for (const char c : name.substr(0, 400)) {
    const char small = lower(c);
    const bool plain = (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9');
    const bool hump = small != c && before >= 'a' && before <= 'z';
    if ((!plain || hump) && out.back() != ' ') out += ' ';
    if (plain) out += small;
    before = c;
  }
  if (out.back() != ' ') out += ' ';
  return out;
}

std::string_view role_among(std::span<const Word> words, std::string_view text) {
  const std::string spoken = words_of(text);
  for (const Word& word : words)
    if (holds(spoken, " " + std::string(word.text) + " ")) return word.role;
  return {};
}

}  // namespace

std::string_view role_of_labels(std::span<const std::string> labels) {
  if (labels.size() > kMostLabels) return {};
  for (const std::string& label : labels)
    if (const std::string_view role = role_among(kLabels, label); !role.empty()) return role;
  return {};
}

std::string_view role_of_name(std::string_view name) { return role_among(kNames, name); }

bool judges_a_person(std::string_view name) { return role_of_name(name) == kIdentity; }

}  // namespace stormwatch
