// SPDX-License-Identifier: Apache-2.0
// Personal data in what people's words and calls leave behind: logs, traces, transcripts, notebooks with their outputs, dumps of
// databases, prompts, memories, model cards. The file becomes a data asset that says which classes it holds and how much of each.
//
// Which texts these are is told by kind and name; source code and documentation are not read for it. Data sets have their own
// reader (dataset/content.h). From a class's usual first few values on: an author's address is no data asset.
#include <algorithm>
#include <array>
#include <map>

#include "base/hash.h"
#include "base/text.h"
#include "collect/collector.h"
#include "collect/dataset/column.h"
#include "match/personal.h"

namespace stormwatch::collect {

namespace {

using format::ContentKind;
using match::PersonalClass;

/// log, transcript, prompt ...: what the file is; empty if it is not read for personal data.
std::string_view purpose_of(const Source& source) {
  if (source.kind == ContentKind::notebook) return "notebook";
  const std::string name = lower(source.name), path = lower(source.member.empty() ? source.path : source.member);
  const auto ends = [&](std::initializer_list<std::string_view> endings) { return std::ranges::any_of(endings, [&](std::string_view ending) { return name.ends_with(ending); }); };
  const auto says = [&](std::initializer_list<std::string_view> words) { return std::ranges::any_of(words, [&](std::string_view word) { return path.find(word) != std::string::npos; }); };
  const bool prose = source.kind == ContentKind::text || source.kind == ContentKind::markdown, data = source.kind == ContentKind::json || source.kind == ContentKind::yaml || source.kind == ContentKind::xml;
  if (ends({".log", ".log.1"}) || (prose && says({"/logs/", "access_log", "error_log"}))) return "log";
  if (ends({".sql", ".dump"})) return "database-dump";
  if (ends({".har"})) return "trace";
  if (source.has_hit("run-transcript")) return "transcript";
  if ((prose || data) && says({"trace", "span", "otel", "langsmith", "langfuse"}) && data) return "trace";
  if ((prose || data) && says({"transcript", "conversation", "chat_history", "chat-history", "chatlog", "messages.json", "session_", "sessions/", "rollout-"})) return "transcript";
  if ((prose || data) && says({"memory/", "memories", "memory.json", "memory.md"})) return "memory";
  if ((prose || data) && (says({"prompts/", "prompt."}) || ends({".prompt", ".prompty"}))) return "prompt";
  if (source.kind == ContentKind::markdown && source.text.starts_with("---") && ends({"readme.md", "card.md"})) return "card";
  return {};
}

/// How many values of a class make a file worth telling of.
std::size_t enough(PersonalClass of) {
  switch (of) {
    case PersonalClass::email:
    case PersonalClass::phone:
    case PersonalClass::name:
    case PersonalClass::address: return 5;
    case PersonalClass::birth_date:
    case PersonalClass::medical:
    case PersonalClass::child: return 3;
    case PersonalClass::ip_address:
    case PersonalClass::wallet:
    case PersonalClass::vehicle:
    case PersonalClass::device_id: return 20;
    default: return 1;
  }
}

struct Found {
  match::PersonalTally tally;
  std::size_t first = 0;
};

bool wants(const Source& source) { return format::is_text(source.kind) && !source.text.empty() && !purpose_of(source).empty(); }

Result<Observation> read(const Source& source) {
  std::string unescaped;
  std::string_view text = source.text;
  if (source.kind == ContentKind::notebook || source.kind == ContentKind::json || source.kind == ContentKind::json_lines) {  // "\n" before a number would count as its first letter
    unescaped = text;
    for (std::size_t at = 0; (at = unescaped.find('\\', at)) != std::string::npos; at += 2)
      if (at + 1 < unescaped.size() && (unescaped[at + 1] == 'n' || unescaped[at + 1] == 't' || unescaped[at + 1] == 'r')) unescaped[at] = unescaped[at + 1] = unescaped[at + 1] == 'n' ? '\n' : ' ';
    text = unescaped;
  }
  std::map<PersonalClass, Found> classes;
  const auto add = [&](PersonalClass of, const match::PersonalHit& hit) {
    const auto [found, is_new] = classes.try_emplace(of);
    if (is_new) found->second.first = hit.begin;
    found->second.tally.add(hit, text.substr(hit.begin, hit.end - hit.begin));
  };
  std::vector<match::PersonalHit> hits;
  match::find_personal(text, hits);
  for (const match::PersonalHit& hit : hits)
    if (hit.belief == match::Belief::sure) add(match::personal_kinds()[hit.kind].of, hit);
  for (const match::Hit& hit : source.hits)
    if (source.pattern(hit).topic == "personal-data")
      if (const auto of = match::personal_class_named(source.pattern(hit).subject)) add(*of, {0, match::Belief::sure, hit.value_begin, hit.value_end});

  Observation seen;
  const std::string path = source.member.empty() ? source.path : source.path + "!/" + source.member;
  Asset asset = make_asset("file:" + path, source.name, DatasetFacts{}, source.place());
  auto& facts = std::get<DatasetFacts>(asset.facts);
  for (const auto& [of, found] : classes) {
    const std::size_t count = found.tally.different.size();
    if (count < enough(of)) continue;
    const std::string name(match::name_of(of)), values = std::to_string(count) + (count == 1 ? " value" : " different values");
    facts.personal_data.push_back(name);
    facts.personal_volumes.push_back(name + ": " + values + ", confidence medium, sample " + keyed_fingerprint(hex(found.tally.sample)));
    Sighting sighting{.what = "personal-data", .subject = name, .detail = std::to_string(count), .excerpt = values + " of the class " + name};
    sighting.place = source.place_at(found.first);
    sighting.confidence = Confidence::medium;
    sighting.context = source.context;
    asset.sightings.push_back(std::move(sighting));
  }
  if (asset.sightings.empty()) return seen;
  facts.format = purpose_of(source);
  facts.bytes = static_cast<std::int64_t>(source.size);
  seen.add(std::move(asset));
  return seen;
}

}  // namespace

extern const Collector personal_text;
const Collector personal_text{.name = "personal-text", .wants = wants, .read = read};

}  // namespace stormwatch::collect
