// SPDX-License-Identifier: Apache-2.0
// What a live AI service was seen to let in: requests without a credential, pages of other sites, credentials in the clear.
#include <map>

#include "detect/sighting_rule.h"

namespace stormwatch::detect {
namespace {

const std::map<std::string_view, Severity> kSeverity{{"open-code", Severity::critical},       {"open-code-local", Severity::medium}, {"open-administration", Severity::high},
                                                     {"open-administration-local", Severity::low}, {"open-inference", Severity::medium},    {"open-inference-local", Severity::info},
                                                     {"open-read", Severity::medium},       {"open-read-local", Severity::info},
                                                     {"unclaimed", Severity::high},           {"unclaimed-local", Severity::low},
                                                     {"any-origin", Severity::medium},        {"token-over-http", Severity::medium}};

}  // namespace

extern const Detector live_service_exposed;
const Detector live_service_exposed{
    .advisory = {.id = "live-service-exposed",
                 .title = "A live AI service lets in whom it should not",
                 .why = "It was asked, and it answered: without a credential, or to a page of another site. Whoever reaches it reads its models and data, changes its settings, or runs code where its users do. "
                        "What listens on your own machine only is still reached by web pages you open where answers to other sites are allowed.",
                 .fix = "Turn on the product's authentication or put an authenticating proxy before it; listen on 127.0.0.1 unless others need it; name the origins that may read answers; use TLS.",
                 .severity = Severity::high,
                 .vector = Vector::insecure_endpoint,
                 .controls = {"owasp-llm-2025:LLM10", "mitre-atlas:AML.T0049", "cwe:306", "cwe:346", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7", "iso-42001:A.4.5"},
                 .effort_hours = 2},
    .look = look_for({.what = "insecure-setting",
                      .kinds = {AssetKind::endpoint},
                      .when = [](const Asset&, const Sighting& s) { return kSeverity.contains(s.subject); },
                      .severity = [](const Asset&, const Sighting& s) { return kSeverity.at(s.subject); }}),
    .examples = [] {
      const auto file = [](const std::string& subject) {
        const std::string settings = subject.empty() ? "" : "{\"subject\": \"" + subject + "\", \"detail\": \"GET /api/tags answers 200 to anyone\"}";
        return std::vector<ExampleFile>{{"services.json", "{\"stormwatch.services\": 1,\n\"services\": [\n{\"address\": \"http://10.1.2.3:11434\", \"product\": \"ollama\", \"settings\": [" + settings + "]}\n]}"}};
      };
      return std::vector<Example>{{"models read by anyone", file("open-read"), true}, {"any site", file("any-origin"), true}, {"nothing seen", file(""), false}};
    }};

}  // namespace stormwatch::detect
