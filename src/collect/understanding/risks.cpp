// SPDX-License-Identifier: Apache-2.0
// Risky loads, flows and settings as sightings; the detectors judge them.
#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "collect/understanding/sight.h"

namespace stormwatch::collect {

namespace {

using code::Effect;
using code::Expression;
using code::ExpressionKind;
using code::Flow;
using code::Index;
using code::kNone;

void unsafe_loads(View& v, Index i, const Expression& e, const std::string& name) {
  const auto see = [&](std::string subject, std::string detail, Confidence confidence = Confidence::high) {
    sight(v, "unsafe-load", std::move(subject), std::move(detail), i, confidence);
  };
  const auto flag = [&](std::string_view key) { return v.names.boolean_value(v.module.keyword(e, key)); };
  if (name == "torch.load") {
    const auto safe = flag("weights_only");
    if (safe == false) see(name, "weights_only=False");
    else if (!safe && v.module.keyword(e, "weights_only") == kNone) see(name, "weights_only not given: safe only from torch 2.6 on", Confidence::low);
  } else if (one_of(name, {"pickle.load", "pickle.loads", "dill.load", "dill.loads", "cloudpickle.load", "cloudpickle.loads", "joblib.load", "pandas.read_pickle", "cPickle.load", "cPickle.loads", "marshal.load", "shelve.open", "sklearn.externals.joblib.load", "torch.package.PackageImporter"})) {
    see(name, "rebuilds any object, running the code it names", Confidence::medium);
  } else if ((name == "yaml.load" && code::effect_of(v.names, e).effect == Effect::deserialize) || name == "yaml.unsafe_load") {
    see(name, "no safe loader");
  } else if (last_of(name) == "load_model" && flag("safe_mode") == false) {
    see(name, "safe_mode=False");
  } else if (name.ends_with("enable_unsafe_deserialization")) {
    see(name, "turns keras' safe mode off");
  } else if (name == "numpy.load" && flag("allow_pickle") == true) {
    see(name, "allow_pickle=True", Confidence::medium);
  }
  if (flag("trust_remote_code") == true && !name.ends_with(".from_mcp")) {
    const Index what = v.module.argument(e, last_of(name) == "pipeline" ? 1 : 0, "model");
    const std::string model = names_string(v, what);
    see("trust_remote_code", model.empty() ? name : name + " of " + model);
  }
  if (flag("allow_dangerous_deserialization") == true) see("allow_dangerous_deserialization", name);
}

void settings(View& v, Index i, const Expression& e, const std::string& name) {
  const auto see = [&](std::string subject, std::string detail, Confidence confidence = Confidence::high) {
    sight(v, "insecure-setting", std::move(subject), std::move(detail), i, confidence);
  };
  const auto flag = [&](std::string_view key) { return v.names.boolean_value(v.module.keyword(e, key)); };
  if ((flag("verify") == false && (name.starts_with("requests") || name.starts_with("httpx") || name.starts_with("openai") || name.find("lient") != std::string::npos)) || flag("verify_ssl") == false || flag("rejectUnauthorized") == false ||
      name == "ssl._create_unverified_context" || (flag("ssl") == false && name.starts_with("aiohttp")))
    see("tls-verification", name);
  if (name.ends_with(".run") && flag("debug") == true && (name.starts_with("flask") || name.starts_with("quart"))) see("debug-server", name);
  if (last_of(name) == "launch" && flag("share") == true && v.module.keyword(e, "auth") == kNone) see("public-share", name);
  for (const char* key : {"allow_dangerous_code", "allow_dangerous_requests"})
    if (flag(key) == true) see(key, name);
  if (name.ends_with("CORSMiddleware") || name.ends_with("add_middleware")) {
    const Index origins = v.names.literal_of(v.module.keyword(e, "allow_origins"));
    if (origins != kNone && flag("allow_credentials") == true && v.module.at(origins).kind == ExpressionKind::list)
      for (const Index p : v.module.at(origins).parts)
        if (names_string(v, p) == "*") see("cors-any-origin", "allow_origins=['*'] with credentials");
  }
  if (const Index safety = v.names.literal_of(v.module.keyword(e, "safety_settings")); safety != kNone && code::is_model_call(v.names, e)) {
    if (v.text_of(safety).find("BLOCK_NONE") != std::string_view::npos) see("safety-filter", "BLOCK_NONE");
  }
}

void endless_loops(View& v) {
  for (const code::Loop& l : v.module.loops) {
    if (!l.endless || l.leaves) continue;
    bool model = false, waits = false;
    Index call = kNone;
    for (Index i = 0; i < v.module.expressions.size(); ++i) {
      const Expression& e = v.module.at(i);
      if (e.kind != ExpressionKind::call || e.begin < l.begin || e.end > l.end) continue;
      const std::string& name = v.names.callee(e);
      if (code::is_model_call(v.names, e)) { model = true; call = i; }
      waits |= code::effect_of(v.names, e).effect == Effect::user_input || one_of(last_of(name), {"sleep", "recv", "receive", "get", "exit", "wait", "readline", "prompt", "ask", "accept", "receive_text", "Prompt", "ReadLine", "readLine", "nextLine", "Scan", "Scanln", "ReadString", "Delay", "Sleep", "ReadKey", "Take", "take", "ReadAsync", "WaitAsync"});
    }
    if (model && !waits && call != kNone) sight(v, "insecure-setting", "endless-agent-loop", fmt::format("while True from line {} calls a model and never leaves", l.spot.line), call, Confidence::medium);
  }
}

/// "tool argument of run_query reaches subprocess.run (line 12)".
std::string told(const View& v, const Flow& f, std::uint32_t of = ~0U) {
  std::string text(code::name_of_label(f.labels & of));
  if (f.origin != kNone && v.module.at(f.origin).kind == ExpressionKind::call) text += " from " + v.names.callee(v.module.at(f.origin));
  if (f.owner != kNone && !v.module.functions[f.owner].name.empty()) text += " in " + v.module.functions[f.owner].name;
  const Expression& call = v.module.at(f.call);
  const std::string callee = call.kind == ExpressionKind::call ? v.names.callee(call) : std::string();
  text += " reaches ";
  if (f.what == "system-prompt") text += callee.empty() ? "the system prompt" : "the system prompt of " + callee;
  else text += callee.empty() ? "the result" : callee;
  if (!f.beyond.empty()) text += ", which hands it on to " + f.beyond;
  if (!f.guard.empty()) text += f.approved ? "; first " + f.guard : " after " + f.guard;
  else if (f.guarded) text += " after a check";
  return text;
}

/// The tool says itself that it gives the environment back: bad practice, but no theft.
bool says_environment(const View& v, Index function) {
  return std::ranges::any_of(v.roles, [&](const code::Role& r) {
    return r.function == function && (r.description.find("nvironment") != std::string::npos || r.description.find("env var") != std::string::npos || r.name.find("env") != std::string::npos);
  });
}

/// "{}/run.json": the data choose the folder, the program the file.
bool names_its_file(const View& v, const Flow& f) {
  const Expression& call = v.module.at(f.call);
  if (call.kind != ExpressionKind::call) return false;
  const std::string pattern = v.names.pattern_of(code::effect_of(v.names, call).argument);
  const std::size_t slash = pattern.rfind('/');
  return slash != std::string::npos && slash + 1 < pattern.size() && pattern.find("{}", slash) == std::string::npos;
}

/// The text of the system prompt names the secret itself: f"Log in with {password}", not a settings object that also holds one.
bool names_secret(const View& v, const Flow& f) {
  std::vector<Index> stack{f.call};
  for (int steps = 0; !stack.empty() && steps < 200; ++steps) {
    const Expression& e = v.module.at(stack.back());
    const Index i = stack.back();
    stack.pop_back();
    if (e.kind == ExpressionKind::format)
      for (const Index p : e.parts)
        if (const Expression& part = v.module.at(p); p == f.origin || v.names.binding(p) == f.origin || ((part.kind == ExpressionKind::name || part.kind == ExpressionKind::attribute) && code::is_secret_name(part.text))) return true;
    const Index bound = e.kind == ExpressionKind::name ? v.names.literal_of(i) : kNone;
    if (bound != kNone && bound != i) stack.push_back(bound);
    stack.insert(stack.end(), e.parts.begin(), e.parts.end());
  }
  return false;
}

/// Whose words stand in the system prompt; of several the one that weighs most.
void system_prompt(View& v, const Flow& f, Confidence confidence) {
  if ((f.labels & (code::kCredential | code::kSecretVariable)) && names_secret(v, f)) sight(v, "insecure-setting", "prompt-secret", told(v, f, code::kCredential | code::kSecretVariable), f.call, Confidence::medium);
  if ((f.labels & (code::kToolArgument | code::kUserInput)) && !(f.labels & code::kModelOutput)) return sight(v, "untrusted-input-flow", "system-prompt", told(v, f), f.call, confidence);
  struct Kind { std::uint32_t label; std::string_view subject; };
  for (const Kind& kind : {Kind{code::kWebContent, "fetched-system-prompt"}, Kind{code::kToolResult, "tool-result-system-prompt"}, Kind{code::kRetrieved, "retrieved-system-prompt"}})
    if (f.labels & kind.label) return sight(v, "untrusted-input-flow", std::string(kind.subject), told(v, f, kind.label), f.call, Confidence::medium);
}

void flows(View& v) {
  for (const Flow& f : v.flows.flows) {
    const Confidence confidence = f.guarded ? Confidence::low : Confidence::high;
    const bool dangerous = one_of(f.what, {"exec", "eval", "shell", "process", "sql", "path", "url", "template", "html", "import", "deserialize", "ldap", "xpath", "nosql", "format"});
    const bool from_keyboard = f.origin != kNone && v.module.at(f.origin).kind == ExpressionKind::call && one_of(v.names.callee(v.module.at(f.origin)), {"input", "raw_input"});
    if ((f.labels & (code::kCredential | code::kPersonal)) && f.what == "network") sight(v, "exfiltration", "credential-sent", told(v, f, code::kCredential | code::kPersonal), f.call);
    if (f.what == "result") sight(v, "exfiltration", says_environment(v, f.owner) ? "environment-returned-as-told" : f.labels & code::kCredential ? "credential-returned" : "secret-variable-returned", told(v, f, code::kCredential | code::kSecretVariable), f.call);
    if (f.labels & code::kDecoded && one_of(f.what, {"exec", "eval", "shell", "import"})) sight(v, "dangerous-command", "decode-and-run", told(v, f), f.call, Confidence::high);
    if (f.labels & code::kWebContent && one_of(f.what, {"exec", "eval", "shell"}) && !(f.labels & (code::kModelOutput | code::kToolArgument)))
      sight(v, "dangerous-command", "download-and-run", told(v, f), f.call, confidence);
    if (!dangerous && f.what != "system-prompt") continue;
    if (f.approved) {
      // What a person read and agreed to is that person's to answer for; that commands and code can run at all stays worth a line.
      if (one_of(f.what, {"exec", "eval", "shell", "process"}) && (f.labels & (code::kModelOutput | code::kToolArgument)))
        sight(v, f.labels & code::kModelOutput ? "model-output-flow" : "untrusted-input-flow", "approved-" + f.what, told(v, f), f.call, Confidence::medium);
      continue;
    }
    if (f.what == "system-prompt") {
      // What a model said before is no news to it; what a tool or an index said is.
      const bool own_words = (f.labels & code::kModelOutput) && !(f.labels & (code::kToolResult | code::kRetrieved));
      if (!own_words && !from_keyboard) system_prompt(v, f, confidence);
    } else if (f.labels & code::kModelOutput) {
      sight(v, "model-output-flow", f.what, told(v, f), f.call, confidence);
    } else if ((f.labels & (code::kToolArgument | code::kUserInput)) && !from_keyboard) {
      std::string subject = f.what;
      if (f.what == "path") {
        const bool given_back = std::ranges::any_of(v.flows.flows, [&](const Flow& r) { return r.what == "file-result" && r.origin == f.call; });
        subject = names_its_file(v, f) ? "path-folder" : f.effect != Effect::read_file ? "path-write" : given_back && (f.labels & code::kToolArgument) ? "path-disclosure" : "path-read";
      }
      sight(v, "untrusted-input-flow", subject, told(v, f), f.call, confidence);
    } else if ((f.labels & code::kWebContent) && one_of(f.what, {"deserialize", "template"})) {
      sight(v, "untrusted-input-flow", f.what, told(v, f), f.call, confidence);
    }
  }
}

constexpr std::size_t kShown = 160;

/// Of a long call what the sighting speaks of: load(…, trust_remote_code=True, …).
std::string telling_part(const View& v, Index i, const Sighting& s) {
  const Expression& e = v.module.at(i);
  if (e.kind != ExpressionKind::call || e.end - e.begin <= kShown) return {};
  for (std::size_t k = 1; k < e.parts.size() && k < e.names.size(); ++k)
    if (!e.names[k].empty() && (s.subject == e.names[k] || s.detail.starts_with(e.names[k] + "="))) return fmt::format("{}(…, {}={}, …)", v.text_of(e.parts[0]), e.names[k], v.text_of(e.parts[k]));
  return {};
}

/// A long run of token characters with digits may be a key: it is not shown.
std::string without_keys(std::string_view written) {
  const std::string text = excerpt_of(written, kShown);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    bool digit = false;
    while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == '-' || text[end] == '_')) digit |= std::isdigit(static_cast<unsigned char>(text[end++])) != 0;
    if (end - at >= 16 && digit) out += text.substr(at, 4) + "…";
    else out += text.substr(at, end - at);
    if (end < text.size()) out += text[end++];
    at = end;
  }
  return out;
}

}  // namespace

std::string shown(const View& v, Index i) { return without_keys(v.text_of(i)); }

void sight(View& v, std::string what, std::string subject, std::string detail, Index i, Confidence confidence) {
  const Expression& e = v.module.at(i);
  Asset& asset = v.asset_of(e.owner);
  if (asset.sightings.size() >= v.source.limits->sightings_per_asset) return;
  Sighting s;
  s.what = std::move(what);
  s.subject = std::move(subject);
  s.detail = excerpt_of(detail, 300);
  const std::string part = telling_part(v, i, s);
  s.excerpt = part.empty() ? shown(v, i) : without_keys(part);
  s.place = v.place(e.spot);
  s.confidence = confidence;
  s.context = v.source.context;
  asset.sightings.push_back(std::move(s));
}

void observe_risks(View& v) {
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& e = v.module.at(i);
    if (e.kind != ExpressionKind::call) continue;
    const std::string& name = v.names.callee(e);
    if (name.empty()) continue;
    unsafe_loads(v, i, e, name);
    settings(v, i, e, name);
  }
  endless_loops(v);
  flows(v);
}

}  // namespace stormwatch::collect
