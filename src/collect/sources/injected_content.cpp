// SPDX-License-Identifier: Apache-2.0
// Documents that tell a model what to do: mails, pages, tickets that an agent or a training run may read. Tables are the data set
// collector's (dataset/content.h).
//
// Two judges: the phrase rules, on the parts around hits of the packs' topic `instruction`; and the text model, on all of a text that
// is written as prose (its first 256 KiB). Source code, and files that agent collectors own (skills, agent files, prompts, tools), are
// not this collector's. A text that explains prompt injection quotes it: it makes no sighting. Of documentation in Markdown only comments
// are read, which no reader sees and every model does.
#include <algorithm>

#include "base/text.h"
#include "collect/collector.h"
#include "collect/instruction_text.h"
#include "collect/prose.h"

namespace stormwatch::collect {
namespace {

constexpr std::uint64_t kAround = 900;
constexpr std::size_t kParts = 64;
constexpr std::size_t kHiddenReads = 256 << 10, kLongestComment = 8 << 10;

bool is_content(format::ContentKind kind) {
  using enum format::ContentKind;
  return kind == text || kind == markdown || kind == html;
}

/// Text that people wrote for reading: what the model was taught on. A page's markup and unknown languages are not. Members of archives
/// are mostly collections of texts, among which the model's rare errors would be many.
bool is_prose(const Source& source) { return source.kind != format::ContentKind::html && source.member.empty() && is_prose_name(source.name); }

bool wants_content(const Source& source) {
  if (!is_content(source.kind) || source.text.empty() || !(source.has_topic("instruction") || is_prose(source))) return false;
  return source.context != "vendored" && source.name != "SKILL.md";
}

/// A page of documentation, also where it lies among examples or tests. What a folder of knowledge holds is written for a model to find.
bool is_documentation(const Source& source) {
  if (holds(lower("/" + source.path), {"/knowledge-base/", "/knowledge_base/", "/knowledgebase/", "/rag/"})) return false;
  return source.context == "documentation" || ((source.context == "example" || source.context == "test") && (source.path.starts_with("docs/") || source.path.find("/docs/") != std::string::npos));
}

/// A comment of a programming language that sniffing does not know: its "instructions" are a processor's.
bool is_code_comment(std::string_view text, std::uint64_t at) {
  const std::size_t line = text.rfind('\n', at == 0 ? 0 : at - 1);
  std::string_view begin = text.substr(line == std::string_view::npos || at == 0 ? 0 : line + 1);
  while (begin.starts_with(' ') || begin.starts_with('\t')) begin.remove_prefix(1);
  return begin.starts_with("//") || begin.starts_with(";;") || begin.starts_with("/*");
}

/// Whether a sighting of the phrase rules speaks to a model that reads a document, rather than ordering what any text may order.
bool speaks_to_a_model(const Sighting& sighting) {
  if (sighting.what != "hidden-instruction") return true;
  if (one_of(sighting.subject, {"override", "jailbreak", "prompt-theft", "secret-request"})) return true;
  if (one_of(sighting.subject, {"covert-action", "data-diversion", "concealment"})) return sighting.confidence == Confidence::high;
  return sighting.subject == "addressed-to-model" && sighting.confidence != Confidence::low;
}

/// What the phrase rules see in text_[begin, end); a line that says the same in ten sentences is one to look at.
void add_instructions(const Source& source, std::uint64_t begin, std::uint64_t end, Asset& content) {
  for (Sighting& sighting : read_instructions(source.text.substr(begin, end - begin), [&](std::size_t offset) { return source.place_at(begin + offset); })) {
    if (!speaks_to_a_model(sighting)) continue;
    if (sighting.what == "hidden-instruction") sighting.what = "prompt-injection";
    const bool told_before = std::ranges::any_of(content.sightings, [&](const Sighting& s) { return s.what == sighting.what && s.subject == sighting.subject && s.place.line == sighting.place.line; });
    if (!told_before) content.sightings.push_back(std::move(sighting));
  }
}

/// Comments of HTML within Markdown; those in fences are examples of something.
void read_comments(const Source& source, Asset& content) {
  const std::string_view text = source.text;
  std::size_t parts = 0;
  for (std::size_t at = text.find("<!--"), fence = text.find("```"); at != std::string_view::npos && parts < kParts; at = text.find("<!--", at)) {
    if (fence < at) {
      const std::size_t close = text.find("```", fence + 3);
      if (close == std::string_view::npos) return;
      fence = text.find("```", close + 3);
      at = std::max(at, close);
      continue;
    }
    const std::size_t end = std::min(text.find("-->", at), text.size());
    add_instructions(source, at, std::min(end, at + kLongestComment), content);
    at = end;
    ++parts;
  }
}

/// Asked last: few texts have something to tell, and whether a text explains attacks costs a look at all of it.
void add_unless_explained(const Source& source, Asset content, Observation& observation) {
  if (!content.sightings.empty() && !explains_attacks(source.text)) observation.add(std::move(content));
}

Result<Observation> read_content(const Source& source) {
  Observation observation;
  DatasetFacts facts;
  facts.format = format::name_of(source.kind);
  facts.bytes = static_cast<std::int64_t>(source.size);
  Asset content = make_asset("file:" + source.path + (source.member.empty() ? "" : "!/" + source.member), source.name, facts, source.place());
  if (source.kind == format::ContentKind::markdown && (is_documentation(source) || source.name == "README.md" || source.name == "CHANGELOG.md")) {
    read_comments(source, content);
    add_unless_explained(source, std::move(content), observation);
    return observation;
  }
  std::uint64_t read_to = 0;
  std::size_t parts = 0;
  for (const match::Hit& hit : source.hits) {
    if (source.pattern(hit).topic != "instruction" || hit.begin < read_to || parts == kParts) continue;
    if (source.kind == format::ContentKind::text && is_code_comment(source.text, hit.begin)) continue;
    ++parts;
    const std::uint64_t begin = std::max(read_to, hit.begin > kAround ? hit.begin - kAround : 0);
    read_to = std::min<std::uint64_t>(hit.end + kAround, source.text.size());
    add_instructions(source, begin, read_to, content);
  }
  const bool certain = std::ranges::any_of(content.sightings, [](const Sighting& s) { return s.confidence != Confidence::low; });
  if (!certain && is_prose(source)) {
    const auto place_at = [&](std::size_t offset) { return source.place_at(offset); };
    if (std::optional<Sighting> guess = guess_attack(source.text, Ground::document, place_at)) {
      if (source.context == "test" || source.context == "example") guess->confidence = Confidence::low;  // a sample of something, often of fiction
      content.sightings.push_back(std::move(*guess));
    }
    // Nothing visible drew the rules' attention: what is written in code may be the reason.
    if (source.hits.empty())
      for (Sighting& sighting : read_hidden_text(source.text.substr(0, kHiddenReads), place_at))
        if (sighting.what == "hidden-instruction") {
          sighting.what = "prompt-injection";
          content.sightings.push_back(std::move(sighting));
        }
  }
  add_unless_explained(source, std::move(content), observation);
  return observation;
}

}  // namespace

extern const Collector injected_content;
const Collector injected_content{.name = "instructions in content", .wants = wants_content, .read = read_content};

}  // namespace stormwatch::collect
