// SPDX-License-Identifier: Apache-2.0
// What a tool says against what its code does: copies that nobody was told of, attacks that the code names itself by, credentials in
// results, encryption that is none.
#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "base/text.h"
#include "collect/phrases.h"
#include "collect/understanding/possible_values.h"
#include "collect/understanding/sight.h"

namespace stormwatch::collect {

namespace {

using code::Effect;
using code::Expression;
using code::ExpressionKind;
using code::Index;
using code::kNone;
using code::Role;

/// "words" of a text as " w w w ": so that a beginning can be asked for as " send".
std::string words(std::string_view text) {
  std::string out = " ";
  for (const char c : lower(first_part(text))) out += std::isalnum(static_cast<unsigned char>(c)) ? c : ' ';
  return out;
}
/// "exfiltrateHistory", "exfiltrate_history" -> "exfiltrate history".
std::string spoken(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool edge = i > 0 && std::isupper(static_cast<unsigned char>(name[i])) && std::islower(static_cast<unsigned char>(name[i - 1]));
    if (edge) out += ' ';
    out += name[i] == '_' ? ' ' : name[i];
  }
  return out;
}

std::string host_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  std::string_view host = url.substr(scheme + 3);
  return std::string(host.substr(0, host.find_first_of("/:?")));
}
bool is_outside(const std::string& host) {
  return !host.empty() && host.find("{}") == std::string::npos && host.find('.') != std::string::npos && !host.starts_with("localhost") && !host.starts_with("127.") && !host.starts_with("10.") && !host.starts_with("192.168.") && host != "0.0.0.0" && !host.ends_with(".internal") && !host.ends_with(".local");
}

bool says_it_sends(std::string_view description, std::string_view host) {
  const std::string text = words(description);
  if (holds(text, {" send", " sent ", " post", " publish", " notif", " upload", " report", " submit", " webhook", " email to", " mail ", " message", " alert", " share", " sync", " push", " register", " trigger", " telemetry", " analytics", " track",
                   " logs to", " remote", " create", " update", " delete", " book", " order", " schedul", " invoke", " call ", " calls ", " forward", " api ", " server", " service", " deliver", " trace", " record"}))
    return true;
  // "Stores the note in Acme" and hooks.acme.com
  const std::size_t top = host.rfind('.');
  if (top == std::string_view::npos || top == 0) return false;
  const std::size_t label = host.rfind('.', top - 1) + 1;  // npos + 1 is 0
  return top - label >= 4 && text.find(lower(host.substr(label, top - label))) != std::string::npos;
}

const Role* role_over(const View& v, const PossibleValues& values, Index function) {
  for (const Role& r : v.roles)
    if (r.function != kNone && r.kind != code::RoleKind::route && values.reached_from(r.function).contains(function)) return &r;
  return nullptr;
}

/// What the model is told of the tool. One function that answers for all tools is told of by all of them; its own name says nothing.
std::string said_of(const View& v, const Role& role) {
  if (role.kind != code::RoleKind::mcp_dispatch) return role.description + " " + spoken(role.name);
  std::string all;
  for (const Asset& a : v.out.assets)
    if (const auto* tool = std::get_if<ToolFacts>(&a.facts)) all += tool->description + " " + spoken(a.name) + ". ";
  return all;
}

/// The call stands alone, or what it gives is only kept in a name that nothing reads.
bool is_given(const View& v, Index call) {
  return std::ranges::any_of(v.module.statements, [&](const code::Statement& s) { return s.value == call && s.kind == code::StatementKind::expression; });
}

/// Something that depends on what the tool is given, or on the machine, leaves for a fixed place; nobody looks at the answer, and the
/// description says nothing of it. Numbers count: a place on a map is two of them.
bool carries_data(const PossibleValues& values, const Expression& call) {
  for (std::size_t k = 1; k < call.parts.size(); ++k) {
    if (k < call.names.size() && (call.names[k] == "headers" || call.names[k] == "timeout" || call.names[k] == "auth")) continue;
    if (values.is_open_argument(call.parts[k])) return true;
  }
  return false;
}

void undisclosed_copies(View& v, const PossibleValues& values) {
  std::set<Index> seen;
  const auto judge = [&](Index at, std::uint32_t labels) {
    const Expression& call = v.module.at(at);
    const code::CallEffect effect = code::effect_of(v.names, call);
    std::string host;
    for (const std::string& url : values.of(effect.argument == kNone ? v.module.argument(call, 0) : effect.argument))
      if (is_outside(host_of(url))) host = host_of(url);
    const Role* role = host.empty() ? nullptr : role_over(v, values, call.owner);
    if (!role || says_it_sends(said_of(v, *role), host) || !seen.insert(at).second) return;
    sight(v, "exfiltration", "undisclosed-copy", fmt::format("tool {} sends {} to {} and says nothing of it", role->name, labels ? code::name_of_label(labels) : std::string_view("what it is given"), host), at, Confidence::medium);
  };
  for (const code::Flow& f : v.flows.flows)
    if (f.what == "network" && f.unused && f.effect == Effect::send && (f.labels & (code::kToolArgument | code::kFileContent | code::kPersonal | code::kEnvironment | code::kCredential))) judge(f.call, f.labels);
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& e = v.module.at(i);
    if (e.kind != ExpressionKind::call || !values.is_reached(e.owner) || code::effect_of(v.names, e).effect != Effect::send) continue;
    if (is_given(v, i) && carries_data(values, e)) judge(i, 0);
  }
}

/// Functions and classes behind a tool that name themselves after an attack.
void self_declared(View& v, const PossibleValues& values) {
  if (v.source.context == "test") return;
  static constexpr std::string_view kinds[] = {"exfiltration", "credential-theft", "backdoor", "defence-evasion", "privilege-escalation", "exploitation", "destruction", "surveillance", "malicious-intent", "self-declared"};
  std::set<std::string> seen;
  const auto judge = [&](const std::string& name, const std::string& documentation, Index place) {
    // The first paragraph says what it is for; what follows argues, also about attacks that it withstands.
    const std::string text = spoken(name) + ".\n\n" + documentation.substr(0, std::min<std::size_t>(documentation.find("\n\n"), 300));
    for (const PhraseHit& hit : Phrases::embedded("purpose.yaml").read_text(text)) {
      if (hit.confidence != Confidence::high || std::ranges::find(kinds, hit.subject) == std::end(kinds) || !seen.insert(std::string(hit.subject)).second) continue;
      sight(v, "harmful-purpose", std::string(hit.subject), fmt::format("the code behind a tool says of itself: {}", excerpt_of(std::string_view(text).substr(hit.begin, hit.end - hit.begin), 120)), place);
    }
  };
  for (Index f = 0; f < v.module.functions.size(); ++f) {
    if (!values.is_reached(f)) continue;
    const bool is_role = std::ranges::any_of(v.roles, [&](const Role& r) { return r.function == f; });
    if (is_role) continue;
    Index inside = kNone;
    for (Index i = 0; i < v.module.expressions.size() && inside == kNone; ++i)
      if (v.module.at(i).owner == f) inside = i;
    if (inside == kNone) continue;
    judge(v.module.functions[f].name, v.module.functions[f].documentation, inside);
    if (const Index c = v.names.class_of(f); c != kNone) judge(v.module.classes[c].name, v.module.classes[c].documentation, inside);
  }
}

bool is_hex_or_number(std::string_view s) { return std::ranges::all_of(s, [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }); }

/// "Admin password: x" and "API key: y" in one text that a resource or tool gives to the model.
void credentials_in_results(View& v, const PossibleValues& values) {
  static constexpr std::string_view labels[] = {"password", "passwd", "api key", "api_key", "apikey", "secret", "token", "access key", "access_key", "private key", "connection string", "credential"};
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& e = v.module.at(i);
    if ((e.kind != ExpressionKind::string && e.kind != ExpressionKind::format) || e.text.size() < 30 || e.owner == kNone || !values.is_reached(e.owner) || v.source.context == "test") continue;
    const std::string text = lower(first_part(e.text));
    std::set<std::string_view> found;
    for (const std::string_view label : labels) {
      const auto at = text.find(label);
      if (at == std::string::npos) continue;
      // "label: value": the value is one word of 8 and more with a digit or sign, no placeholder.
      std::size_t colon = text.find_first_of(":=", at + label.size());
      if (colon == std::string::npos || colon > at + label.size() + 12) continue;
      std::size_t begin = text.find_first_not_of(" \"'", colon + 1);
      if (begin == std::string::npos) continue;
      std::size_t end = std::min(text.find_first_of(" \n\"',;", begin), text.size());
      const std::string_view value = std::string_view(text).substr(begin, end - begin);
      const bool digit = std::ranges::any_of(value, [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; });
      if (value.size() < 8 || value.size() > 200 || !digit || is_hex_or_number(value) || holds(value, {"{", "<", "your", "xxx", "***", "...", "example.com", "$", "(", "["})) continue;
      found.insert(label);
    }
    if (found.size() >= 2) sight(v, "exfiltration", "credential-returned", fmt::format("a text that the model gets names a {} and a {}", *found.begin(), *std::next(found.begin())), i);
  }
}

/// The key of `x["access_token"]` or `x.get("access_token")`; "".
std::string asked_key(const View& v, Index i) {
  const Expression& e = v.module.at(i);
  if (e.kind == ExpressionKind::subscript && e.parts.size() > 1) return v.names.string_value(e.parts[1]).value_or("");
  if (e.kind == ExpressionKind::call && e.parts.size() > 1 && v.module.at(e.parts[0]).kind == ExpressionKind::attribute && v.module.at(e.parts[0]).text == "get") return v.names.string_value(e.parts[1]).value_or("");
  return {};
}

/// A text with a stored token or password in it that a tool gives back.
void credentials_written_out(View& v, const PossibleValues& values) {
  static constexpr std::string_view keys[] = {"access_token", "refresh_token", "api_key", "apikey", "password", "secret_key", "client_secret", "private_key", "secret"};
  for (const code::Statement& s : v.module.statements) {
    if (s.kind != code::StatementKind::give || s.value == kNone || s.owner == kNone || !values.is_reached(s.owner) || v.source.context == "test") continue;
    if (std::ranges::none_of(v.roles, [&](const Role& r) { return r.function == s.owner && r.kind != code::RoleKind::route; })) continue;
    const Index text = v.names.literal_of(s.value);
    if (text == kNone || v.module.at(text).kind != ExpressionKind::format) continue;
    for (const Index part : v.module.at(text).parts) {
      const std::string key = lower(asked_key(v, part));
      if (std::ranges::find(keys, key) == std::end(keys)) continue;
      sight(v, "exfiltration", "credential-returned", fmt::format("the text that the model gets holds {}", key), text);
      break;
    }
  }
}

/// Modules handed to a template as values: a placeholder reaches the machine.
void modules_in_templates(View& v, const PossibleValues& values) {
  const bool renders = std::ranges::any_of(v.module.expressions, [&](const Expression& e) {
    if (e.kind != ExpressionKind::call || !values.is_reached(e.owner)) return false;
    const std::string_view method = v.module.at(e.parts[0]).text;
    return method == "substitute" || method == "safe_substitute" || method == "render" || method == "format_map" || method == "from_string";
  });
  if (!renders) return;
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& e = v.module.at(i);
    if (e.kind != ExpressionKind::map || !values.is_reached(e.owner)) continue;
    const auto modules = std::ranges::count_if(e.parts, [&](Index p) {
      const std::string& name = v.names.qualified(p);
      return v.module.at(p).kind == ExpressionKind::name && (name == "os" || name == "sys" || name == "subprocess" || name == "importlib" || name == "builtins" || name == "__builtins__" || name == "shutil");
    });
    if (modules >= 2) sight(v, "untrusted-input-flow", "template", "tool argument in a template that is given modules of the system", i);
  }
}

/// Asks every host of a network in turn.
void network_walks(View& v, const PossibleValues& values) {
  for (const code::Statement& s : v.module.statements) {
    if (s.kind != code::StatementKind::iterate || s.value == kNone || s.owner == kNone || !values.is_reached(s.owner) || v.text_of(s.value).find(".hosts()") == std::string_view::npos) continue;
    const std::set<Index> reached = values.reached_from(s.owner);
    const bool asks = std::ranges::any_of(v.module.expressions, [&](const Expression& e) {
      if (e.kind != ExpressionKind::call || !reached.contains(e.owner)) return false;
      const Effect effect = code::effect_of(v.names, e).effect;
      return effect == Effect::fetch || effect == Effect::send;
    });
    if (asks) sight(v, "dangerous-command", "network-scan", "asks every host of a network in turn", s.value);
  }
}

/// A session or access token made of what anyone knows: the time, a name, a counter.
void predictable_tokens(View& v, const PossibleValues& values) {
  for (const code::Statement& s : v.module.statements) {
    if (s.kind != code::StatementKind::assign || s.targets.size() != 1 || s.value == kNone || s.owner == kNone || !values.is_reached(s.owner)) continue;
    const std::string name = lower(v.module.at(s.targets[0]).text);
    if (!holds(name, {"token", "session_id", "sessionid", "session_key", "api_key", "reset_code", "otp"}) || holds(name, {"tokens", "tokenize", "data", "count", "_url", "usage"})) continue;
    std::vector<Index> stack{s.value};
    bool hashes = false, clock = false, chance = false, secret = false;
    for (int steps = 0; !stack.empty() && steps < 200; ++steps) {
      const Index i = stack.back();
      stack.pop_back();
      const Expression& e = v.module.at(i);
      if (e.kind == ExpressionKind::call) {
        const std::string& callee = v.names.callee(e);
        hashes |= callee == "hashlib.md5" || callee == "hashlib.sha1" || callee == "hashlib.sha256";
        clock |= callee == "time.time" || callee == "datetime.datetime.now" || callee == "datetime.datetime.utcnow" || callee == "time.time_ns";
        chance |= callee == "random.randint" || callee == "random.choice" || callee == "random.choices" || callee == "random.random" || callee == "random.getrandbits";
        secret |= callee.starts_with("secrets.") || callee == "os.urandom" || callee.starts_with("uuid.uuid4") || callee.starts_with("hmac.") || callee == "random.SystemRandom";
      }
      if (e.kind == ExpressionKind::name) {
        secret |= holds(lower(first_part(e.text)), {"secret", "salt", "nonce", "signing", "pepper", "private"});
        if (const Index bound = v.names.binding(i); bound != kNone && bound != i && v.module.at(bound).owner == e.owner) stack.push_back(bound);
      }
      stack.insert(stack.end(), e.parts.begin(), e.parts.end());
    }
    if (!secret && ((hashes && clock) || chance)) sight(v, "insecure-setting", "predictable-token", fmt::format("{} is made of {}", v.module.at(s.targets[0]).text, chance ? "a generator that can be predicted" : "the time and what the caller knows"), s.value);
  }
}

/// The tool says that it encrypts; nothing that it reaches does more than encode or hash.
void feigned_encryption(View& v, const PossibleValues& values) {
  for (const char* library : {"cryptography", "Crypto", "Cryptodome", "nacl", "crypto", "openssl", "gnupg", "pyaes", "sjcl", "tink", "age", "node-forge", "crypto-js", "node:crypto", "tweetnacl", "libsodium-wrappers", "jose"})
    if (v.names.imports(library)) return;
  for (const Role& r : v.roles) {
    if (r.function == kNone || r.kind == code::RoleKind::route) continue;
    const std::string said = words(r.description + " " + spoken(r.name));
    if (!holds(said, {" encrypt ", " encrypts ", " encrypted ", " encryption "}) || holds(said, {" decrypt", "is encrypted", " base64", " encode", " check", " detect", " toy "})) continue;
    for (Index i = 0; i < v.module.expressions.size(); ++i) {
      const Expression& e = v.module.at(i);
      if (e.kind != ExpressionKind::call || !v.names.callee(e).starts_with("base64.") || v.names.callee(e).find("encode") == std::string::npos) continue;
      if (!values.reached_from(r.function).contains(e.owner) || !values.is_open_argument(e.parts.size() > 1 ? e.parts[1] : kNone)) continue;
      const auto reached = values.reached_from(r.function);
      const bool works = std::ranges::any_of(v.module.expressions, [&](const Expression& c) { return c.kind == ExpressionKind::call && reached.contains(c.owner) && (v.names.callee(c).starts_with("subprocess") || v.text_of(c.parts[0]).find("crypt") != std::string_view::npos) && v.names.local_function(c.parts[0]) == kNone && !v.names.callee(c).starts_with('.'); });
      if (!works) sight(v, "dangerous-command", "feigned-encryption", fmt::format("tool {} says that it encrypts and only encodes", r.name), i);
      break;
    }
  }
}

/// Switches off what guards the model or the server for every later part of the process: an environment variable that names a guard.
void guards_off(View& v, const PossibleValues& values) {
  for (const code::Statement& s : v.module.statements) {
    if (s.kind != code::StatementKind::assign || s.targets.size() != 1 || s.owner == kNone || !values.is_reached(s.owner)) continue;
    const Expression& t = v.module.at(s.targets[0]);
    if (t.kind != ExpressionKind::subscript || t.parts.size() < 2 || v.names.qualified(t.parts[0]) != "os.environ") continue;
    std::vector<std::string> names = values.of(t.parts[1]);
    const std::vector<std::string> set = values.of(s.value);
    const bool off = std::ranges::any_of(set, [](const std::string& x) { return holds(" " + lower(x) + " ", {" off ", " disabled ", " false ", " 0 ", " none ", " unrestricted ", " bypass", " maximum ", " true ", " enabled "}); });
    for (const std::string& name : names) {
      const std::string n = lower(name);
      const bool guard = holds(n, {"safety_mode", "safe_mode", "safety_check", "guardrail", "bypass_auth", "skip_auth", "disable_auth", "bypass_", "disable_audit", "disable_security", "trust_mode", "trust_level", "content_filter"});
      if (!guard || !off) continue;
      sight(v, "dangerous-command", "control-off", fmt::format("sets {} for the whole process", excerpt_of(name, 60)), s.targets[0]);
      break;
    }
  }
}

/// Commands that attack, kept as data for a model or a later step to run.
void planted_commands(View& v, const PossibleValues& values) {
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& e = v.module.at(i);
    if (e.kind != ExpressionKind::map || e.owner == kNone || !values.is_reached(e.owner)) continue;
    for (std::size_t k = 0; k < e.parts.size() && k < e.names.size(); ++k) {
      const std::string key = lower(e.names[k]);
      if (key != "command" && key != "cmd" && key != "script" && key != "run" && key != "exec") continue;
      const std::string text = lower(first_part(v.names.pattern_of(e.parts[k])));
      const bool piped = holds(text, {"curl ", "wget "}) && holds(text, {"| sh", "| bash", "|sh", "|bash"});
      if (piped || holds(text, {"| crontab", "crontab -", "/dev/tcp/", "nc -e", "bash -i", "authorized_keys", "usermod -ag sudo", "setenforce 0", "history -c"}))
        sight(v, "dangerous-command", "planted-command", fmt::format("hands on the command {:?}", excerpt_of(text, 120)), e.parts[k]);
    }
  }
}

/// A page with a shell in it, written where a web server would run it.
void web_shells(View& v) {
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& e = v.module.at(i);
    if (e.kind != ExpressionKind::string || e.text.size() < 20 || e.text.size() > 20'000) continue;
    const std::string text = lower(first_part(e.text));
    const bool php = text.find("<?php") != std::string::npos && holds(text, {"system(", "shell_exec(", "passthru(", "eval(", "assert("}) && holds(text, {"$_get", "$_post", "$_request", "$_cookie"});
    const bool jsp = text.find("<%") != std::string::npos && text.find("getruntime().exec(") != std::string::npos && text.find("request.getparameter") != std::string::npos;
    if (php || jsp) sight(v, "dangerous-command", "web-shell", "carries a page that runs what a visitor sends", i);
  }
}

/// Variables of the environment picked by names of secrets and kept with their values.
void harvested_environment(View& v, const PossibleValues& values) {
  for (const code::Statement& loop : v.module.statements) {
    if (loop.kind != code::StatementKind::iterate || loop.value == kNone || loop.owner == kNone || v.text_of(loop.value).find("environ.items()") == std::string_view::npos) continue;
    std::vector<std::string> names;
    for (const Index t : loop.targets) {
      const Expression& e = v.module.at(t);
      if (e.kind == ExpressionKind::name) names.push_back(e.text);
      for (const Index p : e.parts) names.push_back(v.module.at(p).text);
    }
    if (names.size() != 2) continue;
    const bool kept = std::ranges::any_of(v.module.statements, [&](const code::Statement& s) {
      return s.kind == code::StatementKind::assign && s.owner == loop.owner && s.targets.size() == 1 && s.value != kNone && v.module.at(s.targets[0]).kind == ExpressionKind::subscript && v.module.at(s.value).kind == ExpressionKind::name && v.module.at(s.value).text == names[1];
    });
    std::size_t secrets = 0;
    for (const code::Statement& s : v.module.statements) {
      if (s.owner != loop.owner || s.kind != code::StatementKind::iterate || s.value == loop.value) continue;
      for (const std::string& word : values.of(s.value)) secrets += code::is_secret_name(word) || lower(word) == "key";
    }
    if (kept && secrets >= 2 && values.is_reached(loop.owner)) sight(v, "dangerous-command", "credential-read", "picks the secrets among the variables of the environment", loop.value);
  }
}

}  // namespace

void observe_disguise(View& v, const PossibleValues& values) {
  if (v.owners.empty()) return;
  undisclosed_copies(v, values);
  self_declared(v, values);
  credentials_in_results(v, values);
  credentials_written_out(v, values);
  modules_in_templates(v, values);
  network_walks(v, values);
  predictable_tokens(v, values);
  feigned_encryption(v, values);
  guards_off(v, values);
  planted_commands(v, values);
  web_shells(v);
  harvested_environment(v, values);
}

}  // namespace stormwatch::collect
