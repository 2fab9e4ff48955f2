// SPDX-License-Identifier: Apache-2.0
#include "live/collect/listing.h"

#include <algorithm>

#include "live/canonical_json.h"
#include "live/collect/answer_tree.h"

namespace stormwatch::live {
namespace {

using Outcome = Answered::Outcome;
constexpr std::string_view kUnknown = "${not collected}";

Node text_node(std::string text) {
  Node node;
  node.kind = Node::Kind::string;
  node.scalar = std::move(text);
  return node;
}
Node empty_map() {
  Node node;
  node.kind = Node::Kind::map;
  return node;
}

void set(Node& map, std::string_view key, Node value) {
  std::erase_if(map.members, [&](const Node::Member& member) { return member.key == key; });
  map.members.push_back({std::string(key), std::move(value), 0});
}

// A list of plain names becomes items {value: name}.
Node as_item(const Node& node) {
  if (node.is_map()) return node;
  Node item = empty_map();
  set(item, "value", text_node(node.scalar));
  return item;
}

std::string name_of(const Call& call, const Node& item) {
  for (const std::string_view key : {std::string_view(call.called), std::string_view("name"), std::string_view("value")})
    if (const Node* found = key.empty() ? nullptr : item.find(key); found && found->is_scalar()) return found->scalar;
  return call.name;
}

// A Secret's name, namespace and type, be it a row of a table or the whole object.
Node names_of(const Node& row) {
  const Node* object = row.find("object");
  const Node* metadata = object ? object->find("metadata") : row.find("metadata");
  Node kept = empty_map(), names = empty_map();
  for (const std::string_view key : {"name", "namespace"})
    if (const Node* value = metadata ? metadata->find(key) : nullptr) set(names, key, text_node(value->scalar));
  set(kept, "metadata", std::move(names));
  const Node* type = row.at_path("cells.1");
  if (!type) type = row.find("type");
  if (type && type->is_scalar()) set(kept, "type", text_node(type->scalar));
  return kept;
}

std::string reason_of(Outcome outcome) {
  return outcome == Outcome::refused ? "refused" : outcome == Outcome::throttled ? "timeout" : "unreadable";
}

}  // namespace

bool Listing::run(const Call& call, CallValues values) {
  list(call, values);
  return whole_;
}

void Listing::missed(const Call& call, const Answered& answered) {
  whole_ = false;
  const std::string asked = call.path.empty() || platform_ == "aws" ? call.operation : call.path.substr(0, call.path.find('?'));
  miss_(reason_of(answered.outcome), asked + ": " + answered.why);
}

bool Listing::may_go_on(const Call& call) {
  if (count_ < asker_.limits().items && lines_.size() < asker_.limits().listing_bytes) return true;
  if (whole_) miss_("over-limit", call.operation + ": more than " + std::to_string(asker_.limits().items) + " items or " + std::to_string(asker_.limits().listing_bytes >> 20) + " MiB; the rest was not asked for");
  whole_ = false;
  return false;
}

void Listing::list(const Call& call, const CallValues& values) {
  std::string page;
  for (std::size_t pages = 0;; ++pages) {
    if (!may_go_on(call)) return;
    const Answered answered = asker_.ask(call, values, page);
    if (answered.outcome == Outcome::none) return;
    if (answered.outcome != Outcome::good) return missed(call, answered);
    take_page(call, answered.tree, values);
    const Node* token = call.page_from.empty() ? nullptr : answered.tree.at_path(call.page_from);
    if (!token || !token->is_scalar() || token->scalar.empty()) return;
    if (token->scalar == page || pages + 1 >= asker_.limits().pages) return missed(call, {Outcome::failed, {}, "the pages have no end"});
    page = token->scalar;
  }
}

void Listing::take_page(const Call& call, const Node& answer, const CallValues& values) {
  if (call.items.empty()) {
    const Node* wanted = call.needs.empty() ? &answer : answer.find(call.needs);
    if (wanted && wanted->is_map()) take_item(call, answer, values);
    return;
  }
  for (const Node* node : nodes_at(answer, call.items)) {
    if (!may_go_on(call)) return;
    take_item(call, call.names_only ? names_of(*node) : as_item(*node), values);
  }
}

void Listing::take_item(const Call& call, Node item, const CallValues& values) {
  bool known = true;
  for (const Call& further : call.then)
    if (further.items.empty()) known = ask_further(further, item, values) && known;
  if (known && !call.silent) keep(call, item, values);
  CallValues within = values;
  within.items.push_back(&item);
  for (const Call& further : call.then)
    if (!further.items.empty()) list(further, within);
}

// False if the item is not known without the answer.
bool Listing::ask_further(const Call& further, Node& item, const CallValues& values) {
  CallValues within = values;
  within.items.push_back(&item);
  const Answered answered = asker_.ask(further, within, {});
  if (answered.outcome == Outcome::none) {
    if (!further.as.empty()) set(item, further.as, empty_map());
    return true;
  }
  if (answered.outcome != Outcome::good) {
    missed(further, answered);
    if (!further.as.empty()) set(item, further.as, text_node(std::string(kUnknown)));
    return !further.as.empty();
  }
  const Node* part = further.take.empty() ? &answered.tree : answered.tree.at_path(further.take);
  if (!further.as.empty()) set(item, further.as, part ? *part : empty_map());
  else if (part)
    for (const Node::Member& member : part->members) set(item, member.key, member.value);
  return true;
}

void Listing::keep(const Call& call, Node item, const CallValues& values) {
  drop_secret_values(item);
  std::erase_if(item.members, [](const Node::Member& member) { return member.key == "value"; });
  if (platform_ == "kubernetes") {
    const std::size_t blank = call.kind.find(' ');
    set(item, "apiVersion", text_node(call.kind.substr(0, blank)));
    set(item, "kind", text_node(call.kind.substr(blank + 1)));
    std::erase_if(item.members, [](const Node::Member& member) { return member.key == "status"; });
  } else if (platform_ == "aws") {
    Node whole = empty_map();
    set(whole, "configurationItemVersion", text_node("1.3"));
    set(whole, "resourceType", text_node(call.kind));
    set(whole, "resourceName", text_node(name_of(call, item)));
    if (const std::string* region = values.find("region")) set(whole, "awsRegion", text_node(*region));
    set(whole, "configuration", std::move(item));
    item = std::move(whole);
  }
  lines_ += (lines_.empty() ? "\n" : ",\n") + canonical_json(item);
  ++count_;
}

std::string Listing::file(const std::string& scope) const {
  const std::string list = "[" + lines_ + "]";
  if (platform_ == "kubernetes") return "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": " + list + "}\n";
  return "{\"collected\": " + json_string(scope) + ", " + (platform_ == "aws" ? "\"configurationItems\": " : "\"data\": ") + list + "}\n";
}

}  // namespace stormwatch::live
