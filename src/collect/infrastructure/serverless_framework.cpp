// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/serverless_framework.h"

#include "collect/infrastructure/tree.h"

namespace stormwatch::collect {
namespace {

constexpr std::string_view kSharedRole = "IamRoleLambdaExecution";
constexpr std::size_t kMostSteps = 20'000;  // values looked at for `${self:...}`

/// `${self:custom.stage}` stands for the value at that path of the file; what a file, option or variable gives stays as written.
class Filled {
 public:
  explicit Filled(const Node& root) : root_(root) {}

  Node of(const Node& node, int depth = 0) {
    Node copy = node;
    if (++steps_ > kMostSteps || depth > 64) return copy;
    if (node.is_string()) return text(node, depth);
    for (Node& item : copy.items) item = of(item, depth + 1);
    for (Node::Member& member : copy.members) member.value = of(member.value, depth + 1);
    return copy;
  }

 private:
  Node text(const Node& node, int depth) {
    constexpr std::string_view kOpen = "${self:";
    Node copy = node;
    for (std::size_t at = copy.scalar.find(kOpen); at != std::string::npos && ++steps_ <= kMostSteps && copy.scalar.size() < 4'000;) {
      const std::size_t end = copy.scalar.find_first_of("{}$,", at + kOpen.size());
      const Node* found = end != std::string::npos && copy.scalar[end] == '}' ? root_.at_path(copy.scalar.substr(at + kOpen.size(), end - at - kOpen.size())) : nullptr;
      if (found && depth < 8 && at == 0 && end + 1 == copy.scalar.size()) {
        Node value = of(*found, depth + 1);
        value.line = node.line;
        return value;
      }
      if (found && depth < 8 && found->is_scalar()) copy.scalar.replace(at, end + 1 - at, text(*found, depth + 1).scalar);
      else ++at;
      at = copy.scalar.find(kOpen, at);
    }
    return copy;
  }

  const Node& root_;
  std::size_t steps_ = 0;
};

Node resource(std::string type, Node properties, std::uint32_t line) {
  Node out = map_node(line);
  put(out, "Type", text_node(std::move(type), line));
  put(out, "Properties", std::move(properties));
  return out;
}

Node role_of(const Node* statements, const Node* managed, std::uint32_t line) {
  Node properties = map_node(line);
  if (statements && statements->is_list()) {
    Node document = map_node(statements->line), policy = map_node(statements->line), policies = list_node(statements->line);
    put(document, "Statement", *statements);
    put(policy, "PolicyDocument", std::move(document));
    policies.items.push_back(std::move(policy));
    put(properties, "Policies", std::move(policies));
  }
  if (managed && managed->is_list()) put(properties, "ManagedPolicyArns", *managed);
  return resource("AWS::IAM::Role", std::move(properties), line);
}

const Node* first_of(const Node& holder, std::initializer_list<std::string_view> paths) {
  for (const std::string_view path : paths)
    if (const Node* found = holder.at_path(path)) return found;
  return nullptr;
}

/// `url: true`, `url: {authorizer: aws_iam}`.
void add_url(const Node& function, const std::string& name, Node& into) {
  const Node* url = function.find("url");
  if (!url || (url->is_scalar() && url->as_bool() != true)) return;
  Node properties = map_node(url->line);
  put(properties, "AuthType", text_node(url->text("authorizer") == "aws_iam" ? "AWS_IAM" : "NONE", url->line));
  put(properties, "TargetFunctionArn", text_node(name, url->line));
  into.members.push_back({name + "Url", resource("AWS::Lambda::Url", std::move(properties), url->line), url->line});
}

void add_function(const Node& provider, const Node::Member& member, bool shared_role, Node& into) {
  const Node& function = member.value;
  Node properties = map_node(member.line), environment = map_node(member.line), variables = map_node(member.line);
  if (const Node* image = function.find("image")) put(properties, "Image", *image);
  if (const std::string_view runtime = function.text("runtime", provider.text("runtime")); !runtime.empty()) put(properties, "Runtime", text_node(std::string(runtime), member.line));
  for (const Node* holder : {&function, &provider})
    if (const Node* given = holder->find("environment"))
      for (const Node::Member& one : given->members)
        if (!variables.find(one.key)) variables.members.push_back(one);
  if (!variables.members.empty()) {
    put(environment, "Variables", std::move(variables));
    put(properties, "Environment", std::move(environment));
  }
  if (const Node* vpc = first_of(function, {"vpc"}) ? first_of(function, {"vpc"}) : provider.find("vpc")) put(properties, "VpcConfig", *vpc);
  // serverless-iam-roles-per-function gives a function its own.
  if (const Node* own = function.find("iamRoleStatements")) {
    into.members.push_back({member.key + "Role", role_of(own, nullptr, own->line), own->line});
    put(properties, "Role", text_node(member.key + "Role", own->line));
  } else if (const Node* role = function.find("role")) {
    put(properties, "Role", *role);
  } else if (shared_role) {
    put(properties, "Role", text_node(std::string(kSharedRole), member.line));
  }
  into.members.push_back({member.key, resource("AWS::Lambda::Function", std::move(properties), member.line), member.line});
  add_url(function, member.key, into);
}

void add_resources(const Node& given, Node& into) {
  for (const Node& item : given.items) add_resources(item, into);
  if (const Node* resources = given.find("Resources"); resources && resources->is_map())
    for (const Node::Member& member : resources->members) into.members.push_back(member);
}

}  // namespace

bool is_serverless_file(std::string_view name) {
  return name.starts_with("serverless") && (name.ends_with(".yml") || name.ends_with(".yaml"));
}

std::optional<Node> template_of_serverless(const Node& written) {
  const Node* given = written.find("provider");
  if (!given || !written.find("service") || (given->is_string() ? given->scalar : given->text("name")) != "aws") return std::nullopt;
  const Node root = Filled(written).of(written);
  const Node& provider = *root.find("provider");
  Node resources = map_node(root.line);
  const Node* statements = first_of(provider, {"iam.role.statements", "iamRoleStatements"});
  const Node* managed = first_of(provider, {"iam.role.managedPolicies", "iamManagedPolicies"});
  if (statements || managed) resources.members.push_back({std::string(kSharedRole), role_of(statements, managed, (statements ? statements : managed)->line), (statements ? statements : managed)->line});
  if (const Node* functions = root.find("functions")) {
    const auto add = [&](const Node& map) {
      for (const Node::Member& member : map.members)
        if (member.value.is_map()) add_function(provider, member, statements || managed, resources);
    };
    add(*functions);
    for (const Node& item : functions->items) add(item);
  }
  if (const Node* own = root.find("resources")) add_resources(*own, resources);
  Node out = map_node(root.line);
  put(out, "Resources", std::move(resources));
  return out;
}

}  // namespace stormwatch::collect
