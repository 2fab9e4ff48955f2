// SPDX-License-Identifier: Apache-2.0
// The kinds of personal values and the words that stand beside them, for personal.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "match/personal.h"

namespace stormwatch::match {

/// Positions in `personal_kinds()`.
enum Kind : std::uint8_t {
  k_email, k_phone, k_card, k_iban, k_ssn, k_itin, k_atin, k_npi, k_mbi, k_aba, k_dea, k_us_licence, k_us_bank, k_mrn, k_icd10, k_imei, k_vin, k_btc, k_eth, k_mrz, k_ip,
  k_nhs, k_nino, k_uk_licence, k_sin, k_tfn, k_abn, k_acn, k_au_medicare, k_aadhaar, k_pan, k_gstin, k_steuer, k_ausweis, k_rente, k_nir, k_nif, k_nie, k_cf, k_piva, k_bsn,
  k_rrn_be, k_pesel, k_se, k_hetu, k_cpr, k_fnr, k_ahv, k_cpf, k_cnpj, k_curp, k_nric, k_rrn_kr, k_jp, k_cn, k_th, k_tckn, k_za, k_ng, k_ph, k_il, k_passport, k_mac, kind_count
};

/// Which pairs of letters stand in a text, by their hashes: a word whose pairs are not all there need not be looked for.
struct Pairs {
  std::array<std::uint64_t, 4> bits{};
  void add(char a, char b) {
    const unsigned hash = (static_cast<unsigned char>(a) * 37U + static_cast<unsigned char>(b) * 101U) & 255U;
    bits[hash >> 6] |= 1ULL << (hash & 63);
  }
  void add(std::string_view text) {
    for (std::size_t i = 1; i < text.size(); ++i) add(text[i - 1], text[i]);
  }
  [[nodiscard]] bool holds(const Pairs& other) const {
    for (std::size_t i = 0; i < bits.size(); ++i)
      if ((bits[i] & other.bits[i]) != other.bits[i]) return false;
    return true;
  }
};
/// Whether a word of the kind's list stands in a text of small letters with these pairs: not within another word; short ones alone, of longer ones the start is
/// enough ("telefonnummer").
bool holds_word(std::string_view low, const Pairs& pairs, std::size_t kind);

}  // namespace stormwatch::match
