// SPDX-License-Identifier: Apache-2.0
// Deserialisers and settings of Go, Java and C# that give up a protection, as sightings.
#include <algorithm>

#include "base/text.h"
#include "collect/understanding/sight.h"

namespace stormwatch::collect {

namespace {

using code::Expression;
using code::ExpressionKind;
using code::Index;
using code::kNone;

bool ends_in(std::string_view name, std::string_view last) {
  return name == last || (name.ends_with(last) && name[name.size() - last.size() - 1] == '.');
}

void deserialisers(View& v, Index i, const std::string& name) {
  for (const std::string_view call : {"ObjectInputStream.readObject", "XMLDecoder.readObject", "BinaryFormatter.Deserialize", "NetDataContractSerializer.Deserialize", "SoapFormatter.Deserialize", "LosFormatter.Deserialize"})
    if (ends_in(name, call)) sight(v, "unsafe-load", std::string(call), "rebuilds any object that the bytes name", i, Confidence::medium);
  // A validator of allowed types makes it safe; the old form and the validator that allows all do not.
  const Expression& e = v.module.at(i);
  if (!v.names.imports("com.fasterxml.jackson") && !v.names.imports("tools.jackson")) return;
  const std::string_view last = std::string_view(name).substr(name.rfind('.') + 1);
  const bool all_types = last == "activateDefaultTyping" && e.parts.size() > 1 && v.text_of(e.parts[1]).find("LaissezFaire") != std::string_view::npos;
  if (last == "enableDefaultTyping" || all_types) sight(v, "unsafe-load", "jackson-default-typing", "JSON names the class that is made of it", i);
}

/// A callback whose answer is always yes.
bool allows_all(const View& v, Index given) {
  const Index at = v.names.literal_of(given);
  if (at == kNone) return false;
  const Expression& e = v.module.at(at);
  if (e.kind == ExpressionKind::attribute) return e.text == "DangerousAcceptAnyServerCertificateValidator";
  if (e.kind != ExpressionKind::function) return false;
  bool yes = false, other = false;
  for (const code::Statement& s : v.module.statements) {
    if (s.owner != e.function) continue;
    if (s.kind == code::StatementKind::give && v.names.boolean_value(s.value) == true) yes = true;
    else other = true;
  }
  return yes && !other;
}

void member(View& v, std::string_view key, Index given, Index at) {
  if (given == kNone) return;
  const Expression& value = v.module.at(given);
  if (key == "InsecureSkipVerify" && v.names.boolean_value(given) == true) sight(v, "insecure-setting", "tls-verification", "InsecureSkipVerify", at);
  if (one_of(key, {"ServerCertificateCustomValidationCallback", "ServerCertificateValidationCallback", "RemoteCertificateValidationCallback"}) && allows_all(v, given)) sight(v, "insecure-setting", "tls-verification", std::string(key), at);
  if (key == "TypeNameHandling" && value.kind == ExpressionKind::attribute && one_of(value.text, {"All", "Auto", "Objects", "Arrays"}) && v.names.imports("Newtonsoft.Json")) sight(v, "unsafe-load", "json-type-names", "TypeNameHandling." + value.text, at);
}

}  // namespace

void observe_typed_risks(View& v) {
  if (v.module.family <= code::Family::javascript) return;
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& e = v.module.at(i);
    if (e.kind != ExpressionKind::call) continue;
    const std::string& name = v.names.callee(e);
    if (!name.empty() && name[0] != '.') deserialisers(v, i, name);
    if (e.text == "new")
      for (std::size_t k = 1; k < e.parts.size() && k < e.names.size(); ++k)
        if (!e.names[k].empty()) member(v, e.names[k], e.parts[k], i);
    for (const Index p : e.parts)
      if (v.names.qualified(p).ends_with("NoopHostnameVerifier.INSTANCE") || v.names.qualified(p).ends_with("TrustAllStrategy.INSTANCE")) sight(v, "insecure-setting", "tls-verification", "every host name or certificate is accepted", i);
  }
  for (const code::Statement& s : v.module.statements) {
    if (s.kind != code::StatementKind::assign || s.targets.size() != 1) continue;
    const Expression& target = v.module.at(s.targets[0]);
    if (target.kind == ExpressionKind::attribute) member(v, target.text, s.value, s.targets[0]);
  }
}

}  // namespace stormwatch::collect
