// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <thread>

#include "match/checksum.h"
#include "match/database.h"
#include "match/example.h"
#include "match/national.h"
#include "match/placeholder.h"

namespace stormwatch::match {
namespace {

Pattern pattern(std::string id, std::string regex, std::string prefilter = {}) {
  Pattern made;
  made.id = std::move(id);
  made.topic = "route";
  made.regex = std::move(regex);
  made.prefilter = std::move(prefilter);
  return made;
}

Database database(std::vector<Pattern> patterns, const std::string& folder = {}) {
  auto built = Database::build(std::move(patterns), folder);
  EXPECT_TRUE(built.has_value()) << (built ? "" : built.error().message());
  return std::move(*built);
}

std::string value_of(std::string_view text, const Hit& hit) { return std::string(text.substr(hit.value_begin, hit.value_end - hit.value_begin)); }

TEST(Database, FindsAllPlacesAndTakesTheNamedValue) {
  const Database found = database({pattern("key", R"(key=(?P<value>[a-z]{3,}))", "key="), pattern("word", R"(\bword\b)")});
  const std::string text = "key=abc word key=defg swordfish key=x";
  const std::vector<Hit> hits = found.scan(text);
  ASSERT_EQ(hits.size(), 3U);
  EXPECT_EQ(value_of(text, hits[0]), "abc");
  EXPECT_EQ(found.patterns()[hits[1].pattern].id, "word");
  EXPECT_EQ(value_of(text, hits[2]), "defg");
}

TEST(Database, AMatchLongerThanTheReachIsWhole) {
  const Database found = database({pattern("long", R"(BEGIN (?P<value>[a-z]+))", "BEGIN ")});
  const std::string text = "BEGIN " + std::string(100'000, 'a') + " BEGIN b";
  const auto hits = found.scan(text);
  ASSERT_EQ(hits.size(), 2U);
  EXPECT_EQ(hits[0].value_end - hits[0].value_begin, 100'000U);
}

TEST(Database, LongTextsAreOneTextWhateverTheBlocks) {
  const Database found = database({pattern("key", R"(key=(?P<value>[a-z]{3,}))", "key="), pattern("long", R"(BEGIN (?P<value>[a-z]+))", "BEGIN ")});
  for (const int shift : {-70000, -65536, -2048, -7, -3, 0, 1, 2047}) {
    std::string text(20U << 20, '.');
    const std::size_t at = static_cast<std::size_t>((8 << 20) + shift);
    text.replace(at, 10, "key=abcdef");
    text.replace(at + 1000, 5006, "BEGIN " + std::string(5000, 'a'));
    text.replace((16U << 20) - 2, 7, "key=xyz");
    const auto hits = found.scan(text);
    ASSERT_EQ(hits.size(), 3U) << shift;
    EXPECT_EQ(hits[0].begin, at);
    EXPECT_EQ(value_of(text, hits[0]), "abcdef");
    EXPECT_EQ(value_of(text, hits[1]).size(), 5000U);
    EXPECT_EQ(value_of(text, hits[2]), "xyz");
  }
}

TEST(Database, APieceOfAnEncodedFileIsNoSecret) {
  Pattern token = pattern("token", R"(\b(?P<value>EAAM[A-Za-z0-9]{40}))", "EAAM");
  token.topic = "secret";
  const Database found = database({token});
  const std::string value = example_of("EAAM{alnum:40}"), picture = example_of("{base64:300}");
  EXPECT_EQ(found.scan("{\"token\": \"" + value + "\"}").size(), 1U);
  EXPECT_EQ(found.scan("see /a/b/" + value + " for more").size(), 1U);
  EXPECT_EQ(found.scan("\"" + picture + "/" + value + "/" + picture + "\"").size(), 0U);
}

TEST(Checksum, ATokenForEveryVisitorIsNone) {
  const std::string head = "eyJhbGciOiJIUzI1NiJ9.", tail = example_of(".{base64url:43}");
  EXPECT_TRUE(is_public_token(head + "eyJyb2xlIjoiYW5vbiJ9" + tail));            // {"role":"anon"}
  EXPECT_FALSE(is_public_token(head + "eyJyb2xlIjoic2VydmljZV9yb2xlIn0" + tail));  // {"role":"service_role"}
  Pattern bearer = pattern("bearer", R"(Bearer (?P<value>[\w.-]+))", "Bearer ");
  bearer.topic = "secret";
  const Database found = database({bearer});
  EXPECT_EQ(found.scan("\"Bearer " + head + "eyJyb2xlIjoiYW5vbiJ9" + tail + "\"").size(), 0U);
  EXPECT_EQ(found.scan("\"Bearer " + head + "eyJyb2xlIjoic2VydmljZV9yb2xlIn0" + tail + "\"").size(), 1U);
}

TEST(Checksum, AWordOfALanguageIsNoPassword) {
  EXPECT_FALSE(passes("password", "Contrase\xC3\xB1""a"));
  EXPECT_TRUE(passes("password", "Se\xC3\xB1or7!blau"));
}

TEST(Database, HostileRepetitionTakesLinearTime) {
  const Database found = database({pattern("open", R"(key=[^!]*!)", "key=")});
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "key=";
  EXPECT_TRUE(found.scan(text).empty());
}

TEST(Database, ContextAndRefusals) {
  Pattern near = pattern("near", R"([0-9a-f]{8})");
  near.near = {"okta"};
  near.near_bytes = 20;
  Pattern refused = pattern("refused", R"(id-(?P<value>\w+))");
  refused.unless = {"^test"};
  const Database found = database({near, refused});
  EXPECT_EQ(found.scan("okta 0123abcd").size(), 1U);
  EXPECT_EQ(found.scan("myOkta 0123abcd").size(), 1U);
  EXPECT_TRUE(found.scan("rooktable 0123abcd").empty()) << "within a word";
  EXPECT_TRUE(found.scan("okta " + std::string(30, ' ') + "0123abcd").empty()) << "too far";
  EXPECT_EQ(found.scan("id-real id-test1").size(), 1U);
}

TEST(Database, RefusesWhatItCannotRun) {
  for (const auto& [regex, prefilter] : {std::pair{"a(", ""}, {"(?<=x)abc", "abc"}, {"abc", "(["}, {".", ""}, {"abcd", "a?"}}) {
    const auto built = Database::build({pattern("broken", regex, prefilter)}, "");
    ASSERT_FALSE(built.has_value()) << regex;
    EXPECT_NE(built.error().message().find("broken"), std::string::npos) << built.error().message();
  }
  EXPECT_FALSE(Database::build({pattern("twin", "abc"), pattern("twin", "abd")}, "").has_value());
}

TEST(Database, CacheIsUsedAndADamagedOneIsRebuilt) {
  const std::string folder = testing::TempDir() + "match_cache";
  std::filesystem::remove_all(folder);
  const std::vector<Pattern> patterns{pattern("word", "wonderful")};
  EXPECT_EQ(database(patterns, folder).scan("a wonderful day").size(), 1U);
  std::string file;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) file = entry.path();
  ASSERT_FALSE(file.empty());
  EXPECT_EQ(database(patterns, folder).scan("a wonderful day").size(), 1U) << "from the cache";
  const auto size = std::filesystem::file_size(file);
  for (const std::uintmax_t cut : {std::uintmax_t{0}, std::uintmax_t{11}, size / 2, size - 1}) {
    std::filesystem::resize_file(file, cut);
    EXPECT_EQ(database(patterns, folder).scan("a wonderful day").size(), 1U) << "cut to " << cut;
    EXPECT_EQ(std::filesystem::file_size(file), size) << "written again";
  }
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary).seekp(static_cast<std::streamoff>(size / 2)).put('\x5A').put('\x5A');
  EXPECT_EQ(database(patterns, folder).scan("a wonderful day").size(), 1U) << "bytes changed";
  std::filesystem::remove_all(folder);
}

TEST(Database, ThreadsScanAtTheSameTime) {
  const Database one = database({pattern("a", "alpha"), pattern("b", "beta")}), two = database({pattern("c", "alphabet")});
  std::vector<std::thread> threads;
  std::array<std::size_t, 4> counts{};
  for (std::size_t t = 0; t < counts.size(); ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) counts[t] += one.scan("alpha beta alphabet").size() + two.scan("alphabet").size();
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::size_t count : counts) EXPECT_EQ(count, 800U);
}

TEST(Database, ArbitraryBytes) {
  const Database found = database({pattern("a", R"((?i)caf\w+)"), pattern("b", R"(\bx[^y]{0,9}y)")});
  std::string text;
  for (int i = 0; i < 5000; ++i) text += static_cast<char>(i * 7919 >> 3);
  (void)found.scan(text);
  EXPECT_TRUE(found.scan("").empty());
}

Node text_node(std::string text) {
  Node node;
  node.kind = Node::Kind::string;
  node.scalar = std::move(text);
  node.line = 3;
  return node;
}
Node pack_of(std::vector<std::pair<std::string, std::string>> fields) {
  Node entry, list, root;
  entry.kind = root.kind = Node::Kind::map;
  list.kind = Node::Kind::list;
  for (auto& [key, value] : fields) entry.members.push_back({key, text_node(value), 3});
  list.items.push_back(entry);
  root.members.push_back({"patterns", list, 2});
  return root;
}

TEST(Pack, ReadsEntriesAndNamesTypos) {
  const auto good = read_pack(pack_of({{"id", "a"}, {"topic", "secret"}, {"regex", "abc"}, {"entropy", "3.5"}, {"checksum", "luhn"}}), "p.yaml");
  ASSERT_TRUE(good.has_value()) << good.error().message();
  EXPECT_EQ(good->front().entropy, 3.5);
  using Fields = std::vector<std::pair<std::string, std::string>>;
  for (const Fields& fields : {Fields{{"id", "a"}, {"topic", "secret"}, {"regexp", "abc"}}, Fields{{"id", "a"}, {"topic", "sekret"}, {"regex", "abc"}},
                               Fields{{"id", "a"}, {"topic", "secret"}}, Fields{{"topic", "secret"}, {"regex", "abc"}},
                               Fields{{"id", "a"}, {"topic", "secret"}, {"regex", "%{none}"}}, Fields{{"id", "a"}, {"topic", "secret"}, {"regex", "x"}, {"entropy", "much"}},
                               Fields{{"id", "a"}, {"topic", "secret"}, {"regex", "x"}, {"checksum", "mod"}}}) {
    const auto bad = read_pack(pack_of(fields), "p.yaml");
    ASSERT_FALSE(bad.has_value());
    EXPECT_EQ(bad.error().where, "p.yaml");
    EXPECT_FALSE(bad.error().expected.empty());
  }
}

TEST(Checksum, Numbers) {
  // Published examples: ISO 7812 test card, ISO 13616 example, IRS, NHS, UIDAI, INSEE and ABR documentation.
  EXPECT_TRUE(passes("card", "4111 1111 1111 1111"));
  EXPECT_FALSE(passes("card", "4111 1111 1111 1112"));
  EXPECT_TRUE(iban("GB82 WEST 1234 5698 7654 32"));
  EXPECT_FALSE(iban("GB82 WEST 1234 5698 7654 33"));
  EXPECT_FALSE(iban("GB82 WEST 1234 5698 7654 3"));
  EXPECT_TRUE(uk_nhs("943 476 5919"));
  EXPECT_FALSE(uk_nhs("943 476 5918"));
  EXPECT_TRUE(us_aba("021000021"));
  EXPECT_FALSE(us_aba("021000022"));
  EXPECT_TRUE(us_npi("1234567893"));
  EXPECT_FALSE(us_npi("1234567890"));
  EXPECT_TRUE(es_nif("12345678Z"));
  EXPECT_FALSE(es_nif("12345678A"));
  EXPECT_TRUE(nl_bsn("111222333"));
  EXPECT_FALSE(nl_bsn("111222334"));
  EXPECT_TRUE(au_abn("51 824 753 556"));
  EXPECT_FALSE(au_abn("51 824 753 557"));
  EXPECT_TRUE(fi_hetu("131052-308T"));
  EXPECT_FALSE(fi_hetu("131052-308U"));
  EXPECT_TRUE(br_cpf("529.982.247-25"));
  EXPECT_FALSE(br_cpf("529.982.247-26"));
  EXPECT_TRUE(tr_tckn("10000000146"));
  EXPECT_FALSE(tr_tckn("10000000147"));
  EXPECT_TRUE(pl_pesel("44051401359"));
  EXPECT_FALSE(pl_pesel("44051401358"));
  EXPECT_TRUE(us_ssn("219-45-1234"));
  EXPECT_FALSE(us_ssn("666-12-3456"));
}

TEST(Checksum, Structures) {
  EXPECT_TRUE(passes("crc-tail", example_of("{github:ghp_}")));
  EXPECT_FALSE(passes("crc-tail", example_of("ghp_{alnum:36}")));
  EXPECT_TRUE(passes("jwt", example_of("{jwt}")));
  EXPECT_FALSE(passes("jwt", example_of("eyJ{base64url:30}.eyJ{base64url:30}.{base64url:30}")));
  EXPECT_EQ(base64_decoded(base64_encoded("any carnal pleasure")), "any carnal pleasure");
  EXPECT_EQ(crc32_of("123456789"), 0xCBF43926U);
  EXPECT_GE(entropy_of(example_of("{base64:64}")), 4.5);
  EXPECT_LT(entropy_of("aaaaaaaa"), 0.01);
}

TEST(Placeholder, StandInsAndRealOnes) {
  for (const char* text : {"xxxxxxxxxxxx", "your-api-key", "YOUR_TOKEN", "<token>", "${TOKEN}", "{{ key }}", "sk-...", "changeme", "1234567890", "abcdefghijklmnop",
                           "sk-00000000000000000000", "%(password)s", "$SECRET", "insert-key-here", "abc123xyz789", "key_abc123def456", "abc123XYZ987", "key-aaa111zyx", "000102030405060708090a0b0c0d0e0f", "F0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF"})
    EXPECT_TRUE(is_placeholder(text)) << text;
  for (const char* pattern : {"{alnum:40}", "{hex:32}", "{base64:64}", "{uuid}", "sk-proj-{base64url:60}"})
    for (std::uint64_t seed = 1; seed <= 200; ++seed) EXPECT_FALSE(is_placeholder(example_of(pattern, seed))) << pattern << " " << seed;
}

TEST(Example, SameForTheSameSeed) {
  EXPECT_EQ(example_of("a {hex:16} ${B} {unknown:3}", 5), example_of("a {hex:16} ${B} {unknown:3}", 5));
  EXPECT_NE(example_of("{hex:16}", 5), example_of("{hex:16}", 6));
  EXPECT_EQ(example_of("${B} {unknown:3} {", 5), "${B} {unknown:3} {");
}

}  // namespace
}  // namespace stormwatch::match
