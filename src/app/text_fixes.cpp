// SPDX-License-Identifier: Apache-2.0
#include "app/text_fixes.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "advisory/database.h"
#include "base/file.h"
#include "collect/infrastructure/service.h"

namespace stormwatch::app {

namespace {

constexpr std::size_t kMostFile = 4 << 20, kMostCall = 4'000;

bool in_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// What a fix may look at.
struct Question {
  const Posture& posture;
  const Finding& finding;
  std::string_view text;
  std::size_t line = 0;  ///< offset of the finding's line
  std::size_t at = 0;    ///< offset of the finding's column
};
using Edits = std::vector<TextEdit>;

std::optional<std::size_t> offset_of_line(std::string_view text, std::uint32_t line) {
  std::size_t at = 0;
  for (std::uint32_t i = 1; i < line; ++i) {
    at = text.find('\n', at);
    if (at == std::string_view::npos) return std::nullopt;
    ++at;
  }
  return line > 0 && at < text.size() ? std::optional(at) : std::nullopt;
}

// ---- calls in Python

/// Arguments of a Python call, each as [begin, end) without blanks around it; comments make it nothing, since what stands behind one is no argument.
struct Call {
  std::size_t close = 0;  ///< of ')'
  std::vector<std::pair<std::size_t, std::size_t>> arguments;
  bool trailing_comma = false;
};

std::size_t end_of_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const bool triple = text.substr(at, 3) == std::string(3, quote);
  for (std::size_t i = at + (triple ? 3 : 1); i < text.size(); ++i) {
    if (text[i] == '\\') ++i;
    else if (!triple && text[i] == '\n') return std::string_view::npos;
    else if (text[i] == quote && (!triple || text.substr(i, 3) == std::string(3, quote))) return i + (triple ? 2 : 0);
  }
  return std::string_view::npos;
}

std::optional<Call> call_at(std::string_view text, std::size_t at) {
  const std::size_t open = text.find('(', at);
  if (open == std::string_view::npos || open - at > 200) return std::nullopt;
  Call call;
  int depth = 1;
  std::size_t begin = open + 1;
  const auto argument = [&](std::size_t end) {
    while (begin < end && is_blank(text[begin])) ++begin;
    std::size_t last = end;
    while (last > begin && is_blank(text[last - 1])) --last;
    call.trailing_comma = last == begin && !call.arguments.empty();
    if (last > begin) call.arguments.emplace_back(begin, last);
  };
  for (std::size_t i = open + 1; i < text.size() && i - open < kMostCall; ++i) {
    const char c = text[i];
    if (c == '#') return std::nullopt;
    if (c == '"' || c == '\'') {
      i = end_of_string(text, i);
      if (i == std::string_view::npos) return std::nullopt;
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth;
    } else if (c == ')' || c == ']' || c == '}') {
      if (--depth > 0) continue;
      argument(i);
      call.close = i;
      return c == ')' ? std::optional(call) : std::nullopt;
    } else if (c == ',' && depth == 1) {
      argument(i);
      begin = i + 1;
    }
  }
  return std::nullopt;
}

/// The value of a keyword argument as [begin, end).
std::optional<std::pair<std::size_t, std::size_t>> keyword(std::string_view text, const Call& call, std::string_view name) {
  for (const auto& [begin, end] : call.arguments) {
    const std::string_view argument = text.substr(begin, end - begin);
    if (!argument.starts_with(name)) continue;
    std::size_t at = name.size();
    while (at < argument.size() && is_blank(argument[at])) ++at;
    if (at >= argument.size() || argument[at] != '=' || argument.substr(at).starts_with("==")) continue;
    for (++at; at < argument.size() && is_blank(argument[at]);) ++at;
    return std::pair{begin + at, end};
  }
  return std::nullopt;
}

/// Sets a keyword from one value to another; nothing if it has some other value or is not given.
Edits set_keyword(const Question& ask, std::string_view name, std::string_view from, std::string_view to) {
  const auto call = call_at(ask.text, ask.at);
  if (!call) return {};
  const auto value = keyword(ask.text, *call, name);
  if (!value || ask.text.substr(value->first, value->second - value->first) != from) return {};
  return {{value->first, value->second, std::string(to)}};
}

/// Adds a keyword after the last argument; nothing if the call takes others' keywords or has this one.
Edits add_keyword(const Question& ask, std::string_view name, std::string_view value) {
  const auto call = call_at(ask.text, ask.at);
  if (!call || call->arguments.empty() || call->trailing_comma || keyword(ask.text, *call, name)) return {};
  for (const auto& [begin, end] : call->arguments)
    if (ask.text.substr(begin).starts_with("**")) return {};
  const std::size_t last = call->arguments.back().second;
  return {{last, last, ", " + std::string(name) + "=" + std::string(value)}};
}

Edits first_of(std::initializer_list<Edits> tries) {
  for (const Edits& one : tries)
    if (!one.empty()) return one;
  return {};
}

Edits no_remote_code(const Question& ask) { return set_keyword(ask, "trust_remote_code", "True", "False"); }

Edits no_public_share(const Question& ask) { return set_keyword(ask, "share", "True", "False"); }

Edits verified_tls(const Question& ask) { return set_keyword(ask, "verify", "False", "True"); }

Edits safe_load(const Question& ask) {
  const std::string_view call = ask.text.substr(ask.at, 200);
  const std::string_view callee = call.substr(0, call.find('('));
  if (callee == "torch.load") return first_of({set_keyword(ask, "weights_only", "False", "True"), add_keyword(ask, "weights_only", "True")});
  if (callee == "np.load" || callee == "numpy.load") return set_keyword(ask, "allow_pickle", "True", "False");
  if (callee != "yaml.load") return {};
  return first_of({set_keyword(ask, "Loader", "yaml.Loader", "yaml.SafeLoader"), set_keyword(ask, "Loader", "yaml.FullLoader", "yaml.SafeLoader"),
                   set_keyword(ask, "Loader", "yaml.UnsafeLoader", "yaml.SafeLoader"), set_keyword(ask, "Loader", "yaml.CLoader", "yaml.CSafeLoader")});
}

// ---- YAML

std::size_t indent_at(std::string_view text, std::size_t line) {
  std::size_t at = line;
  while (at < text.size() && text[at] == ' ') ++at;
  return at - line;
}

std::size_t next_line(std::string_view text, std::size_t line) {
  const std::size_t end = text.find('\n', line);
  return end == std::string_view::npos ? text.size() : end + 1;
}

/// End of what hangs on the line: a whole document where it begins one, else the lines that are indented more.
std::size_t end_of_block(std::string_view text, std::size_t line) {
  const std::size_t indent = indent_at(text, line);
  const bool document = indent == 0 && !text.substr(line).starts_with("- ");
  for (std::size_t at = next_line(text, line); at < text.size(); at = next_line(text, at)) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("---")) return at;
    const std::size_t here = indent_at(text, at);
    const char first = at + here < text.size() ? text[at + here] : '\n';
    if (!document && first != '\n' && first != '\r' && first != '#' && here <= indent) return at;
  }
  return text.size();
}

/// Every `key: true` of the block is made false; what stands in comments is not looked at.
Edits make_false(const Question& ask, std::string_view key) {
  Edits out;
  const std::size_t end = end_of_block(ask.text, ask.line);
  for (std::size_t at = ask.text.find(key, ask.line); at < end; at = ask.text.find(key, at + 1)) {
    const std::size_t begin = ask.text.rfind('\n', at) + 1;
    if (ask.text.substr(begin, at - begin).find('#') != std::string_view::npos || (at > 0 && in_word(ask.text[at - 1]))) continue;
    std::size_t value = at + key.size();
    if (value < end && (ask.text[value] == '"' || ask.text[value] == '\'')) ++value;
    if (value >= end || ask.text[value] != ':') continue;
    for (++value; value < end && ask.text[value] == ' ';) ++value;
    if (ask.text.substr(value, 4) == "true" && (value + 4 >= ask.text.size() || !in_word(ask.text[value + 4]))) out.push_back({value, value + 4, "false"});
  }
  return out;
}

bool is_yaml(const Question& ask) { return ask.finding.signal.place.path.ends_with(".yaml") || ask.finding.signal.place.path.ends_with(".yml"); }
Edits unprivileged(const Question& ask) { return is_yaml(ask) ? make_false(ask, "privileged") : Edits{}; }
Edits no_escalation(const Question& ask) { return is_yaml(ask) ? make_false(ask, "allowPrivilegeEscalation") : Edits{}; }

/// "8265:8265" and "0.0.0.0:8265:8265" of a compose service are bound to this machine alone.
Edits local_port(const Question& ask) {
  const std::string_view path = ask.finding.signal.place.path;
  const Asset* asset = ask.posture.estate.find(ask.finding.signal.asset);
  const auto* endpoint = asset ? std::get_if<EndpointFacts>(&asset->facts) : nullptr;
  if (path.find("compose") == std::string_view::npos || !is_yaml(ask) || !endpoint || !endpoint->port) return {};
  const std::string port = std::to_string(*endpoint->port);
  const std::size_t end = end_of_block(ask.text, ask.line), ports = ask.text.find("ports:", ask.line);
  if (ports >= end) return {};
  const std::size_t stop = std::min(end, end_of_block(ask.text, ask.text.rfind('\n', ports) + 1));
  Edits out;
  for (std::size_t at = ask.text.find(":" + port, ports + 6); at < stop; at = ask.text.find(":" + port, at + 1)) {
    std::size_t begin = at;
    while (begin > ports && (in_word(ask.text[begin - 1]) || ask.text[begin - 1] == '.' || ask.text[begin - 1] == ':')) --begin;
    const std::string_view published = ask.text.substr(begin, at - begin);
    if (published.find_first_not_of("0123456789.:") != std::string_view::npos || published.empty()) continue;
    if (published.starts_with("0.0.0.0:")) out.push_back({begin, begin + 7, "127.0.0.1"});
    else if (published.find_first_of(".:") == std::string_view::npos) out.push_back({begin, begin, "127.0.0.1:"});
  }
  return out;
}

// ---- packages

bool is_plain_version(std::string_view version) {
  return !version.empty() && std::ranges::all_of(version, [](char c) { return in_word(c) || c == '.' || c == '+' || c == '-' || c == '!'; });
}

/// The one version in which the target has a package; empty if there are several or none.
std::string version_here(const Posture& posture, std::string_view ecosystem, std::string_view name) {
  std::set<std::string> versions;
  for (const Asset& asset : posture.estate.assets())
    if (const auto* package = std::get_if<PackageFacts>(&asset.facts); package && asset.name == name && package->ecosystem == ecosystem && is_plain_version(package->version)) versions.insert(package->version);
  return versions.size() == 1 ? *versions.begin() : "";
}

/// A launcher starts the release that the target has installed or locked.
Edits pin_launcher(const Question& ask) {
  const Asset* asset = ask.posture.estate.find(ask.finding.signal.asset);
  const auto* server = asset ? std::get_if<McpServerFacts>(&asset->facts) : nullptr;
  if (!server || server->package.empty() || !ask.finding.signal.place.path.ends_with(".json")) return {};
  const bool python = server->command == "uvx" || server->command == "pipx";
  const std::string version = version_here(ask.posture, python ? "PyPI" : "npm", server->package);
  if (version.empty()) return {};
  for (const std::string& written : {server->package, server->package + "@latest"}) {
    const std::size_t at = ask.text.find("\"" + written + "\"", ask.line);
    if (at == std::string_view::npos || std::ranges::count(ask.text.substr(ask.line, at - ask.line), '\n') > 30) continue;
    return {{at + 1, at + 1 + written.size(), server->package + (python ? "==" : "@") + version}};
  }
  return {};
}

/// The release after which no finding of the package is left; empty if one of them has none.
std::string release_without(const Posture& posture, const Finding& finding, const std::string& ecosystem) {
  std::string highest;
  for (const Finding& one : posture.findings) {
    if (one.signal.asset != finding.signal.asset || !one.signal.vulnerability || one.state != FindingState::open) continue;
    const std::string& fixed = one.signal.vulnerability->fixed_version;
    if (!is_plain_version(fixed)) return "";
    const auto order = highest.empty() ? std::optional(-1) : advisory::compare_versions(ecosystem, highest, fixed);
    if (!order) return "";
    if (*order < 0) highest = fixed;
  }
  return highest;
}

/// The numbers that change with a release that breaks what uses it: the first, and after a 0 the second too.
std::string_view breaking_part(std::string_view version) {
  const std::size_t first = version.find('.');
  return version.substr(0, version.starts_with("0.") ? version.find('.', first + 1) : first);
}

/// An exact pin of a requirements file. A release that breaks what uses it asks for a person.
Edits upgrade(const Question& ask) {
  const Asset* asset = ask.posture.estate.find(ask.finding.signal.asset);
  const auto* package = asset ? std::get_if<PackageFacts>(&asset->facts) : nullptr;
  const std::string_view path = ask.finding.signal.place.path;
  if (!package || package->ecosystem != "PyPI" || !path.ends_with(".txt") || package->version.empty()) return {};
  const std::string_view line = ask.text.substr(ask.line, ask.text.find('\n', ask.line) - ask.line);
  const std::size_t pin = line.find("==" + package->version);
  if (pin == std::string_view::npos || line.find("--hash") != std::string_view::npos || line.find('\\') != std::string_view::npos || line.find('#') < pin) return {};
  const std::size_t begin = ask.line + pin + 2, end = begin + package->version.size();
  if (end < ask.text.size() && !is_blank(ask.text[end]) && ask.text[end] != ';' && ask.text[end] != '#') return {};
  const std::string fixed = release_without(ask.posture, ask.finding, package->ecosystem);
  return breaking_part(fixed) != breaking_part(package->version) ? Edits{} : Edits{{begin, end, fixed}};
}

// ---- what the target itself knows: commits and digests

/// The commit of a hub's model that the target states elsewhere: a load that names it, or the reference of a cache within the target.
/// Empty where the file names another one for it, since then nobody knows which is meant.
std::string commit_here(const Question& ask) {
  const Asset* asset = ask.posture.estate.find(ask.finding.signal.asset);
  const auto* model = asset ? std::get_if<ModelFacts>(&asset->facts) : nullptr;
  if (!model || model->source != "huggingface" || model->revision.size() != 40 || !std::ranges::all_of(model->revision, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); })) return "";
  for (const Place& place : asset->places)
    if (const std::size_t at = place.path.find("/snapshots/"); at != std::string::npos && place.path.compare(at + 11, 40, model->revision) != 0) return "";
  for (std::size_t at = ask.text.find(asset->name); at != std::string_view::npos; at = ask.text.find(asset->name, at + 1)) {
    const auto call = call_at(ask.text, ask.text.rfind('\n', at) + 1);
    const auto value = call ? keyword(ask.text, *call, "revision") : std::nullopt;
    if (value && value->second - value->first == 42 && ask.text.substr(value->first + 1, 40) != model->revision) return "";
  }
  return model->revision;
}

/// A load of a hub's model takes the commit that the target knows. Only calls that hand `revision` on to the hub.
Edits pin_revision(const Question& ask) {
  if (!ask.finding.signal.place.path.ends_with(".py")) return {};
  const std::string_view callee = ask.text.substr(ask.at, std::min<std::size_t>(200, ask.text.find('(', ask.at) - ask.at));
  const std::string_view last = callee.substr(callee.rfind('.') == std::string_view::npos ? 0 : callee.rfind('.') + 1);
  static constexpr std::array<std::string_view, 6> kTaking{"from_pretrained", "pipeline", "hf_hub_download", "snapshot_download", "SentenceTransformer", "CrossEncoder"};
  if (std::ranges::find(kTaking, last) == kTaking.end()) return {};
  const std::string commit = commit_here(ask);
  if (commit.empty()) return {};
  const auto call = call_at(ask.text, ask.at);
  const auto value = call ? keyword(ask.text, *call, "revision") : std::nullopt;
  // A branch or tag that is named is another claim than the commit.
  return value ? Edits{} : add_keyword(ask, "revision", "\"" + commit + "\"");
}

/// The digest under which the target names the same image and tag elsewhere; empty if there are several or none.
std::string digest_here(const Posture& posture, const collect::ImageName& image) {
  const auto tag_of = [](const std::string& tag) { return tag.empty() ? std::string("latest") : tag; };
  std::set<std::string> digests;
  for (const Asset& asset : posture.estate.assets())
    if (const auto* facts = std::get_if<ImageFacts>(&asset.facts);
        facts && facts->registry == image.registry && facts->repository == image.repository && tag_of(facts->tag) == tag_of(image.tag) && facts->digest.starts_with("sha256:") && facts->digest.size() == 71)
      digests.insert(facts->digest);
  return digests.size() == 1 ? *digests.begin() : "";
}

/// `image: name:tag` of compose and pods, `FROM name:tag`: the digest is added behind the tag.
Edits pin_image(const Question& ask) {
  const bool from = !is_yaml(ask);
  const std::string_view mark = from ? "FROM " : "image:";
  const std::size_t end = from || ask.finding.signal.rule == "pod-image-without-digest" ? next_line(ask.text, ask.line) : end_of_block(ask.text, ask.line);
  Edits out;
  for (std::size_t at = ask.text.find(mark, ask.line); at < end; at = ask.text.find(mark, at + 1)) {
    const std::size_t line = ask.text.rfind('\n', at) + 1;
    if (ask.text.substr(line, at - line).find_first_not_of(" -") != std::string_view::npos) continue;
    std::size_t begin = at + mark.size();
    while (begin < end && (ask.text[begin] == ' ' || ask.text[begin] == '"' || ask.text[begin] == '\'')) ++begin;
    std::size_t stop = begin;
    while (stop < end && !is_blank(ask.text[stop]) && ask.text[stop] != '"' && ask.text[stop] != '\'') ++stop;
    const std::string_view written = ask.text.substr(begin, stop - begin);
    if (written.empty() || written.find_first_of("${}@<>,") != std::string_view::npos) continue;
    if (const std::string digest = digest_here(ask.posture, collect::image_name_of(written)); !digest.empty()) out.push_back({stop, stop, "@" + digest});
  }
  return out;
}

struct TextFix {
  std::string_view rule;
  Edits (*make)(const Question& ask);
};
constexpr std::array kTextFixes{
    TextFix{"ai-control-plane-open", local_port}, TextFix{"ai-control-plane-unauthenticated", local_port}, TextFix{"ai-endpoint-open", local_port}, TextFix{"ai-service-image-unpinned", pin_image},
    TextFix{"ai-workload-privileged", unprivileged}, TextFix{"image-base-unpinned", pin_image}, TextFix{"model-unpinned-revision", pin_revision}, TextFix{"pod-image-without-digest", pin_image},
    TextFix{"code-insecure-setting", verified_tls}, TextFix{"code-public-share", no_public_share}, TextFix{"code-trusts-remote-code", no_remote_code}, TextFix{"code-unsafe-load", safe_load}, TextFix{"mcp-server-unpinned-package", pin_launcher},
    TextFix{"pod-may-gain-privileges", no_escalation}, TextFix{"pod-privileged", unprivileged}, TextFix{"vulnerable-package", upgrade}};

const TextFix* find_fix(std::string_view rule) {
  const auto at = std::ranges::find(kTextFixes, rule, &TextFix::rule);
  return at == kTextFixes.end() ? nullptr : &*at;
}

}  // namespace

bool is_wanted(const Finding& finding, std::span<const std::string> wanted) {
  if (finding.state != FindingState::open) return false;
  return wanted.empty() || std::ranges::any_of(wanted, [&](const std::string& one) { return finding.signal.rule == one || (one.size() >= 4 && finding.id.text().starts_with(one)); });
}

bool has_text_fix(std::string_view rule) { return find_fix(rule) != nullptr; }

std::vector<TextEdit> text_fix(const Posture& posture, const Finding& finding, std::string_view text) {
  const TextFix* fix = find_fix(finding.signal.rule);
  const Place& place = finding.signal.place;
  if (!fix || !place.member.empty() || text.size() > kMostFile || text.find('\0') != std::string_view::npos) return {};
  const auto line = offset_of_line(text, place.line);
  if (!line) return {};
  const std::size_t at = std::min(text.size() - 1, *line + (place.column > 0 ? place.column - 1 : 0));
  return fix->make({posture, finding, text, *line, at});
}

std::vector<FixedFile> fixed_files(const Posture& posture, const std::string& folder, std::span<const std::string> wanted) {
  std::map<std::string, std::vector<const Finding*>> by_path;
  for (const Finding& finding : posture.findings)
    if (has_text_fix(finding.signal.rule) && is_wanted(finding, wanted) && !finding.signal.place.path.empty()) by_path[finding.signal.place.path].push_back(&finding);
  std::vector<FixedFile> out;
  const int root = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return out;
  for (const auto& [path, findings] : by_path) {
    const Result<FileBytes> file = FileBytes::open_beneath(root, path);
    if (!file || file->bytes().size() > kMostFile) continue;
    FixedFile fixed{path, std::string(as_text(file->bytes())), {}, {}, {}};
    std::vector<TextEdit> edits;
    for (const Finding* finding : findings) {
      const std::vector<TextEdit> own = text_fix(posture, *finding, fixed.before);
      if (own.empty()) continue;
      fixed.findings.push_back(finding->id);
      for (const TextEdit& edit : own)
        if (std::ranges::find(edits, edit) == edits.end()) edits.push_back(edit);
    }
    fixed.after = edited_text(fixed.before, std::move(edits));
    fixed.diff = unified_diff(path, fixed.before, fixed.after);
    if (!fixed.diff.empty()) out.push_back(std::move(fixed));
  }
  ::close(root);
  return out;
}

std::vector<FindingId> mendable_findings(const Posture& posture, const std::string& folder) {
  std::vector<FindingId> out;
  for (const FixedFile& file : fixed_files(posture, folder, {})) out.insert(out.end(), file.findings.begin(), file.findings.end());
  std::ranges::sort(out);
  return out;
}

}  // namespace stormwatch::app
