// SPDX-License-Identifier: Apache-2.0
#include "format/expression.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <vector>

namespace stormwatch::format {
namespace {

constexpr int kDeepest = 48;
constexpr std::size_t kMostElements = 1000;
constexpr std::size_t kLongestText = 1U << 20;

struct Value {
  enum class State : std::uint8_t { known, unknown, missing };  // missing: asked of a known value that lacks it
  Node node;
  State state = State::known;
  [[nodiscard]] bool known() const { return state == State::known; }
};

Node text_node(std::string text) {
  Node node;
  node.kind = Node::Kind::string;
  node.scalar = std::move(text);
  return node;
}
Node flag_node(bool is) {
  Node node;
  node.kind = Node::Kind::boolean;
  node.scalar = is ? "true" : "false";
  return node;
}
Node number_node(double value) {
  Node node;
  node.kind = Node::Kind::number;
  char digits[32];
  const bool whole = std::floor(value) == value && std::fabs(value) < 1e15;
  const auto end = whole ? std::to_chars(digits, digits + sizeof digits, static_cast<long long>(value)).ptr : std::to_chars(digits, digits + sizeof digits, value).ptr;
  node.scalar.assign(digits, end);
  return node;
}

bool equal(const Node& a, const Node& b) {
  if (a.kind == Node::Kind::null || b.kind == Node::Kind::null) return a.kind == b.kind;
  if (a.is_scalar() && b.is_scalar()) return a.scalar == b.scalar || (a.kind == Node::Kind::number && b.kind == Node::Kind::number && a.as_number() == b.as_number());
  return a.kind == b.kind && std::ranges::equal(a.items, b.items, equal) &&
         std::ranges::equal(a.members, b.members, [](const Node::Member& x, const Node::Member& y) { return x.key == y.key && equal(x.value, y.value); });
}

bool is_start(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }

class Reader {
 public:
  Reader(std::string_view text, Dialect dialect, const Names& names, ExpressionBudget& budget, std::uint32_t line)
      : text_(text), dialect_(dialect), names_(names), budget_(budget), line_(line) {}

  std::optional<Node> whole(std::size_t* end) {
    Value value = expression(0);
    if (end) *end = at_;
    else skip_blanks();
    if (failed_ || (!end && at_ != text_.size())) return std::nullopt;
    return std::move(value.node);
  }

 private:
  // --- text ------------------------------------------------------------------------------------------------------------

  [[nodiscard]] char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  void skip_blanks(bool line_ends = true) {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\r' || (c == '\n' && (line_ends || brackets_ > 0))) ++at_;
      else if ((c == '/' && peek(1) == '/') || (c == '#' && dialect_ == Dialect::hcl)) at_ = std::min(text_.find('\n', at_), text_.size());
      else if (c == '/' && peek(1) == '*') {
        const std::size_t close = text_.find("*/", at_ + 2);
        at_ = close == std::string_view::npos ? text_.size() : close + 2;
      } else break;
    }
  }
  // Bicep's expressions end at the line's end unless they stand in brackets.
  void skip_within() { skip_blanks(dialect_ != Dialect::bicep); }
  bool take(std::string_view mark) {
    const std::size_t before = at_;
    skip_within();
    if (text_.substr(at_).starts_with(mark)) {
      at_ += mark.size();
      return true;
    }
    at_ = before;
    return false;
  }
  // "?" and ":" may begin a new line in Bicep too.
  bool take_across(std::string_view mark) {
    const std::size_t before = at_;
    skip_blanks();
    if (text_.substr(at_).starts_with(mark)) {
      at_ += mark.size();
      return true;
    }
    at_ = before;
    return false;
  }
  bool take_word(std::string_view word) {
    const std::size_t before = at_;
    skip_within();
    if (text_.substr(at_).starts_with(word) && !is_name(peek(word.size()))) {
      at_ += word.size();
      return true;
    }
    at_ = before;
    return false;
  }
  [[nodiscard]] bool is_name(char c) const { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || (c == '-' && dialect_ == Dialect::hcl); }
  std::string_view name() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }
  [[nodiscard]] std::uint32_t line_here(std::size_t at) {
    if (dialect_ != Dialect::bicep) return line_;
    if (at < counted_to_) counted_to_ = 0, lines_ = 0;
    lines_ += static_cast<std::uint32_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(counted_to_), text_.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
    counted_to_ = at;
    return line_ + lines_;
  }

  Value unknown(std::size_t begin, Value::State state = Value::State::unknown) {
    std::string_view source = text_.substr(begin, at_ - begin);
    while (!source.empty() && std::isspace(static_cast<unsigned char>(source.front()))) source.remove_prefix(1);
    while (!source.empty() && std::isspace(static_cast<unsigned char>(source.back()))) source.remove_suffix(1);
    Value value{text_node("${" + std::string(source.substr(0, 4000)) + "}"), state};
    value.node.line = line_here(begin);
    return value;
  }
  Value fail() {
    failed_ = true;
    return {text_node("${}"), Value::State::unknown};
  }
  Value made(Node node, std::size_t begin) {
    node.line = line_here(std::min(begin, text_.size()));
    const bool open = is_unresolved(node);
    return {std::move(node), open ? Value::State::unknown : Value::State::known};
  }

  // --- operators -------------------------------------------------------------------------------------------------------

  Value expression(int depth) {
    if (depth > kDeepest || budget_.steps == 0) return fail();
    --budget_.steps;
    skip_blanks();
    const std::size_t begin = at_;
    Value condition = binary(0, depth + 1);
    if (failed_ || dialect_ == Dialect::arm || !take_across("?")) return condition;
    Value yes = expression(depth + 1);
    if (failed_ || !take_across(":")) return fail();
    Value no = expression(depth + 1);
    if (!condition.known()) return equal(yes.node, no.node) && yes.known() ? yes : unknown(begin);
    const auto holds = condition.node.as_bool();
    if (!holds) return unknown(begin);
    return *holds ? yes : no;
  }

  struct Operator {
    std::string_view mark;
    int rank;
  };
  std::optional<Operator> take_operator(int least) {
    static constexpr Operator kOperators[] = {{"??", 0}, {"||", 1}, {"&&", 2}, {"==", 3}, {"!=", 3}, {"=~", 3}, {"!~", 3}, {"<=", 4}, {">=", 4}, {"<", 4}, {">", 4}, {"+", 5}, {"-", 5}, {"*", 6}, {"/", 6}, {"%", 6}};
    if (dialect_ == Dialect::arm) return std::nullopt;
    const std::size_t before = at_;
    skip_within();
    for (const Operator& one : kOperators) {
      if (one.rank < least || !text_.substr(at_).starts_with(one.mark)) continue;
      if (dialect_ == Dialect::hcl && (one.mark == "??" || one.mark == "=~" || one.mark == "!~")) continue;
      if (one.mark == "/" && (peek(1) == '/' || peek(1) == '*')) continue;
      at_ += one.mark.size();
      return one;
    }
    at_ = before;
    return std::nullopt;
  }

  Value binary(int least, int depth) {
    if (depth > kDeepest) return fail();
    const std::size_t begin = at_;
    Value left = unary(depth + 1);
    while (!failed_) {
      const auto mark = take_operator(least);
      if (!mark) break;
      Value right = binary(mark->rank + 1, depth + 1);
      left = apply(mark->mark, left, right, begin);
    }
    return left;
  }

  Value apply(std::string_view mark, const Value& a, const Value& b, std::size_t begin) {
    if (failed_) return a;
    if (mark == "??") return a.known() ? (a.node.kind == Node::Kind::null ? b : a) : a.state == Value::State::missing ? b : unknown(begin);
    if (mark == "&&" || mark == "||") {
      const bool decides = mark == "||";
      for (const Value* side : {&a, &b})
        if (side->known() && side->node.as_bool() == decides) return made(flag_node(decides), begin);
      if (!a.known() || !b.known() || !a.node.as_bool() || !b.node.as_bool()) return unknown(begin);
      return made(flag_node(!decides), begin);
    }
    if (!a.known() || !b.known()) return unknown(begin);
    if (mark == "==" || mark == "!=") {
      if (has_unresolved(a.node) || has_unresolved(b.node)) return unknown(begin);
      return made(flag_node(equal(a.node, b.node) == (mark == "==")), begin);
    }
    if (mark == "=~" || mark == "!~") {
      const auto same = std::ranges::equal(a.node.scalar, b.node.scalar, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
      return made(flag_node(same == (mark == "=~")), begin);
    }
    const auto x = a.node.as_number(), y = b.node.as_number();
    if (!x || !y) return unknown(begin);
    if (mark == "<") return made(flag_node(*x < *y), begin);
    if (mark == ">") return made(flag_node(*x > *y), begin);
    if (mark == "<=") return made(flag_node(*x <= *y), begin);
    if (mark == ">=") return made(flag_node(*x >= *y), begin);
    if (mark == "+") return made(number_node(*x + *y), begin);
    if (mark == "-") return made(number_node(*x - *y), begin);
    if (mark == "*") return made(number_node(*x * *y), begin);
    if (*y == 0) return unknown(begin);
    return made(number_node(mark == "/" ? *x / *y : std::fmod(*x, *y)), begin);
  }

  Value unary(int depth) {
    if (depth > kDeepest) return fail();
    skip_within();
    const std::size_t begin = at_;
    if (dialect_ != Dialect::arm && peek() == '!' && peek(1) != '=') {
      ++at_;
      const Value value = unary(depth + 1);
      const auto flag = value.known() ? value.node.as_bool() : std::nullopt;
      return flag ? made(flag_node(!*flag), begin) : unknown(begin);
    }
    if (peek() == '-' && !failed_) {
      ++at_;
      const Value value = unary(depth + 1);
      const auto number = value.known() ? value.node.as_number() : std::nullopt;
      return number ? made(number_node(-*number), begin) : unknown(begin);
    }
    return postfix(depth + 1);
  }

  // --- parts of values -------------------------------------------------------------------------------------------------

  Value member_of(const Value& value, std::string_view key, std::size_t begin) {
    if (!value.known()) return unknown(begin, value.state);
    if (value.node.is_list() && std::ranges::all_of(key, [](unsigned char c) { return std::isdigit(c); })) {
      std::size_t index = 0;
      std::from_chars(key.data(), key.data() + key.size(), index);
      if (index < value.node.items.size()) return wrap(value.node.items[index]);
      return unknown(begin, Value::State::missing);
    }
    const Node* found = value.node.find(key);
    if (!found && dialect_ == Dialect::arm)
      for (const Node::Member& member : value.node.members)
        if (std::ranges::equal(member.key, key, [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); })) found = &member.value;
    return found ? wrap(*found) : unknown(begin, Value::State::missing);
  }
  static Value wrap(Node node) {
    const bool open = is_unresolved(node);
    return {std::move(node), open ? Value::State::unknown : Value::State::known};
  }

  Value postfix(int depth) {
    const std::size_t begin = at_;
    Value value = primary(depth + 1);
    while (!failed_) {
      const std::size_t before = at_;
      if (dialect_ != Dialect::bicep) skip_blanks();
      if (peek() == '.' && peek(1) == '*') {
        at_ += 2;
        value = splat(value, begin);
      } else if (peek() == '.' && (peek(1) == '?' || is_name(peek(1)))) {
        at_ += peek(1) == '?' ? 2 : 1;
        const std::string key(name());
        skip_blanks(false);
        if (peek() == '(') {
          skip_call(depth);
          value = unknown(begin);
        } else value = member_of(value, key, begin);
      } else if (peek() == '[') {
        ++at_;
        ++brackets_;
        if (peek() == '?') ++at_;
        skip_blanks();
        if (peek() == '*') {
          ++at_;
          skip_blanks();
          --brackets_;
          if (peek() != ']') return fail();
          ++at_;
          value = splat(value, begin);
          continue;
        }
        const Value key = expression(depth + 1);
        --brackets_;
        if (failed_ || !take("]")) return fail();
        value = key.known() && key.node.is_scalar() ? member_of(value, key.node.scalar, begin) : unknown(begin);
      } else if (dialect_ == Dialect::bicep && peek() == ':' && peek(1) == ':') {
        at_ += 2;
        name();
        value = unknown(begin);
      } else if (dialect_ == Dialect::bicep && peek() == '!' && peek(1) != '=') {
        ++at_;
      } else {
        at_ = before;
        break;
      }
    }
    return value;
  }

  // x[*].a.b: the rest is asked of each.
  Value splat(const Value& value, std::size_t begin) {
    std::vector<std::string> path;
    while (peek() == '.' && is_start(peek(1))) {
      ++at_;
      path.emplace_back(name());
    }
    if (!value.known()) return unknown(begin);
    Node list;
    list.kind = Node::Kind::list;
    const auto add = [&](Value one) {
      for (const std::string& step : path) one = member_of(one, step, begin);
      list.items.push_back(std::move(one.node));
    };
    if (value.node.is_list())
      for (const Node& item : value.node.items) add(wrap(item));
    else if (value.node.kind != Node::Kind::null) add(value);
    return made(std::move(list), begin);
  }

  void skip_call(int depth) { (void)arguments(depth); }

  std::vector<Value> arguments(int depth) {
    std::vector<Value> all;
    ++at_;  // (
    ++brackets_;
    for (;;) {
      skip_blanks();
      if (peek() == ')') break;
      all.push_back(expression(depth + 1));
      if (failed_ || all.size() > kMostElements) break;
      skip_blanks();
      if (text_.substr(at_).starts_with("...")) {
        at_ += 3;
        if (all.back().known() && all.back().node.is_list()) {
          const std::vector<Node> items = all.back().node.items;
          all.pop_back();
          for (const Node& item : items) all.push_back(wrap(item));
        }
        skip_blanks();
      }
      if (peek() == ',') ++at_;
      else if (peek() != ')') {
        failed_ = true;
        break;
      }
    }
    if (!failed_) ++at_;
    --brackets_;
    return all;
  }

  // --- values ----------------------------------------------------------------------------------------------------------

  Value primary(int depth) {
    if (depth > kDeepest || budget_.steps == 0) return fail();
    --budget_.steps;
    skip_within();
    const std::size_t begin = at_;
    const char c = peek();
    if (c == '"' && dialect_ == Dialect::hcl) return quoted('"', depth);
    if (c == '\'' && dialect_ != Dialect::hcl) return quoted('\'', depth);
    if (c == '$' && dialect_ == Dialect::bicep && peek(1) == '\'') {
      ++at_;
      return quoted('\'', depth);
    }
    if (std::isdigit(static_cast<unsigned char>(c))) {
      while (std::isalnum(static_cast<unsigned char>(peek())) || (peek() == '.' && std::isdigit(static_cast<unsigned char>(peek(1))))) ++at_;
      Node node = text_node(std::string(text_.substr(begin, at_ - begin)));
      node.kind = Node::Kind::number;
      return made(std::move(node), begin);
    }
    if (c == '(') {
      ++at_;
      ++brackets_;
      Value value = expression(depth + 1);
      skip_blanks();
      --brackets_;
      if (failed_ || peek() != ')') return fail();
      ++at_;
      return value;
    }
    if (c == '[') return list(depth);
    if (c == '{') return map(depth);
    if (is_start(c)) return named(depth);
    return fail();
  }

  Value named(int depth) {
    const std::size_t begin = at_;
    const std::string first(name());
    if (first == "true" || first == "false") {
      if (dialect_ == Dialect::arm && peek() == '(') skip_call(depth);
      return made(flag_node(first == "true"), begin);
    }
    if (first == "null" && (dialect_ != Dialect::arm || peek() == '(')) {
      if (dialect_ == Dialect::arm) skip_call(depth);
      return made(Node{}, begin);
    }
    skip_blanks(false);
    if (peek() == '(') return call(first, begin, depth);
    for (auto local = locals_.rbegin(); local != locals_.rend(); ++local)
      if (local->first == first) return local->second;
    if (dialect_ == Dialect::hcl && peek() == '.' && is_start(peek(1))) {
      const std::size_t before = at_++;
      const auto found = names_.find(first + "." + std::string(name()));
      if (found != names_.end()) return wrap(found->second);
      at_ = before;
    }
    if (const auto found = names_.find(first); found != names_.end()) return wrap(found->second);
    // An address of a resource, or a name nobody gave a value.
    while (peek() == '.' && is_start(peek(1))) {
      ++at_;
      name();
      if (dialect_ != Dialect::bicep || peek() != '(') continue;  // "account.listKeys().key1": what a resource answers when it is there
      skip_call(depth);
      if (failed_) return fail();
    }
    return unknown(begin);
  }

  Value call(const std::string& function, std::size_t begin, int depth) {
    std::string lower(function);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const std::vector<Value> given = arguments(depth);
    if (failed_) return fail();
    if (dialect_ == Dialect::arm && (lower == "parameters" || lower == "variables") && given.size() == 1 && given[0].known()) {
      std::string key = lower + "." + given[0].node.scalar;
      std::ranges::transform(key, key.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      const auto found = names_.find(key);
      return found == names_.end() ? unknown(begin) : wrap(found->second);
    }
    if (lower == "try") {
      for (const Value& value : given)
        if (value.state != Value::State::missing) return value.known() ? value : unknown(begin);
      return unknown(begin);
    }
    if (lower == "can" && given.size() == 1) return given[0].state == Value::State::unknown ? unknown(begin) : made(flag_node(given[0].known()), begin);
    if (lower == "if" && given.size() == 3 && dialect_ == Dialect::arm) {
      const auto holds = given[0].known() ? given[0].node.as_bool() : std::nullopt;
      return holds ? given[*holds ? 1 : 2] : unknown(begin);
    }
    if (lower == "coalesce") {
      for (const Value& value : given) {
        if (value.state == Value::State::unknown) return unknown(begin);
        if (value.known() && value.node.kind != Node::Kind::null && !(value.node.is_string() && value.node.scalar.empty())) return value;
      }
      return unknown(begin);
    }
    std::vector<Node> arguments;
    for (const Value& value : given) {
      if (!value.known()) return unknown(begin);
      arguments.push_back(value.node);
    }
    auto result = call_function(lower, arguments, dialect_);
    return result ? made(std::move(*result), begin) : unknown(begin);
  }

  // A quoted text with "${...}" in it; what is not known of it stays.
  Value quoted(char quote, int depth) {
    const std::size_t begin = at_;
    if (dialect_ == Dialect::bicep && text_.substr(at_).starts_with("'''")) {
      const std::size_t close = text_.find("'''", at_ + 3);
      if (close == std::string_view::npos) return fail();
      std::string raw(text_.substr(at_ + 3, close - at_ - 3));
      at_ = close + 3;
      Value value = made(text_node(std::move(raw)), begin);
      value.state = Value::State::known;
      return value;
    }
    std::string out;
    bool open = false;
    for (++at_;;) {
      if (at_ >= text_.size() || out.size() > kLongestText) return fail();
      const char c = text_[at_];
      if (c == quote && dialect_ == Dialect::arm && peek(1) == quote) {
        out += quote;
        at_ += 2;
      } else if (c == quote) {
        ++at_;
        break;
      } else if (c == '\\' && dialect_ != Dialect::arm && at_ + 1 < text_.size()) {
        const char next = text_[at_ + 1];
        out += next == 'n' ? '\n' : next == 't' ? '\t' : next == 'r' ? '\r' : next;
        at_ += 2;
      } else if (dialect_ == Dialect::hcl && c == '$' && peek(1) == '$' && peek(2) == '{') {
        out += "$";
        at_ += 2;
      } else if (dialect_ == Dialect::hcl && c == '%' && peek(1) == '{') {
        return fail();  // template directives
      } else if (dialect_ != Dialect::arm && c == '$' && peek(1) == '{') {
        at_ += 2;
        ++brackets_;
        const Value part = expression(depth + 1);
        skip_blanks();
        --brackets_;
        if (peek() == '~') ++at_;
        if (failed_ || peek() != '}') return fail();
        ++at_;
        if (part.known() && part.node.is_scalar()) out += part.node.scalar;
        else {
          open = true;
          out += part.known() ? "${...}" : part.node.scalar;
        }
      } else {
        out += c;
        ++at_;
      }
    }
    Value value{text_node(std::move(out)), open ? Value::State::unknown : Value::State::known};
    value.node.line = line_here(begin);
    return value;
  }

  // Goes over the elements of `over` with the names bound; a first pass with unknown values finds the body's end.
  template <class V>
  bool each(const std::vector<std::string>& names, const Value& over, V&& body) {
    const std::size_t start = at_;
    const auto bind = [&](Value key, Value value) {
      if (names.size() == 2) {
        locals_.emplace_back(names[0], dialect_ == Dialect::bicep ? value : key);
        locals_.emplace_back(names[1], dialect_ == Dialect::bicep ? std::move(key) : std::move(value));
      } else locals_.emplace_back(names[0], std::move(value));
    };
    const auto unbind = [&] { locals_.resize(locals_.size() - names.size()); };
    const Value nothing{text_node("${" + names.back() + "}"), Value::State::unknown};
    bind(nothing, nothing);
    body(false);
    unbind();
    if (failed_ || !over.known()) return !failed_;
    const std::size_t end = at_;
    const auto one = [&](Node key, const Node& value) {
      at_ = start;
      bind(wrap(std::move(key)), wrap(value));
      body(true);
      unbind();
      return !failed_;
    };
    if (over.node.items.size() + over.node.members.size() > kMostElements) return !(failed_ = true);
    for (std::size_t i = 0; i < over.node.items.size(); ++i)
      if (!one(number_node(static_cast<double>(i)), over.node.items[i])) return false;
    for (const Node::Member& member : over.node.members)
      if (!one(text_node(member.key), member.value)) return false;
    at_ = end;
    return true;
  }

  // After "for": the names and what they go over, up to the colon.
  std::optional<std::pair<std::vector<std::string>, Value>> for_head(int depth) {
    std::vector<std::string> names;
    skip_blanks();
    const bool round = peek() == '(';
    if (round) ++at_;
    for (;;) {
      skip_blanks();
      names.emplace_back(name());
      skip_blanks();
      if (peek() != ',') break;
      ++at_;
    }
    if (round && !take(")")) return std::nullopt;
    if (names.empty() || names.size() > 2 || names[0].empty() || !take_word("in")) return std::nullopt;
    Value over = expression(depth + 1);
    if (failed_ || !take(":")) return std::nullopt;
    return std::pair{std::move(names), std::move(over)};
  }

  Value list(int depth) {
    const std::size_t begin = at_++;
    ++brackets_;
    Node list;
    list.kind = Node::Kind::list;
    skip_blanks();
    if (take_word("for")) {
      auto head = for_head(depth);
      if (!head) return fail();
      each(head->first, head->second, [&](bool real) {
        Value value = dialect_ == Dialect::bicep && take_word("if") ? conditional(depth) : expression(depth + 1);
        bool keep = true;
        if (dialect_ == Dialect::hcl && take_word("if")) {
          const Value condition = expression(depth + 1);
          keep = !condition.known() || condition.node.as_bool() != false;
        }
        if (real && keep) list.items.push_back(std::move(value.node));
      });
      skip_blanks();
      --brackets_;
      if (failed_ || peek() != ']') return fail();
      ++at_;
      return head->second.known() ? made(std::move(list), begin) : unknown(begin);
    }
    for (;;) {
      skip_blanks();
      if (peek() == ',') {
        ++at_;
        continue;
      }
      if (peek() == ']') break;
      if (at_ >= text_.size() || list.items.size() > kMostElements * 10) return fail();
      if (dialect_ == Dialect::bicep) --brackets_;
      const int outer = brackets_;
      if (dialect_ == Dialect::bicep) brackets_ = 0;
      if (text_.substr(at_).starts_with("...")) at_ += 3;
      Value value = expression(depth + 1);
      if (dialect_ == Dialect::bicep) brackets_ = outer + 1;
      if (failed_) return fail();
      list.items.push_back(std::move(value.node));
    }
    --brackets_;
    ++at_;
    return made(std::move(list), begin);
  }

  // "if (condition) value" of Bicep's loops: with a condition that does not hold there is none, which the caller cannot say.
  Value conditional(int depth) {
    (void)expression(depth + 1);
    return expression(depth + 1);
  }

  Value map(int depth) {
    const std::size_t begin = at_++;
    const int outer = brackets_;
    Node map;
    map.kind = Node::Kind::map;
    brackets_ = outer + 1;
    skip_blanks();
    if (dialect_ == Dialect::hcl && take_word("for")) {
      auto head = for_head(depth);
      if (!head) return fail();
      each(head->first, head->second, [&](bool real) {
        Value key = expression(depth + 1);
        if (failed_ || !take("=>")) {
          failed_ = true;
          return;
        }
        Value value = expression(depth + 1);
        take("...");
        bool keep = true;
        if (take_word("if")) {
          const Value condition = expression(depth + 1);
          keep = !condition.known() || condition.node.as_bool() != false;
        }
        if (real && keep) map.members.push_back({key.node.scalar, std::move(value.node), 0});
      });
      skip_blanks();
      brackets_ = outer;
      if (failed_ || peek() != '}') return fail();
      ++at_;
      return head->second.known() ? made(std::move(map), begin) : unknown(begin);
    }
    for (;;) {
      brackets_ = outer + 1;
      skip_blanks();
      if (peek() == ',') {
        ++at_;
        continue;
      }
      if (peek() == '}') break;
      if (at_ >= text_.size() || map.members.size() > kMostElements * 10) return fail();
      if (text_.substr(at_).starts_with("...")) {  // Bicep's spread: not followed
        at_ += 3;
        (void)expression(depth + 1);
        if (failed_) return fail();
        continue;
      }
      const std::size_t key_at = at_;
      std::string key;
      if (peek() == '(' || peek() == '"' || peek() == '\'') key = primary(depth + 1).node.scalar;
      else key = name();
      skip_blanks();
      if (dialect_ == Dialect::bicep && key == "resource" && is_start(peek())) {  // a child resource: not followed
        name();
        skip_blanks();
        (void)primary(depth + 1);
        take_word("existing");
        if (failed_ || !take("=")) return fail();
        if (take_word("if")) (void)primary(depth + 1);
        (void)expression(depth + 1);
        if (failed_) return fail();
        continue;
      }
      if (failed_ || key.empty() || (peek() != '=' && peek() != ':')) return fail();
      ++at_;
      if (dialect_ == Dialect::bicep) brackets_ = 0;
      Value value = expression(depth + 1);
      if (failed_) return fail();
      map.members.push_back({std::move(key), std::move(value.node), line_here(key_at)});
    }
    brackets_ = outer;
    ++at_;
    return made(std::move(map), begin);
  }

  std::string_view text_;
  Dialect dialect_;
  const Names& names_;
  ExpressionBudget& budget_;
  std::uint32_t line_ = 0, lines_ = 0;
  std::size_t at_ = 0, counted_to_ = 0;
  int brackets_ = 0;
  bool failed_ = false;
  std::vector<std::pair<std::string, Value>> locals_;
};

}  // namespace

std::optional<Node> evaluate_expression(std::string_view text, Dialect dialect, const Names& names, ExpressionBudget& budget, std::uint32_t line, std::size_t* end) {
  return Reader(text, dialect, names, budget, line).whole(end);
}

bool has_unresolved(const Node& node) {
  return is_unresolved(node) || std::ranges::any_of(node.items, has_unresolved) || std::ranges::any_of(node.members, [](const Node::Member& member) { return has_unresolved(member.value); });
}

}  // namespace stormwatch::format
