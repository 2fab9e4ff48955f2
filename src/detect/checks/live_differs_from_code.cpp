// SPDX-License-Identifier: Apache-2.0
// A resource that runs otherwise than its code says, in what some rule reads.
//
// Told where both values are known: what the code leaves to the provider, what the export leaves out and what was not worked out are no
// difference. A name and the ARN that ends with it are the same, and so are the two words for a switch. Policies are compared statement by statement.
#include <algorithm>
#include <map>
#include <optional>
#include <ranges>

#include "detect/detector.h"
#include "detect/policy_difference.h"
#include "detect/rule_attributes.h"
#include "graph/join_live.h"

namespace stormwatch::detect {
namespace {

constexpr std::size_t kMostTold = 12;

struct Values {
  std::map<std::string, std::string> texts;  // as compared -> as written
  bool known = true;
  std::uint32_t line = 0;
};

std::string plain(std::string_view text) {
  std::string word(text);
  std::ranges::transform(word, word.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (word == "enabled" || word == "yes" || word == "on") return "true";
  if (word == "disabled" || word == "no" || word == "off") return "false";
  return word;
}

void gather(const Node& node, std::string_view path, Values& into) {
  if (path == "*" || path.starts_with("*.")) {
    path.remove_prefix(std::min<std::size_t>(path.size(), 2));
    for (const Node::Member& member : node.members) gather(member.value, path, into);
    for (const Node& item : node.items) gather(item, path, into);
    return;
  }
  if (node.is_list()) {
    for (const Node& item : node.items) gather(item, path, into);
    return;
  }
  if (path.empty()) {
    if (node.is_map()) into.known = false;
    if (!node.is_scalar()) return;
    if (node.scalar.find("${") != std::string::npos || node.scalar == "(not kept)" || node.scalar == "(set)") into.known = false;
    if (!into.line) into.line = node.line;
    into.texts.emplace(plain(node.scalar), node.scalar);
    return;
  }
  const std::size_t dot = path.find('.');
  if (node.is_string() && node.scalar.find("${") != std::string::npos) into.known = false;
  if (const Node* next = node.find(path.substr(0, dot))) gather(*next, dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1), into);
}

Values values_at(const Node& body, std::string_view path) {
  Values values;
  gather(body, path, values);
  return values;
}

// "tcp 22-22" of each port that is open to everyone; nullopt where the rules stand elsewhere or were not worked out.
std::optional<Values> open_ports(const Node& body) {
  const Node* rules = body.find("ingress") ? body.find("ingress") : body.find("source_ranges");
  if (!rules) return std::nullopt;
  Values ports;
  ports.line = rules->line;
  if (Values all = values_at(body, "ingress.cidr_blocks"); !all.known) return std::nullopt;
  if (Values all = values_at(body, "source_ranges"); !all.known) return std::nullopt;
  if (const Node* open = body.find("open_ports"))
    for (const Node& one : open->items) {
      const std::string port = std::string(one.text("protocol")) + " " + std::string(one.text("from_port")) + "-" + std::string(one.text("to_port"));
      ports.texts.emplace(port, port);
    }
  return ports;
}

bool says_the_same(const Values& declared, const Values& live) {
  if (std::ranges::equal(std::views::keys(declared.texts), std::views::keys(live.texts))) return true;
  const auto is_arn = [](const auto& text) { return text.first.starts_with("arn:"); };
  // An alias or a name on the one side and an ARN on the other cannot be told apart by their letters.
  return std::ranges::any_of(declared.texts, is_arn) != std::ranges::any_of(live.texts, is_arn);
}

std::string shown(const Values& values) {
  std::string out;
  for (const auto& [compared, text] : values.texts) out += (out.empty() ? "" : ", ") + text;
  return out.empty() ? "nothing" : excerpt_of(out, 80);
}

class Comparison {
 public:
  Comparison(const Asset& live, const Asset& declared) : live_(live), declared_(declared), running_(*graph::configuration_of(live)), code_(*graph::configuration_of(declared)) {}

  void compare(std::string_view path) {
    if (path.starts_with("metadata") || (path.starts_with("pod.") && !same_containers()) || path.find("open_ports") != std::string_view::npos || path.find("statements") != std::string_view::npos) return;
    const Values code = values_at(code_, path), running = values_at(running_, path);
    if (code.texts.empty() || running.texts.empty() || !code.known || !running.known || says_the_same(code, running)) return;
    tell(path, code, running);
  }
  // With a container more on one side, values of all containers cannot be held against each other.
  [[nodiscard]] bool same_containers() const { return values_at(code_, "pod.containers.name").texts == values_at(running_, "pod.containers.name").texts; }
  void compare_ports() {
    const auto code = open_ports(code_), running = open_ports(running_);
    if (code && running && code->texts != running->texts) tell("ports open to everyone", *code, *running);
  }
  // What a role trusts stands in the role itself; what it is permitted may stand in files that are not here. Other resources have one policy.
  void compare_policies() {
    const char* const part = live_.kind() == AssetKind::identity ? "trust_statements" : "statements";
    const Node *code = code_.find(part), *running = running_.find(part);
    if (!code || !running) return;
    for (const PolicyDifference& difference : policy_differences(*code, *running)) {
      if (++count_ > kMostTold) return;
      told_ += (told_.empty() ? "" : "; ") + std::string(difference.only_live ? "its policy says, and no code does: " : "the code says, and its policy does not: ") + difference.text;
      if (!difference.only_live) told_ += " (" + declared_at(difference.line).text() + ")";
      names_ += difference.text + " ";
      if (difference.only_live && !line_) line_ = difference.line;
    }
  }
  [[nodiscard]] const std::string& told() const { return told_; }
  [[nodiscard]] const std::string& names() const { return names_; }
  [[nodiscard]] Place place() const {
    Place place = live_.places.empty() ? Place() : live_.places.front();
    if (line_) place.line = line_;
    return place;
  }

 private:
  [[nodiscard]] Place declared_at(std::uint32_t line) const {
    Place at = declared_.places.empty() ? Place() : declared_.places.front();
    if (line) at.line = line;
    at.resource.clear();
    return at;
  }
  void tell(std::string_view path, const Values& code, const Values& running) {
    if (++count_ > kMostTold) return;
    const Place at = declared_at(code.line);
    told_ += (told_.empty() ? "" : "; ") + std::string(path) + " is " + shown(running) + ", declared " + shown(code) + " (" + at.text() + ")";
    names_ += std::string(path) + " ";
    if (!line_) line_ = running.line;
  }

  const Asset& live_;
  const Asset& declared_;
  const Node& running_;
  const Node& code_;
  std::string told_, names_;
  std::uint32_t line_ = 0;
  std::size_t count_ = 0;
};

void look(const Estate& estate, const Context&, Signals& signals) {
  for (const Relation& relation : estate.relations()) {
    if (relation.kind != RelationKind::derived_from) continue;
    const Asset *live = estate.find(relation.from), *declared = estate.find(relation.to);
    if (!live || !declared || !graph::is_observed_live(*live) || graph::is_observed_live(*declared)) continue;
    const auto attributes = rule_attributes().find(graph::resource_type(*live));
    Comparison comparison(*live, *declared);
    if (attributes != rule_attributes().end())
      for (const std::string& path : attributes->second) comparison.compare(path);
    else if (live->kind() == AssetKind::workload)
      for (const std::string& path : rule_attributes().at("")) comparison.compare(path);
    comparison.compare_ports();
    comparison.compare_policies();
    if (comparison.told().empty()) continue;
    Signal& signal = signals.raise(*live, comparison.place(), comparison.told());
    signal.identity = comparison.names();
  }
}

}  // namespace

extern const Detector live_differs_from_code;
const Detector live_differs_from_code{
    .advisory = {.id = "live-differs-from-code",
                 .title = "A resource runs otherwise than its code says",
                 .why = "Somebody changed it by hand, or the code was never applied. What was reviewed in the code does not hold, and the next apply undoes the change without a word.",
                 .fix = "Decide which side is right: take the change into the code, or apply the code again; then let changes by hand be noticed (drift detection of the provider).",
                 .severity = Severity::medium,
                 .vector = Vector::misconfiguration,
                 .controls = {"cwe:1188", "nist-ai-rmf:MANAGE 4.1", "eu-ai-act:15", "iso-42001:A.6.2.6"}},
    .look = look,
    .examples = [] {
      const auto code = [](const std::string& internet) { return ExampleFile{"main.tf", "resource \"aws_sagemaker_notebook_instance\" \"n\" {\n  name = \"nb\"\n  direct_internet_access = \"" + internet + "\"\n  root_access = \"Disabled\"\n  subnet_id = var.subnet\n}\n"}; };
      const ExampleFile live{"live/nb.json", R"({"NotebookInstanceName": "nb", "NotebookInstanceArn": "arn:aws:sagemaker:eu-west-1:1:notebook-instance/nb", "DirectInternetAccess": "Enabled", "RootAccess": "Disabled", "SubnetId": "subnet-1"})"};
      const auto group = [](const std::string& range) { return ExampleFile{"main.tf", "resource \"aws_security_group\" \"g\" {\n  name = \"llm\"\n  ingress {\n    from_port = 8000\n    to_port = 8000\n    protocol = \"tcp\"\n    cidr_blocks = [\"" + range + "\"]\n  }\n}\n"}; };
      const ExampleFile opened{"live/groups.json", R"({"SecurityGroups": [{"GroupName": "llm", "GroupId": "sg-1", "IpPermissions": [{"FromPort": 8000, "ToPort": 8000, "IpProtocol": "tcp", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]}]})"};
      // The same in other words: a list of one, an account's root, the order.
      const ExampleFile role{"main.tf", R"(resource "aws_iam_role" "serving" {
  name = "serving"
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = ["sts:AssumeRole"], Principal = { AWS = "111122223333", Service = "sagemaker.amazonaws.com" }, Condition = { StringEquals = { "sts:ExternalId" = "x" } } }]
  })
}
)"};
      const auto running = [](const std::string& principal, const std::string& condition) {
        return ExampleFile{"live/role.json", R"({"Role": {"RoleName": "serving", "Arn": "arn:aws:iam::111122223333:role/serving", "Path": "/", "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com", "AWS": "arn:aws:iam::)" + principal + R"(:root"}, "Action": "sts:AssumeRole")" + condition + "}]}}}"};
      };
      const std::string asks = R"(, "Condition": {"StringEquals": {"sts:ExternalId": ["x"]}})";
      return std::vector<Example>{{"a role that trusts another account than its code says", {role, running("999988887777", asks)}, true},
                                  {"a role whose condition was taken away", {role, running("111122223333", "")}, true},
                                  {"the same policy in other words", {role, running("111122223333", asks)}, false},
                                  {"opened by hand", {code("Disabled"), live}, true},
                                  {"as declared", {code("Enabled"), live}, false},
                                  {"not worked out", {code("${var.access}"), live}, false},
                                  {"a port opened by hand", {group("10.0.0.0/8"), opened}, true},
                                  {"the port that is declared", {group("0.0.0.0/0"), opened}, false}};
    }};

}  // namespace stormwatch::detect
