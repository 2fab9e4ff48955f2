// SPDX-License-Identifier: Apache-2.0
#include "match/personal.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "match/checksum.h"
#include "match/example.h"
#include "match/identifiers.h"
#include "match/national.h"

namespace stormwatch::match {
namespace {

std::string sure_kinds(const std::string& text) {
  std::vector<PersonalHit> hits;
  find_personal(text, hits);
  std::string kinds;
  for (const PersonalHit& hit : hits)
    if (hit.belief == Belief::sure) kinds += (kinds.empty() ? "" : " ") + std::string(personal_kinds()[hit.kind].entity);
  return kinds;
}

TEST(Personal, AllDetectorsOfTheTableAreThere) {
  EXPECT_GE(personal_kinds().size(), 60U);
  std::map<std::string_view, int> names;
  for (const PersonalKind& kind : personal_kinds()) EXPECT_EQ(++names[kind.entity], 1) << kind.entity;
}

TEST(Personal, FormAloneTells) {
  EXPECT_EQ(sure_kinds(example_of("x {email} y", 3)), "email");
  EXPECT_EQ(sure_kinds(example_of("pay to {iban}.", 3)), "iban");
  EXPECT_EQ(sure_kinds("call 529.982.247-25 or +491701234567 or 219-45-1234"), "br_cpf phone us_ssn");
  EXPECT_EQ(sure_kinds("RSSMRA85T10A562S and 12345678Z and X1234567L and 131052-308T"), "it_codice_fiscale es_nif es_nie fi_hetu");
  EXPECT_EQ(sure_kinds("756.9217.0769.85; 1EG4-TE5-MK73; S1234567D"), "ch_ahv us_mbi sg_nric");
  EXPECT_EQ(sure_kinds("send it to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"), "crypto_btc");
  EXPECT_EQ(sure_kinds("(425) 882-9090, 425-882-9090"), "phone phone");
}

TEST(Personal, OthersNeedAWordBesideThem) {
  EXPECT_EQ(sure_kinds("BSN: 111222333"), "nl_bsn");
  EXPECT_EQ(sure_kinds("value: 111222333"), "");
  EXPECT_EQ(sure_kinds("PESEL 44051401359"), "pl_pesel");
  EXPECT_EQ(sure_kinds("NHS number 943 476 5919"), "uk_nhs");
  EXPECT_EQ(sure_kinds("diagnosis E11.9"), "icd10");
  EXPECT_EQ(sure_kinds("version E11.9"), "");
  EXPECT_EQ(sure_kinds("client 81.2.69.142 asked"), "ip_address");
}

TEST(Personal, NumbersThatAreNone) {
  EXPECT_EQ(sure_kinds("contact 10.0.1.38/24, phone 10.20.1.38, tel 172.16.20.38, client 172.18.0.1, host 172.31.9.9"), "");
  EXPECT_EQ(sure_kinds("news/releases-20210113-6829468"), "");
  EXPECT_EQ(sure_kinds("client 172.32.0.1, client 172.160.0.1"), "ip_address ip_address");
  EXPECT_EQ(sure_kinds("4111111111111111 noreply@corp.org a@example.com icon@2x.png user@host 0.4532015112830366 3f4532015112830366a v1.2.3.4"), "");
  std::map<std::uint8_t, PersonalTally> tallies;
  std::string text;
  for (std::uint64_t i = 1; i <= 2000; ++i) text += example_of("{digits:16} id-{digits:16} ", i);
  std::vector<PersonalHit> hits;
  find_personal(text, hits);
  for (const PersonalHit& hit : hits) tallies[hit.kind].add(hit, std::string_view(text).substr(hit.begin, hit.end - hit.begin));
  for (const auto& [kind, tally] : tallies) EXPECT_FALSE(tally.believed(false, 4000)) << personal_kinds()[kind].entity << " " << tally.sure << " " << tally.possible;
}

TEST(Personal, AColumnIsBelievedByItsNameOrItsValues) {
  PersonalTally tally;
  std::string text;
  for (std::uint64_t i = 1; i <= 40; ++i) text += example_of("{card:5555}\n", i);
  std::vector<PersonalHit> hits;
  find_personal(text, hits);
  for (const PersonalHit& hit : hits) tally.add(hit, std::string_view(text).substr(hit.begin, hit.end - hit.begin));
  EXPECT_EQ(tally.different.size(), 40U);
  EXPECT_TRUE(tally.believed(false, 40));
  EXPECT_FALSE(tally.believed(false, 400));
  EXPECT_TRUE(tally.believed(true, 400));
}

// Vectors of the checks, where the folder with facts is at hand (STORMWATCH_SHARED).
TEST(Personal, ChecksAgreeWithTheVectors) {
  const char* shared = std::getenv("STORMWATCH_SHARED");
  std::ifstream file(std::string(shared ? shared : "") + "/facts/pii_checksum_vectors.tsv");
  if (!shared || !file) GTEST_SKIP() << "no vectors here";
  static const std::map<std::string, bool (*)(std::string_view)> checks{
      {"credit_card_luhn", luhn}, {"iban_mod97", iban}, {"us_npi_luhn80840", us_npi}, {"us_aba_routing_371", us_aba}, {"uk_nhs_mod11", uk_nhs}, {"in_aadhaar_verhoeff", in_aadhaar},
      {"de_steuerid_iso7064_11_10", de_tax_id}, {"fr_nir_97", fr_nir}, {"es_nif_mod23", es_nif}, {"es_nie_mod23", es_nif}, {"nl_bsn_11test", nl_bsn}, {"pl_pesel", pl_pesel},
      {"fi_hetu_mod31", fi_hetu}, {"br_cpf", br_cpf}, {"tr_tckn", tr_tckn}, {"au_tfn_mod11", au_tfn}, {"au_abn_mod89", au_abn}};
  std::string line;
  std::getline(file, line);
  std::size_t rows = 0;
  while (std::getline(file, line)) {
    std::istringstream cells(line);
    std::string name, value, valid;
    std::getline(cells, name, '\t'), std::getline(cells, value, '\t'), std::getline(cells, valid, '\t');
    const auto check = name.starts_with("us_ssn") ? us_ssn : checks.contains(name) ? checks.at(name) : nullptr;
    ASSERT_NE(check, nullptr) << name;
    EXPECT_EQ(check(value), valid.starts_with('1')) << name << " " << value;
    ++rows;
  }
  EXPECT_EQ(rows, 170U);
}

TEST(Identifiers, PublishedExamplesPass) {
  EXPECT_TRUE(vin("1M8GDM9AXKP042788"));
  EXPECT_TRUE(bitcoin_address("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"));
  EXPECT_FALSE(bitcoin_address("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"));
  EXPECT_TRUE(passport_mrz("L898902C36UTO7408122F1204159ZE184226B<<<<<10"));
  EXPECT_TRUE(mx_curp("HEGG560427MVZRRL04"));
  EXPECT_TRUE(it_partita_iva("07643520567"));
  EXPECT_TRUE(be_rrn("85073003328"));
  EXPECT_TRUE(se_personnummer("811218-9876"));
  EXPECT_TRUE(br_cnpj("11.222.333/0001-81"));
  EXPECT_TRUE(in_gstin("27AAPFU0939F1ZV"));
  EXPECT_TRUE(de_pension("15070649C103"));
  EXPECT_TRUE(de_identity_card("L01X00T471"));
  EXPECT_TRUE(ca_sin("046454286") == false && ca_sin("130692544"));
  EXPECT_TRUE(za_id("8001015009087"));
  EXPECT_TRUE(uk_driving_licence("MORGA657054SM9IJ"));
}

}  // namespace
}  // namespace stormwatch::match
