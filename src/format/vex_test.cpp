// SPDX-License-Identifier: Apache-2.0
#include "format/vex.h"

#include <gtest/gtest.h>

namespace stormwatch::format {
namespace {

constexpr std::string_view kOpenVex = R"({"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://example.com/vex","author":"Example Security","timestamp":"2026-01-08T18:02:03Z","version":1,"statements":[
 {"vulnerability":{"name":"CVE-2026-1","aliases":["GHSA-aaaa-bbbb-cccc"]},"products":[{"@id":"pkg:pypi/Torch@2.5.1"},{"@id":"x","identifiers":{"purl":"pkg:npm/%40scope/a@1.0.0"}}],"status":"not_affected","justification":"vulnerable_code_not_in_execute_path"},
 {"vulnerability":{"name":"CVE-2026-2"},"products":[{"@id":"pkg:oci/server@sha256%3Aab","subcomponents":[{"@id":"pkg:pypi/pillow"}]}],"status":"fixed","timestamp":"2026-02-01T00:00:00Z"},
 {"vulnerability":{"name":"CVE-2026-3"},"products":[{"@id":"https://example.com/product"}],"status":"affected","action_statement":"update"},
 {"vulnerability":{"name":"CVE-2026-4"},"products":[{"@id":"pkg:pypi/a@1"}],"status":"perhaps"}]})";

constexpr std::string_view kCycloneDx = R"({"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"timestamp":"2026-03-01T00:00:00Z","authors":[{"name":"Team"}]},
 "components":[{"type":"library","bom-ref":"one","name":"gradio","version":"4.19.1","purl":"pkg:pypi/gradio@4.19.1"}],
 "vulnerabilities":[{"id":"CVE-2026-5","references":[{"id":"PYSEC-2026-9"}],"analysis":{"state":"not_affected","justification":"code_not_reachable","detail":"no file upload"},"affects":[{"ref":"urn:cdx:1/1#one"}]},
 {"id":"CVE-2026-6","analysis":{"state":"in_triage"},"affects":[{"ref":"pkg:pypi/gradio@4.19.1"}]},
 {"id":"CVE-2026-7","affects":[{"ref":"one"}]}]})";

std::string shown(const VexDocument& document) {
  std::string all;
  for (const VexStatement& one : document.statements) {
    for (const std::string& id : one.vulnerabilities) all += id + " ";
    for (const DeclaredPackage& package : one.packages) all += package.ecosystem + "/" + package.name + "@" + package.version + " ";
    all += one.status + " " + one.justification + " " + one.timestamp.substr(0, 10) + " " + one.author + "\n";
  }
  return all;
}

TEST(Vex, OpenVexBindsPackagesAndSubcomponents) {
  const auto document = parse_vex(kOpenVex, Limits{});
  ASSERT_TRUE(document) << document.error().message();
  EXPECT_EQ(shown(*document), "CVE-2026-1 GHSA-aaaa-bbbb-cccc PyPI/Torch@2.5.1 npm/@scope/a@1.0.0 not_affected vulnerable_code_not_in_execute_path 2026-01-08 Example Security\n"
                              "CVE-2026-2 PyPI/pillow@ fixed  2026-02-01 Example Security\n");
  EXPECT_EQ(document->left_out, 2U);
}
TEST(Vex, CycloneDxAnalysis) {
  const auto document = parse_vex(kCycloneDx, Limits{});
  ASSERT_TRUE(document) << document.error().message();
  EXPECT_EQ(shown(*document), "CVE-2026-5 PYSEC-2026-9 PyPI/gradio@4.19.1 not_affected code_not_reachable 2026-03-01 Team\nCVE-2026-6 PyPI/gradio@4.19.1 under_investigation  2026-03-01 Team\n");
  EXPECT_TRUE(looks_like_vex(kCycloneDx));
  EXPECT_FALSE(looks_like_vex(R"({"bomFormat":"CycloneDX","components":[]})"));
}
TEST(Vex, NotesComeBack) {
  const VexNote note = read_vex_note(write_vex_note({.vulnerabilities = {"CVE-1", "GHSA-2"}, .status = "fixed", .justification = "x", .author = "a;b\n", .timestamp = "2026-01-01T00:00:00Z"}, true));
  EXPECT_EQ(note.vulnerabilities, (std::vector<std::string>{"CVE-1", "GHSA-2"}));
  EXPECT_EQ(note.status + note.justification + note.author + note.timestamp, "fixedxa b 2026-01-01T00:00:00Z");
  EXPECT_TRUE(note.given);
  EXPECT_FALSE(read_vex_note(";;=;ids;ids=,,;").given);
}
TEST(Vex, BrokenDocumentsEnd) {
  for (const std::string_view whole : {kOpenVex, kCycloneDx})
    for (std::size_t size = 0; size < whole.size(); size += 7) (void)parse_vex(whole.substr(0, size), Limits{});
  EXPECT_FALSE(parse_vex("{}", Limits{}));
  EXPECT_FALSE(parse_vex("[]", Limits{}));
  for (const char* odd : {R"({"@context":"https://openvex.dev/ns","statements":[1,null,{"products":[1,{}],"vulnerability":7,"status":[]}]})", R"({"bomFormat":"CycloneDX","vulnerabilities":[{"analysis":{"state":"x"}},3],"components":[[]]})"}) {
    const auto document = parse_vex(odd, Limits{});
    ASSERT_TRUE(document);
    EXPECT_TRUE(document->statements.empty());
  }
  Limits small;
  small.document_depth = 3;
  EXPECT_FALSE(parse_vex(kOpenVex, small));
}

}  // namespace
}  // namespace stormwatch::format
