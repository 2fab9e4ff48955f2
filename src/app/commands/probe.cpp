// SPDX-License-Identifier: Apache-2.0
// probe: speaks to a live MCP server, lists what it offers, judges that as files are judged, and holds it to a lock.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "app/command.h"
#include "app/obtain.h"
#include "app/output.h"
#include "app/probe_services.h"
#include "base/file.h"
#include "collect/collector.h"
#include "live/exercise/exercise.h"
#include "live/probe.h"
#include "live/wire_probe.h"

namespace stormwatch::app {

namespace {

struct Folder {
  std::string path;
  Folder() = default;
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    if (!path.empty()) std::filesystem::remove_all(path, ignored);
  }
  Result<void> make() {
    const char* base = std::getenv("TMPDIR");
    std::string pattern = std::string(base && *base == '/' ? base : "/tmp") + "/stormwatch-probe-XXXXXX";
    if (!::mkdtemp(pattern.data())) return failure("no temporary folder", pattern);
    path = pattern;
    return {};
  }
};

/// The user's own secrets, and whatever the secret patterns know, out of a text of the transcript.
std::string without_secrets(std::string_view text, const match::Database& patterns, const std::vector<std::string>& known) {
  std::string out(text);
  const std::vector<match::Hit> hits = patterns.scan(text);
  std::vector<std::pair<std::size_t, std::size_t>> ranges;
  for (const match::Hit& hit : hits)
    if (patterns.patterns()[hit.pattern].topic == "secret") ranges.emplace_back(hit.value_begin, hit.value_end);
  std::ranges::sort(ranges);
  std::size_t until = out.size() + 1;
  for (auto range = ranges.rbegin(); range != ranges.rend(); ++range) {
    const std::size_t end = std::min(range->second, until);
    if (end <= range->first || end > out.size()) continue;
    out.replace(range->first, end - range->first, redacted(std::string_view(out).substr(range->first, end - range->first)));
    until = range->first;
  }
  for (const std::string& secret : known)
    for (std::size_t at = out.find(secret); at != std::string::npos; at = out.find(secret, at)) {
      const std::string shown = redacted(secret);
      out.replace(at, secret.size(), shown);
      at += shown.size();
    }
  return out;
}

Result<std::vector<std::string>> environment_of(const Arguments& arguments, std::vector<std::string>& secrets) {
  std::vector<std::string> environment;
  const auto add = [&](std::string name, std::string value) {
    std::erase_if(environment, [&](const std::string& row) { return row.starts_with(name + "="); });
    environment.push_back(name + "=" + value);
  };
  for (const char* name : {"PATH", "HOME", "LANG", "TMPDIR", "USER"})
    if (const char* value = std::getenv(name)) add(name, value);
  for (const std::string& given : arguments.values("--env")) {
    const std::size_t equals = given.find('=');
    const std::string name = given.substr(0, equals);
    if (name.empty()) return failure("--env " + given, "", "", "NAME or NAME=VALUE");
    const char* own = std::getenv(name.c_str());
    if (equals == std::string::npos && !own) return failure("--env " + name, "", "", "a variable that is set, or NAME=VALUE");
    const std::string value = equals == std::string::npos ? own : given.substr(equals + 1);
    add(name, value);
    if (value.size() >= 6) secrets.push_back(value);
  }
  return environment;
}

Result<std::vector<std::string>> headers_of(const Arguments& arguments, std::vector<std::string>& secrets) {
  std::vector<std::string> headers = arguments.values("--header");
  if (const std::string name = arguments.value("--bearer-env"); !name.empty()) {
    const char* token = std::getenv(name.c_str());
    if (!token || !*token) return failure("--bearer-env " + name, "", "", "a variable that holds the token");
    headers.push_back(std::string("Authorization: Bearer ") + token);
  }
  for (const std::string& header : headers) {
    const std::size_t colon = header.find(':');
    std::string value = colon == std::string::npos ? std::string() : header.substr(header.find_first_not_of(' ', colon + 1) == std::string::npos ? header.size() : header.find_first_not_of(' ', colon + 1));
    if (const std::size_t blank = value.find(' '); blank != std::string::npos && blank < 10) value.erase(0, blank + 1);
    if (value.size() >= 6) secrets.push_back(value);
  }
  return headers;
}

Result<live::ProbeLimits> limits_of(const Arguments& arguments) {
  live::ProbeLimits limits;
  const std::string given = arguments.value("--timeout", "15");
  char* end = nullptr;
  limits.step_seconds = std::strtod(given.c_str(), &end);
  if (end != given.c_str() + given.size() || !(limits.step_seconds >= 0.1 && limits.step_seconds <= 600)) return failure("--timeout " + given, "", "", "0.1 to 600 seconds");
  limits.all_seconds = limits.step_seconds * 6;
  return limits;
}

/// What the tools can do by what they say, as scans see it: the collector of tool definitions over the file.
void add_capabilities(std::string_view file, live::ServerPin& pin) {
  const Limits limits;
  collect::Source source;
  source.path = source.name = "probe.json";
  source.kind = format::ContentKind::json;
  source.bytes = as_bytes(file);
  source.whole = source.bytes;
  source.text = file;
  source.size = file.size();
  source.limits = &limits;
  for (std::size_t i = 0; i < collect::sources_table_count; ++i) {
    if (collect::sources_table[i]->name != "tool definitions" || !collect::sources_table[i]->wants(source)) continue;
    const Result<Observation> seen = collect::sources_table[i]->read(source);
    if (!seen) return;
    for (const Asset& asset : seen->assets)
      if (const auto* facts = std::get_if<ToolFacts>(&asset.facts))
        for (live::ToolPin& tool : pin.tools)
          if (asset.key == "probe.json#" + tool.name) tool.capabilities = facts->capabilities;
  }
}

/// The transcript of --transcript, which goes to `file`; without the option it keeps nothing.
using TranscriptFile = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
Result<live::Transcript> transcript_of(const Arguments& arguments, const match::Database& patterns, const std::vector<std::string>& secrets, TranscriptFile& file) {
  const std::string path = arguments.value("--transcript");
  if (path.empty()) return live::Transcript();
  file.reset(std::fopen(path.c_str(), "we"));
  if (!file) return failure("cannot write", path);
  return live::Transcript([&file](std::string_view line) { std::fwrite(line.data(), 1, line.size(), file.get()); },
                          [&](std::string_view text) { return without_secrets(text, patterns, secrets); });
}

Result<live::Exercised> probe_server(const Arguments& arguments, const live::StdioLaunch& launch, const live::HttpTarget& target, const live::ProbeLimits& limits, live::Transcript& transcript) {
  if (arguments.has("--exercise")) return live::exercise_command(launch, limits, transcript);
  Result<live::Probed> probed = target.url.empty() ? live::probe_command(launch, limits, transcript) : live::probe_url(target, limits, transcript);
  if (!probed) return std::unexpected(probed.error());
  return live::Exercised{std::move(*probed), {}, {}};
}

/// Writes --lock, compares with --check.
Result<std::vector<live::PinChange>> hold_to_lock(const Arguments& arguments, const live::ServerPin& pin) {
  std::vector<live::PinChange> changes;
  if (const std::string path = arguments.value("--check"); !path.empty()) {
    const Result<std::string> text = read_text(path);
    if (!text) return std::unexpected(text.error());
    Result<live::ToolLock> lock = live::read_lock(*text);
    if (!lock) return lock.error().where = path, std::unexpected(lock.error());
    const live::ServerPin* pinned = lock->find(pin.address);
    if (!pinned) return failure("does not pin this server", path, "", "an entry for \"" + pin.address + "\", as --lock writes it");
    changes = live::compare(*pinned, pin);
  }
  if (const std::string path = arguments.value("--lock"); !path.empty()) {
    live::ToolLock lock;
    if (std::filesystem::exists(path)) {
      const Result<std::string> text = read_text(path);
      if (!text) return std::unexpected(text.error());
      Result<live::ToolLock> old = live::read_lock(*text);
      if (!old) return old.error().where = path, std::unexpected(old.error());
      lock = std::move(*old);
    }
    lock.put(pin);
    if (const Result<void> written = write_aside(path, live::write_lock(lock)); !written) return std::unexpected(written.error());
    if (!arguments.has("--quiet")) fmt::print(stderr, "{}: {} tools and {} prompts of {} pinned\n", path, pin.tools.size(), pin.prompts.size(), pin.address);
  }
  return changes;
}

/// What was seen, as the file that the collectors read.
struct Seen {
  std::string file, name, target;  ///< the JSON, its file's name, and the target as the report shows it
  bool talks = true;               ///< an MCP server said so: it named a version of the protocol, or asks for a token as MCP has it
};

/// Many servers refuse everybody with 401 or 403; one of MCP says where its tokens come from.
bool talks_mcp(const live::Probed& probed) {
  return !probed.listing.protocol.empty() || (probed.http && probed.http->challenge.find("resource_metadata") != std::string::npos);
}

Result<Seen> see_services(const Arguments& arguments, const live::HttpTarget& target, const live::ProbeLimits& limits, live::Transcript& transcript) {
  if (!target.url.empty()) {
    const Result<live::ServiceSeen> service = ask_service(target, limits, transcript);
    if (!service) return std::unexpected(service.error());
    return Seen{live::services_file({&*service, 1}, {}), "services.json", target.url};
  }
  const Result<std::string> file = ask_range(arguments, target.authorities, limits, transcript);
  if (!file) return std::unexpected(file.error());
  return Seen{*file, "services.json", arguments.value("--cidr")};
}

Result<Seen> see_server(const Arguments& arguments, const match::Database& patterns, const std::vector<std::string>& secrets, const live::StdioLaunch& launch, const live::HttpTarget& target,
                        const live::ProbeLimits& limits, live::Transcript& transcript) {
  Result<live::Exercised> exercised = probe_server(arguments, launch, target, limits, transcript);
  if (!exercised) return std::unexpected(exercised.error());
  const live::Probed& probed = exercised->probed;
  for (live::ToolAnswer& answer : exercised->answers) answer.text = without_secrets(answer.text, patterns, secrets);
  live::ServerPin pin = live::pin_of(probed);
  add_capabilities(live::probe_file(probed, {}, {}), pin);
  const Result<std::vector<live::PinChange>> changes = hold_to_lock(arguments, pin);
  if (!changes) return std::unexpected(changes.error());
  return Seen{live::probe_file(probed, *changes, exercised->behaviour, exercised->answers), "probe.json", probed.address, talks_mcp(probed)};
}

/// A host without a path is asked for AI services before it is taken for an MCP server, a URL with a path the other way round.
Result<Seen> see(const Arguments& arguments, const match::Database& patterns, const std::vector<std::string>& secrets, const live::StdioLaunch& launch, const live::HttpTarget& target,
                 const live::ProbeLimits& limits, live::Transcript& transcript) {
  const auto server = [&] { return see_server(arguments, patterns, secrets, launch, target, limits, transcript); };
  const auto services = [&] { return see_services(arguments, target, limits, transcript); };
  if (arguments.has("--cidr")) return services();
  if (live::is_wire_address(target.url)) return services();
  const bool pins = arguments.has("--lock") || arguments.has("--check");
  if (target.url.empty() || pins) return server();
  const bool host = names_only_a_host(target.url);
  Result<Seen> first = host ? services() : server();
  if (first && (!host || first->file.find("\"product\"") != std::string::npos)) return first;
  if (host && !first) return first;
  Result<Seen> second = host ? server() : services();
  if (host) return second && second->talks ? std::move(second) : std::move(first);
  return second && second->file.find("\"product\"") != std::string::npos ? std::move(second) : std::move(first);
}

int run(const Arguments& arguments) {
  const Result<std::vector<Output>> outputs = outputs_of(arguments);
  if (!outputs) return refuse(outputs.error());
  const bool command = !arguments.after_dashes.empty();
  if (static_cast<std::size_t>(command) + arguments.positional.size() + static_cast<std::size_t>(arguments.has("--cidr")) != 1)
    return refuse({"probe takes one server", "", "", "a URL, --cidr RANGE, or -- and the command that starts it"});
  if (arguments.has("--cidr") && (arguments.has("--header") || arguments.has("--bearer-env")))
    return refuse({"--header and --bearer-env would go to whatever answers in a range", "", "", "the URL of the one server that they are for, in place of --cidr"});
  if (arguments.has("--exercise") && !command)
    return refuse({"--exercise calls tools in a sandbox, and a server at an address runs elsewhere", "", "", "-- and the command that starts the server"});
  std::vector<std::string> secrets;
  const Result<live::ProbeLimits> limits = limits_of(arguments);
  Result<std::vector<std::string>> environment = environment_of(arguments, secrets), headers = headers_of(arguments, secrets);
  if (!limits) return refuse(limits.error());
  if (!environment) return refuse(environment.error());
  if (!headers) return refuse(headers.error());
  const live::StdioLaunch launch{arguments.after_dashes, std::move(*environment)};
  const live::HttpTarget target{arguments.positional.empty() ? std::string() : arguments.positional[0], std::move(*headers), arguments.value("--ca")};

  Folder folder;
  const auto obtained = obtain(arguments, {"."}, [&](const Content& content, PipelineOptions& options) -> Result<void> {
    TranscriptFile kept(nullptr, std::fclose);
    Result<live::Transcript> transcript = transcript_of(arguments, *content.patterns, secrets, kept);
    if (!transcript) return std::unexpected(transcript.error());
    const Result<Seen> seen = see(arguments, *content.patterns, secrets, launch, target, *limits, *transcript);
    if (!seen) return std::unexpected(seen.error());
    if (Result<void> made = folder.make(); !made) return made;
    const std::string inner = folder.path + (seen->name == "probe.json" ? "/mcp-server" : "/services");  // the folder's name stands in the report
    if (::mkdir(inner.c_str(), 0700) != 0) return failure("cannot make the folder", inner);
    if (Result<void> written = write_aside(inner + "/" + seen->name, seen->file); !written) return written;
    if (const std::string save = arguments.value("--save"); !save.empty())
      if (Result<void> written = write_aside(save, seen->file); !written) return written;
    options.collect.targets = {inner};
    options.collect.use_ignore_files = false;
    options.shown_target = seen->target;
    return {};
  });
  if (!obtained) return obtained.error();
  return write_outputs(arguments, *outputs, obtained->posture);
}

std::vector<Option> options() {
  std::vector<Option> all{{"--cidr", "RANGE", "ask every address of a range of this machine or a private network which AI services answer there (at most 256 addresses)"},
                          {"--ports", "LIST", "ports of --cidr: 8000,8080-8090 (those that AI services use)"},
                          {"--timeout", "SECONDS", "for one answer of the server (15); for everything six times that"},
                          {"--header", "LINE", "send this HTTP header (\"Name: value\"); may repeat", true},
                          {"--bearer-env", "NAME", "send the token that this variable holds"},
                          {"--ca", "FILE", "trust these certificates (PEM) in place of the system's"},
                          {"--env", "NAME[=VALUE]", "give the command this variable beside PATH, HOME, LANG, TMPDIR, USER; may repeat", true},
                          {"--exercise", "", "start the command in a sandbox (bubblewrap), call every tool there and compare what it does with what it says"},
                          {"--lock", "FILE", "pin what the server offers there (stormwatch.lock)"},
                          {"--check", "FILE", "compare what it offers with these pins"},
                          {"--transcript", "FILE", "all messages as JSON lines, secrets redacted"},
                          {"--save", "FILE", "keep what was listed as JSON, to scan or compare later"}};
  for (const Option& option : output_options()) all.push_back(option);
  for (const Option& option : scan_options())
    for (const std::string_view name : {"--only", "--rules", "--advisories", "--baseline", "--suppressions", "--store", "--horizon", "--quiet"})
      if (option.name == name) all.push_back(option);
  return all;
}

}  // namespace

extern const Command probe;
const Command probe{.name = "probe",
                    .arguments = "URL | --cidr RANGE | -- COMMAND...",
                    .summary = "ask a live AI service or MCP server what it is and whom it lets in; calls no tool without --exercise",
                    .options = options(),
                    .examples = {"stormwatch probe http://127.0.0.1:11434", "stormwatch probe --cidr 127.0.0.1/32 --ports 8000-8100,11434", "stormwatch probe redis://127.0.0.1:6379",
                                 "stormwatch probe -- npx -y @modelcontextprotocol/server-everything@2025.9.25", "stormwatch probe https://mcp.example.com/mcp --bearer-env MCP_TOKEN",
                                 "stormwatch probe --lock stormwatch.lock -- python3 server.py", "stormwatch probe --check stormwatch.lock --fail-on medium -- python3 server.py",
                                 "stormwatch probe --exercise -- node_modules/.bin/mcp-server-memory", "stormwatch probe http://127.0.0.1:8080/mcp --transcript talk.jsonl --format json"},
                    .run = run,
                    .order = 3};

}  // namespace stormwatch::app
