// SPDX-License-Identifier: Apache-2.0
// Python that a server imports with a model: handlers in TorchServe archives, model.py of Triton's Python backend, code folders of
// MLflow models. What it does to the machine when it is imported or asked is a sighting of the model.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "code/effects.h"
#include "code/names.h"
#include "code/python.h"
#include "collect/collector.h"
#include "collect/model_asset.h"
#include "format/runtime_model.h"

namespace stormwatch::collect {
namespace {

using code::CallEffect;
using code::Effect;
using code::Expression;
using code::ExpressionKind;
using code::Index;
using code::kNone;

bool is_triton_code(const Source& source) {
  static constexpr std::array<std::string_view, 1> kNames{"config.pbtxt"};
  return source.name == "model.py" && source.member.empty() && source.files && source.files->nearest_folder_with(source.path, kNames);
}
bool is_mlflow_code(const Source& source) {
  static constexpr std::array<std::string_view, 1> kNames{"MLmodel"};
  if (!source.member.empty() || !source.files || source.path.find("code/") == std::string::npos) return false;
  const auto folder = source.files->nearest_folder_with(source.path, kNames);
  return folder && std::string_view(source.path).substr(folder->empty() ? 0 : folder->size() + 1).starts_with("code/");
}

bool wants(const Source& source) {
  if (source.kind != format::ContentKind::python || source.text.empty()) return false;
  const bool in_archive = !source.member.empty() && (source.path.ends_with(".mar") || source.path.ends_with(".nemo"));
  return in_archive || is_triton_code(source) || is_mlflow_code(source);
}

/// The command or code that a call takes, as far as it is known.
std::string argument_of(const code::Module& module, const code::Names& names, const CallEffect& effect) {
  if (effect.argument == kNone) return {};
  const Index literal = names.literal_of(effect.argument);
  if (literal == kNone || module.at(literal).kind != ExpressionKind::list) return names.pattern_of(effect.argument);
  std::string all;
  for (const Index part : module.at(literal).parts) all += (all.empty() ? "" : " ") + names.pattern_of(part);
  return all;
}

/// A command line that no model needs: it opens a shell to the outside, or runs what it downloads or decodes.
bool is_hostile_command(std::string_view command) {
  const std::string text = lower(first_part(command));
  const auto has = [&](std::string_view word) { return text.find(word) != std::string::npos; };
  for (const std::string_view word : {"/dev/tcp/", "nc -e", "ncat -e", "bash -i", "mkfifo /tmp", "crontab", "authorized_keys", "/etc/shadow", ".ssh/id_", ".aws/credentials", "ld_preload"})
    if (has(word)) return true;
  const bool shell = has("| sh") || has("|sh") || has("| bash") || has("|bash") || has("| python") || has("|python") || has("$(curl") || has("`curl");
  if (shell && (has("curl") || has("wget") || has("base64"))) return true;
  return (has("curl") || has("wget")) && (has("169.254.169.254") || has("chmod +x") || has("env |") || has("printenv"));
}

/// The source text of an expression's parts that decode: exec(base64.b64decode(x)).
bool decodes(const code::Module& module, const code::Names& names, Index expression, int depth, int& steps) {
  if (expression == kNone || depth > 8 || --steps < 0) return false;
  const Expression& e = module.at(expression);
  if (e.kind == ExpressionKind::call) {
    const std::string& callee = names.callee(e);
    for (const std::string_view word : {"b64decode", "b32decode", "a85decode", "b85decode", "unhexlify", "decompress", "marshal.loads", "fromhex", "codecs.decode"})
      if (callee.ends_with(word)) return true;
  }
  if (e.kind == ExpressionKind::name)
    if (const Index bound = names.binding(expression); bound != kNone && bound != expression && decodes(module, names, bound, depth + 1, steps)) return true;
  return std::ranges::any_of(e.parts, [&](Index part) { return decodes(module, names, part, depth + 1, steps); });
}

/// Programs that handlers start for honest reasons: they install, unpack, convert, look at the machine.
bool is_usual_program(std::string_view command) {
  const std::string text = lower(first_part(command));
  if (text.find_first_of(";&|`$><") != std::string::npos) return false;
  for (const std::string_view words : {"pip", "pip3", "-m pip", "unzip", "tar", "ffmpeg", "ffprobe", "sox", "nvidia-smi", "ldconfig", "make", "cmake", "trtexec", "neuron-ls", "lscpu", "nproc", "uname", "ls", "hostname"})
    if (text == words || text.starts_with(std::string(words) + " ") || text.find(" " + std::string(words) + " ") != std::string::npos) return true;
  return text.find("--help") != std::string::npos || text.find("--version") != std::string::npos;
}

struct Verdict {
  std::string_view word;  ///< begins the detail; "dangerous" where a model has no reason to
  std::string what;
};

std::optional<Verdict> judge(const code::Module& module, const code::Names& names, const Expression& call) {
  const CallEffect effect = code::effect_of(names, call);
  const std::string& callee = names.callee(call);
  if (callee == "os.dup2" && names.imports("socket")) return Verdict{"dangerous", "hands a connection to a program"};
  switch (effect.effect) {
    case Effect::shell:
    case Effect::process: {
      const std::string command = argument_of(module, names, effect);
      if (is_hostile_command(command)) return Verdict{"dangerous", "runs " + command};
      // A shell line with a part that is not known takes commands from whoever gives that part.
      const bool usual = is_usual_program(command) && !(effect.effect == Effect::shell && command.find("{}") != std::string::npos);
      return Verdict{usual ? "unusual" : "dangerous", "starts a program" + (command.empty() ? std::string() : ": " + command)};
    }
    case Effect::evaluate: {
      int steps = 1000;
      if (decodes(module, names, effect.argument, 0, steps)) return Verdict{"dangerous", "evaluates what it decodes"};
      if (const std::string text = argument_of(module, names, effect); !format::hostile_words(text).empty()) return Verdict{"dangerous", "evaluates " + text};
      return Verdict{callee == "exec" || callee.ends_with(".exec") ? "dangerous" : "unusual", "evaluates text"};
    }
    case Effect::listen: return Verdict{"unusual", "opens a port"};
    default: return std::nullopt;
  }
}

Result<Observation> read(const Source& source) {
  auto module = code::read_python(source.text, *source.limits);
  if (!module) return std::unexpected(module.error());
  const code::Names names(*module);
  Observation observation;
  // In an archive the model is the archive; in a folder the code stands for itself.
  Asset asset = model_asset(source, source.member.empty() ? "handler" : "");
  if (!source.member.empty()) std::get<ModelFacts>(asset.facts).format.clear();
  std::get<ModelFacts>(asset.facts).executes_code_on_load = true;
  bool seen = false;
  for (Index i = 0; i < module->expressions.size(); ++i) {
    const Expression& call = module->at(i);
    if (call.kind != ExpressionKind::call || call.parts.empty()) continue;
    const auto verdict = judge(*module, names, call);
    if (!verdict) continue;
    Sighting sighting = sighting_at(source, "embedded-code", "handler-code", std::string(verdict->word) + ": " + names.callee(call) + " " + verdict->what);
    sighting.place = source.place_of_line(call.spot.line, call.spot.column);
    if (verdict->word != "dangerous") sighting.confidence = Confidence::medium;
    add_sighting(source, observation, asset, std::move(sighting));
    seen = true;
  }
  if (seen) observation.add(std::move(asset));
  return observation;
}

}  // namespace

extern const Collector handler_code;
const Collector handler_code{.name = "handler-code", .wants = wants, .read = read, .parses_code = true};

}  // namespace stormwatch::collect
