// SPDX-License-Identifier: Apache-2.0
#include "match/personal_kinds.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace stormwatch::match {

namespace {

using enum PersonalClass;

constexpr std::array<PersonalKind, kind_count> kKinds{{
    {"email", email, "email|e-mail|mail|courriel|correo"},
    {"phone", phone, "phone|tel|mobile|cell|fax|call|contact|telefon|telephone|téléphone|teléfono|handy|whatsapp|sms|gsm|number is|reach me|text me|dial|ring me|messages|answering|desk|voicemail|hotline|numéro de t|número de t|mon numéro|mi número|meu número|mio numero|rufnummer|numero di|nummer ist|nummer lautet|nummer is|mijn nummer|mój numer|tél|appelez|appeler|joignez|joindre|mon portable|llám|llame a|móvil|chiam|cellulare|bel mij|bel me|bel ons|bereik|mobiel|zadzwo|dzwoni|ligue|ligar|telem|rufen sie|anruf|ruf mich|erreich|a ring|mobil|rückruf|telefoon|tfno|tlf|tlm|telef|llamarme|llamarnos|celular|richiam|contattar|rappelez|kontakt|kom.|nr tel"},
    {"credit_card", card, "card|visa|mastercard|amex|american express|credit|debit|kreditkarte|carte|tarjeta|karte|carta|cartão|karta|kartą|karty|kaart|cc|pan"},
    {"iban", iban, "iban|account|konto|compte|cuenta"},
    {"us_ssn", social_security, "ssn|social security|social-security|socialsecurity|social sec|ssns|ss#|ssid"},
    {"us_itin", tax_id, "itin|taxpayer|tax id|tin"},
    {"us_atin", tax_id, "atin|adoption"},
    {"us_npi", health_id, "npi|national provider|provider identifier"},
    {"us_mbi", health_id, "mbi|medicare|beneficiary"},
    {"us_aba_routing", bank_account, "aba|routing|rtn|bank"},
    {"us_dea", health_id, "dea|prescriber|medical license|controlled substance|medical licence|license"},
    {"us_driver_license", driving_licence, "driver's lic|driver lic|drivers lic|driver_lic|driving lic|licence no|license no|dl#|dl no|führerschein|permis de conduire|permiso de conducir|patente di guida|rijbewijs|prawo jazdy"},
    {"us_bank_account", bank_account, "account number|account no|acct|bank account|checking|savings|bank"},
    {"mrn", health_id, "mrn|medical record|patient id|patient number|hospital number|chart number|patient_id"},
    {"icd10", medical, "icd|diagnosis|diagnose|diagnosed|dx|diagnostic|befund"},
    {"imei", device_id, "imei"},
    {"vin", vehicle, "vin|vehicle|chassis|fahrgestell"},
    {"crypto_btc", wallet, "btc|bitcoin|wallet"},
    {"crypto_eth", wallet, "eth|ethereum|wallet"},
    {"passport_mrz", passport, "passport|mrz"},
    {"ip_address", ip_address, "ip|client|remote|host|address|visitor|login|logged in|sign-in|signed in|zugriff|anmeldung|connexion|acceso|accesso|acesso|toegang|dostęp"},
    {"uk_nhs", health_id, "nhs|national health|health service|patient"},
    {"uk_nino", social_security, "nino|national insurance|ni number|insurance|ni no"},
    {"uk_driving_licence", driving_licence, "driving|driver|dvla|licence|license"},
    {"ca_sin", social_security, "sin|social insurance|assurance sociale|nas"},
    {"au_tfn", tax_id, "tfn|tax file"},
    {"au_abn", tax_id, "abn|australian business"},
    {"au_acn", tax_id, "acn|australian company"},
    {"au_medicare", health_id, "medicare"},
    {"in_aadhaar", national_id, "aadhaar|aadhar|uidai|uid"},
    {"in_pan", tax_id, "pan|permanent account|income tax"},
    {"in_gstin", tax_id, "gst|gstin"},
    {"de_steuer_id", tax_id, "steuer|idnr|tin|tax|identifikationsnummer"},
    {"de_personalausweis", national_id, "ausweis|personalausweis|id card|identity card|perso"},
    {"de_sozialversicherung", social_security, "sozialversicherung|rentenversicherung|versicherungsnummer|svnr|rvnr|sv-nummer"},
    {"fr_nir", social_security, "nir|sécurité sociale|securite sociale|insee|carte vitale|sécu"},
    {"es_nif", national_id, "nif|dni|documento nacional"},
    {"es_nie", national_id, "nie|extranjero"},
    {"it_codice_fiscale", tax_id, "codice fiscale|fiscal|cf"},
    {"it_partita_iva", tax_id, "partita iva|p.iva|p. iva|vat|piva"},
    {"nl_bsn", national_id, "bsn|burgerservice|sofinummer|sofi"},
    {"be_rrn", national_id, "rijksregister|registre national|rrn|nationaal nummer|numéro national|niss|insz"},
    {"pl_pesel", national_id, "pesel"},
    {"se_personnummer", national_id, "personnummer|personal number|samordningsnummer|pnr"},
    {"fi_hetu", national_id, "hetu|henkilötunnus|henkilotunnus|personal identity"},
    {"dk_cpr", national_id, "cpr|personnummer"},
    {"no_fnr", national_id, "fødselsnummer|fodselsnummer|fnr|personnummer|d-nummer"},
    {"ch_ahv", social_security, "ahv|avs|sozialversicherung"},
    {"br_cpf", tax_id, "cpf|cadastro"},
    {"br_cnpj", tax_id, "cnpj"},
    {"mx_curp", national_id, "curp"},
    {"sg_nric", national_id, "nric|fin|singapore"},
    {"kr_rrn", national_id, "rrn|resident registration|주민등록"},
    {"jp_mynumber", national_id, "my number|mynumber|マイナンバー|個人番号"},
    {"cn_resident_id", national_id, "resident|身份证|identity"},
    {"th_tnin", national_id, "thai|tnin|citizen id|บัตรประชาชน"},
    {"tr_tckn", national_id, "tckn|tc kimlik|kimlik|t.c."},
    {"za_id", national_id, "south african|sa id|rsa id|id number|identity number|id no"},
    {"ng_nin", national_id, "nin|nigeria|national identification"},
    {"ph_tin", tax_id, "tin|taxpayer"},
    {"il_tz", national_id, "teudat|zehut|israel|תעודת זהות"},
    {"passport", passport, "passport|reisepass|passeport|pasaporte|paspoort"},
    {"mac_address", device_id, "mac|ether|hwaddr|physical address"},
}};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

struct Word {
  std::string_view text;
  Pairs pairs;
};
const std::vector<Word>& words_of(std::size_t kind) {
  static const std::array<std::vector<Word>, kind_count> all = [] {
    std::array<std::vector<Word>, kind_count> made;
    for (std::size_t i = 0; i < kind_count; ++i)
      for (std::string_view words = kKinds[i].words; !words.empty();) {
        const std::size_t end = std::min(words.find('|'), words.size());
        made[i].push_back({words.substr(0, end), {}});
        made[i].back().pairs.add(made[i].back().text);
        words.remove_prefix(std::min(end + 1, words.size()));
      }
    return made;
  }();
  return all[kind];
}

}  // namespace

bool holds_word(std::string_view low, const Pairs& pairs, std::size_t kind) {
  for (const Word& known : words_of(kind)) {
    if (!pairs.holds(known.pairs)) continue;
    const std::string_view word = known.text;
    for (std::size_t at = low.find(word); at != std::string_view::npos; at = low.find(word, at + 1)) {
      const bool begins = at == 0 || !is_letter(low[at - 1]) || word.size() >= 6;
      const std::size_t after = at + word.size();
      const bool ends = word.size() >= 5 || after >= low.size() || !is_letter(low[after]) || (low[after] == 's' && (after + 1 >= low.size() || !is_letter(low[after + 1])));
      if (begins && ends) return true;
    }
  }
  return false;
}

std::optional<PersonalClass> personal_class_named(std::string_view name) {
  const auto found = std::ranges::find(kPersonalClassNames, name);
  if (found == kPersonalClassNames.end()) return std::nullopt;
  return static_cast<PersonalClass>(found - kPersonalClassNames.begin());
}

std::span<const PersonalKind> personal_kinds() { return kKinds; }

bool names_kind(std::string_view column, const PersonalKind& kind) {
  std::string low = lower(column);
  for (char& c : low)
    if (c == '_' || c == '-' || c == '.') c = ' ';
  Pairs pairs;
  pairs.add(low);
  const auto found = std::ranges::find(kKinds, kind.entity, &PersonalKind::entity);
  return found != kKinds.end() && holds_word(low, pairs, static_cast<std::size_t>(found - kKinds.begin()));
}

}  // namespace stormwatch::match
