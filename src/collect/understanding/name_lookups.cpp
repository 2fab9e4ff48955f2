// SPDX-License-Identifier: Apache-2.0
// Data that leaves in questions to the name service: "<token in hexadecimal>.collector.example" is looked up, and whoever answers for
// the domain reads it. No firewall that lets names be looked up stops it.
#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "collect/understanding/sight.h"

namespace stormwatch::collect {

namespace {

using code::Effect;
using code::Expression;
using code::ExpressionKind;
using code::Index;
using code::kNone;

bool looks_up(std::string_view callee) {
  if (callee.starts_with("node:")) callee.remove_prefix(5);
  if (one_of(callee, {"socket.gethostbyname", "socket.gethostbyname_ex", "socket.getaddrinfo", "dns.resolver.resolve", "dns.resolver.query", "dns.asyncresolver.resolve", "net.LookupHost", "net.LookupIP", "net.LookupTXT", "net.LookupCNAME", "net.LookupMX"})) return true;
  for (const std::string_view module : {"dns.promises.", "dns/promises.", "dns."})
    if (callee.starts_with(module)) return callee.substr(module.size()) == "lookup" || callee.substr(module.size()).starts_with("resolve");
  return false;
}

/// Something unknown before a domain that is written out: "{}.q.collector.example".
bool is_under_fixed_domain(std::string_view name) {
  const std::size_t last = name.rfind("{}");
  if (last == std::string_view::npos || name.size() < last + 5 || name[last + 2] != '.') return false;
  const std::string_view domain = name.substr(last + 3);
  return domain.find('.') != std::string_view::npos && domain.find_first_of(" /:") == std::string_view::npos && !domain.ends_with(".local") && !domain.ends_with(".internal") && !domain.ends_with(".arpa");
}

struct Sources {
  bool encoded = false;  ///< in hexadecimal, base32 or base64: made to fit into a name
  bool secret = false;   ///< a variable or file that is named as a secret
  bool machine = false;  ///< the environment, a file, the user's name, or what the tool was given
};

bool encodes(const View& v, const Expression& call, const std::string& callee) {
  const auto method = last_of(callee);
  if (one_of(method, {"hexlify", "b64encode", "urlsafe_b64encode", "b32encode", "b16encode", "EncodeToString", "btoa"})) return true;
  const Expression& name = v.module.at(call.parts[0]);
  if (name.kind != ExpressionKind::attribute) return false;
  if (name.text == "hex" && call.parts.size() == 1) return true;
  return name.text == "toString" && one_of(names_string(v, v.module.argument(call, 0)), {"hex", "base64", "base64url"});
}

Sources sources_of(const View& v, Index argument) {
  Sources found;
  std::vector<Index> stack{argument};
  for (int steps = 0; !stack.empty() && steps < 200; ++steps) {
    const Index i = stack.back();
    stack.pop_back();
    if (i == kNone) continue;
    const Expression& e = v.module.at(i);
    const std::string_view written = v.text_of(i);
    if (e.kind == ExpressionKind::call) {
      found.encoded |= encodes(v, e, v.names.callee(e));
      const Effect effect = code::effect_of(v.names, e).effect;
      found.machine |= effect == Effect::read_file || effect == Effect::environment;
      found.secret |= effect == Effect::secret_store;
    }
    if (e.kind == ExpressionKind::subscript || e.kind == ExpressionKind::attribute || e.kind == ExpressionKind::call) {
      const bool environment = written.size() < 120 && holds(written, {"environ", "process.env", "os.Getenv", "getenv"});
      found.machine |= environment || (written.size() < 60 && holds(written, {"userInfo", "getuser", "gethostname", "os.hostname"}));
      found.secret |= (environment && code::is_secret_name(written)) || code::is_credential_path(names_string(v, i));
    }
    if (e.kind == ExpressionKind::name) {
      for (const code::Role& r : v.roles)
        if (r.function == e.owner && r.kind != code::RoleKind::route && r.function != kNone)
          for (const code::Parameter& p : v.module.functions[r.function].parameters) found.machine |= p.name == e.text || std::ranges::find(p.bound, e.text) != p.bound.end();
      if (const Index bound = v.names.binding(i); bound != i) stack.push_back(bound);
    }
    stack.insert(stack.end(), e.parts.begin(), e.parts.end());
  }
  return found;
}

}  // namespace

void observe_name_lookups(View& v) {
  if (v.owners.empty()) return;
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& e = v.module.at(i);
    if (e.kind != ExpressionKind::call || e.parts.size() < 2 || !looks_up(v.names.callee(e))) continue;
    const std::string name = v.names.pattern_of(e.parts[1]);
    if (!is_under_fixed_domain(name)) continue;
    const Sources sources = sources_of(v, e.parts[1]);
    if (sources.secret || (sources.encoded && sources.machine))
      sight(v, "exfiltration", "credential-sent", fmt::format("{} leaves in a host name that is looked up: {}", sources.secret ? "a credential" : "data of the machine", excerpt_of(name, 80)), i, sources.secret ? Confidence::high : Confidence::medium);
  }
}

}  // namespace stormwatch::collect
