// SPDX-License-Identifier: Apache-2.0
// Check digits of national identification numbers. Each takes the number as written; blanks, dots, dashes and slashes are
// skipped. True only if length, fixed rules and check digits hold.
#pragma once

#include <string_view>

namespace stormwatch::match {

bool us_ssn(std::string_view value);       ///< area, group and serial rules (no check digit exists)
bool us_npi(std::string_view value);       ///< Luhn over 80840 + number
bool us_aba(std::string_view value);       ///< routing number, weights 3 7 1
bool uk_nhs(std::string_view value);       ///< mod 11
bool in_aadhaar(std::string_view value);   ///< Verhoeff
bool de_tax_id(std::string_view value);    ///< ISO 7064 MOD 11,10; one digit repeats
bool fr_nir(std::string_view value);       ///< 97 - n mod 97
bool es_nif(std::string_view value);       ///< NIF and NIE, letter by mod 23
bool nl_bsn(std::string_view value);       ///< 11-test
bool pl_pesel(std::string_view value);
bool fi_hetu(std::string_view value);      ///< mod 31
bool br_cpf(std::string_view value);
bool tr_tckn(std::string_view value);
bool au_tfn(std::string_view value);
bool au_abn(std::string_view value);       ///< mod 89
bool cn_resident(std::string_view value);  ///< ISO 7064 MOD 11-2

}  // namespace stormwatch::match
