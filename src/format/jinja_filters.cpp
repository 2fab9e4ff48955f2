// SPDX-License-Identifier: Apache-2.0
// The filters, tests and methods that templates use (Jinja 3, "List of Builtin Filters", "... Tests"; Python's str, dict and list).
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/text.h"
#include "format/jinja_machine.h"

namespace stormwatch::format {

using Kind = JinjaValue::Kind;

namespace {
constexpr std::string_view kBlank = " \t\r\n\f\v";

std::string_view stripped(std::string_view text, std::string_view what, bool left, bool right) {
  if (left) text.remove_prefix(std::min(text.find_first_not_of(what), text.size()));
  if (right) text = text.substr(0, text.find_last_not_of(what) == std::string_view::npos ? 0 : text.find_last_not_of(what) + 1);
  return text;
}
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

std::string replaced(std::string_view text, std::string_view old, std::string_view with, std::size_t most) {
  std::string out;
  std::size_t at = 0;
  while (!old.empty() && out.size() < most) {
    std::size_t found = text.find(old, at);
    if (found == std::string_view::npos) break;
    out.append(text.substr(at, found - at)).append(with);
    at = found + old.size();
  }
  return out.append(text.substr(at));
}

/// Plain words that a user may write; what is put in the place of a tag is no rewriting.
bool is_words(std::string_view text) {
  int letters = 0;
  for (char c : text) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
    if (!letter && c != ' ' && c != '-' && c != '\'') return false;
    letters += letter;
  }
  return letters >= 3;
}

std::string cased(std::string_view text, std::string_view how) {
  std::string out(text);
  bool start = true;
  for (char& c : out) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (how == "upper" || (how != "lower" && how != "casefold" && start && letter)) c = upper(c);
    else c = lower(c);
    start = how == "title" ? !letter : false;
  }
  return out;
}

/// "%s and %c" with its values in order; the little of it that templates use.
std::string printed(std::string_view format, const JinjaArguments& given, std::size_t most) {
  std::string out;
  std::size_t next = 0;
  for (std::size_t i = 0; i < format.size() && out.size() < most; ++i) {
    if (format[i] != '%' || i + 1 >= format.size()) {
      out += format[i];
      continue;
    }
    std::size_t at = i + 1;
    while (at < format.size() && (std::string_view("0123456789.-+ #").find(format[at]) != std::string_view::npos)) ++at;
    if (at >= format.size()) break;
    i = at;
    if (format[at] == '%') {
      out += '%';
      continue;
    }
    const JinjaValue* value = given.at(next++);
    if (!value) continue;
    if (format[at] == 'c' && value->is(Kind::integer) && value->integer > 0 && value->integer < 128) out += static_cast<char>(value->integer);
    else if (format[at] == 'x' && value->is(Kind::integer)) {
      char digits[24];
      std::snprintf(digits, sizeof digits, "%llx", static_cast<unsigned long long>(value->integer));
      out += digits;
    } else out += jinja_text(*value, most);
  }
  return out;
}

/// "{} {0} {name}" of str.format, without attributes.
std::string formatted(std::string_view format, const JinjaArguments& given, std::size_t most) {
  std::string out;
  std::size_t next = 0;
  for (std::size_t i = 0; i < format.size() && out.size() < most; ++i) {
    std::size_t close = format[i] == '{' ? format.find('}', i) : std::string_view::npos;
    if (close == std::string_view::npos) {
      out += format[i];
      continue;
    }
    std::string_view name = format.substr(i + 1, close - i - 1);
    name = name.substr(0, name.find_first_of(":!.["));
    const JinjaValue* value = name.empty() ? given.at(next++) : name[0] >= '0' && name[0] <= '9' ? given.at(static_cast<std::size_t>(name[0] - '0')) : given.named(name);
    if (value) out += jinja_text(*value, most);
    i = close;
  }
  return out;
}
}  // namespace

bool is_internal_name(std::string_view name) {
  if (name.size() > 4 && name.starts_with("__") && name.ends_with("__")) return true;
  for (std::string_view known : {"_TemplateReference__context", "gi_frame", "gi_code", "cr_frame", "tb_frame", "f_globals", "f_builtins", "f_locals", "f_back", "func_globals", "func_code", "mro", "_module", "__builtins"})
    if (name == known) return true;
  return false;
}

std::string jinja_date(std::string_view format, const JinjaDate& date) {
  static constexpr std::array<const char*, 12> kMonths{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"};
  static constexpr std::array<const char*, 7> kDays{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
  static constexpr std::array<int, 12> kShift{0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};
  const std::size_t month = static_cast<std::size_t>(std::clamp(date.month, 1, 12) - 1);
  const int year = date.month < 3 ? date.year - 1 : date.year;
  const auto weekday = static_cast<std::size_t>((year + year / 4 - year / 100 + year / 400 + kShift[month] + date.day) % 7);
  std::string out;
  auto two = [&](int value) {
    out += static_cast<char>('0' + value / 10 % 10);
    out += static_cast<char>('0' + value % 10);
  };
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%' || i + 1 >= format.size()) {
      out += format[i];
      continue;
    }
    char c = format[++i];
    if (c == '-' && i + 1 < format.size()) c = format[++i];
    switch (c) {
      case 'Y': out += std::to_string(date.year); break;
      case 'y': two(date.year % 100); break;
      case 'm': two(date.month); break;
      case 'd': case 'e': two(date.day); break;
      case 'B': out += kMonths[month]; break;
      case 'b': out += std::string_view(kMonths[month]).substr(0, 3); break;
      case 'A': out += kDays[weekday]; break;
      case 'a': out += std::string_view(kDays[weekday]).substr(0, 3); break;
      case 'H': case 'I': out += "12"; break;
      case 'M': case 'S': out += "00"; break;
      case 's': out += std::to_string((date.year - 1970LL) * 31'556'952LL + date.month * 2'629'746LL + date.day * 86'400LL); break;
      case 'j': out += std::to_string(date.month * 30 + date.day); break;
      case 'F': out += std::to_string(date.year) + "-"; two(date.month); out += '-'; two(date.day); break;
      default: break;
    }
  }
  return out;
}

JinjaValue JinjaMachine::attribute(const JinjaValue& value, std::string_view name, std::uint32_t offset, bool computed) {
  if (is_internal_name(name)) {
    note("attribute-walk", std::string(name) + (computed ? ", named by a text" : ""), offset);
    return {};
  }
  if (value.is(Kind::callable) && !value.macro && (value.text == "lipsum" || value.text == "cycler" || value.text == "joiner" || value.text == "url_for" || value.text == "get_flashed_messages" || value.text == "range") && name != "next" && name != "current" && name != "reset")
    note("attribute-walk", value.text + "." + std::string(name), offset);
  if (!computed || !value.is(Kind::map)) {
    static constexpr std::array<std::string_view, 6> kMapMethods{"items", "keys", "values", "get", "update", "pop"};
    static constexpr std::array<std::string_view, 7> kListMethods{"append", "index", "pop", "insert", "extend", "count", "copy"};
    static constexpr std::array<std::string_view, 35> kTextMethods{"split", "rsplit", "splitlines", "partition", "rpartition", "strip", "lstrip", "rstrip", "startswith", "endswith", "find", "rfind", "index", "count", "join",
                                                                  "format", "removeprefix", "removesuffix", "isdigit", "isalpha", "isspace", "isupper", "islower", "isnumeric", "lower", "upper", "title", "capitalize",
                                                                  "replace", "encode", "decode", "zfill", "center", "swapcase", "casefold"};
    bool known = (value.is(Kind::text) && std::ranges::find(kTextMethods, name) != kTextMethods.end()) || (value.is(Kind::map) && std::ranges::find(kMapMethods, name) != kMapMethods.end()) || (value.is(Kind::list) && std::ranges::find(kListMethods, name) != kListMethods.end());
    if (known && !(value.is(Kind::map) && value.find(name) && name != "items" && name != "get")) {
      JinjaValue bound = JinjaValue::callable(std::string(name));
      bound.self = std::make_shared<JinjaValue>(value);
      step(1 + value.text.size() / 64);
      return bound;
    }
  }
  if (const JinjaValue* found = value.find(name)) {
    step(found->text.size() / 64);
    return *found;
  }
  return JinjaValue{};
}

JinjaValue JinjaMachine::method(const JinjaValue& self, std::string_view name, const JinjaArguments& given, std::uint32_t offset) {
  const JinjaValue* first = given.at(0);
  if (self.is(Kind::text)) {
    const std::string argument = first ? jinja_text(*first, 4000) : std::string();
    const std::string& text = self.text;
    if (name == "startswith" || name == "endswith") {
      if (first && first->is(Kind::list)) {
        JinjaValue any = JinjaValue::of(false);
        for (const JinjaValue& one : *first->list) {
          JinjaValue said = compare(name, self, one, offset);
          any = JinjaValue::of(any.flag || said.flag).with(any).with(said);
        }
        return any;
      }
      return first ? compare(name, self, *first, offset) : JinjaValue::of(false);
    }
    if (name == "find" || name == "index" || name == "rfind" || name == "count") {
      JinjaValue found = first ? compare("in", *first, self, offset) : JinjaValue::of(false);
      std::size_t at = name == "rfind" ? text.rfind(argument) : text.find(argument);
      std::int64_t number = name == "count" ? static_cast<std::int64_t>(found.flag) : at == std::string::npos ? -1 : static_cast<std::int64_t>(at);
      JinjaValue made = JinjaValue::of(number).with(found);
      return made;
    }
    if (name == "split" || name == "rsplit" || name == "splitlines" || name == "partition" || name == "rpartition") {
      std::vector<JinjaValue> parts;
      std::string_view rest = text;
      std::string_view by = name == "splitlines" ? std::string_view("\n") : std::string_view(argument);
      while (parts.size() < 10'000 && step()) {
        std::size_t at = by.empty() ? rest.find_first_of(kBlank) : rest.find(by);
        if (!by.empty() || at != 0)
          if (std::string_view piece = rest.substr(0, at); !piece.empty() || !by.empty()) parts.push_back(text_of(std::string(piece), self));
        if (at == std::string_view::npos) break;
        rest.remove_prefix(at + (by.empty() ? 1 : by.size()));
      }
      return JinjaValue::of(std::move(parts));
    }
    if (name == "join") {
      JinjaArguments by;
      by.values.push_back(self);
      by.keywords.emplace_back();
      return first ? filter("join", *first, by, offset) : JinjaValue{};
    }
    if (name == "format") {
      if (text.find("__") != std::string::npos && text.find('{') != std::string::npos) note("attribute-walk", "a format text that reaches " + text.substr(0, 80), offset);
      return text_of(formatted(text, given, options_.most_output), self);
    }
    if (name == "removeprefix") return text_of(text.starts_with(argument) ? text.substr(argument.size()) : text, self);
    if (name == "removesuffix") return text_of(text.ends_with(argument) ? text.substr(0, text.size() - argument.size()) : text, self);
    if (name == "isdigit" || name == "isalpha" || name == "isspace" || name == "isupper" || name == "islower" || name == "isnumeric") return JinjaValue::of(false);
    if (name == "strip" || name == "lstrip" || name == "rstrip")
      return text_of(std::string(stripped(text, first ? std::string_view(argument) : kBlank, name != "rstrip", name != "lstrip")), self);
    return filter(name, self, given, offset);
  }
  if (self.is(Kind::map)) {
    if (name == "items") return filter("items", self, given, offset);
    std::vector<JinjaValue> all;
    if (name == "keys" || name == "values") {
      for (const auto& [key, value] : self.map->entries) all.push_back(name == "keys" ? JinjaValue::of(key) : value);
      step(all.size());
      return JinjaValue::of(std::move(all));
    }
    if (name == "get" || name == "pop") {
      if (first && first->is(Kind::text)) {
        if (is_internal_name(first->text)) note("attribute-walk", first->text + ", named by a text", offset);
        if (const JinjaValue* found = self.find(first->text)) return *found;
      }
      return given.at(1) ? *given.at(1) : JinjaValue::none();
    }
    if (name == "update" && first && first->is(Kind::map) && !jinja_reaches(*first, self))
      for (const auto& [key, value] : first->map->entries)
        if (step(1 + self.map->entries.size())) self.map->set(key, value);
    return JinjaValue::none();
  }
  if (self.is(Kind::list)) {
    if (name == "append" && first && step(2) && self.list->size() < 100'000 && !jinja_reaches(*first, self)) self.list->push_back(*first);
    if (name == "pop" && !self.list->empty()) {
      JinjaValue last = self.list->back();
      self.list->pop_back();
      return last;
    }
    if (name == "extend" && first && first->is(Kind::list) && !jinja_reaches(*first, self) && step(first->list->size()) && self.list->size() < 100'000)
      self.list->insert(self.list->end(), first->list->begin(), first->list->end());
    if (name == "count" || name == "index") return JinjaValue::of(std::int64_t{0});
    return JinjaValue::none();
  }
  return {};
}

namespace {
std::vector<JinjaValue> listed(const JinjaValue& value) {
  std::vector<JinjaValue> items;
  if (value.is(Kind::list)) items = *value.list;
  if (value.is(Kind::map))
    for (const auto& [key, held] : value.map->entries) items.push_back(JinjaValue::of(key));
  if (value.is(Kind::text) && value.text.size() < 100'000)
    for (char c : value.text) items.push_back(JinjaValue::of(std::string(1, c)).with(value));
  return items;
}
}  // namespace

JinjaValue JinjaMachine::filter(std::string_view name, const JinjaValue& value, const JinjaArguments& given, std::uint32_t offset) {
  if (!step(1 + value.text.size() / 64)) return {};
  const JinjaValue* first = given.at(0);
  const std::string argument = first && first->is(Kind::text) ? first->text.substr(0, 4000) : std::string();
  if (name == "attr") return attribute(value, argument, offset, true);
  if (name == "default" || name == "d") {
    const JinjaValue* strict = given.at_or_named(1, "boolean");
    bool use = value.is(Kind::undefined) || (strict && strict->truth() && !value.truth());
    return use ? (first ? *first : given.named("default_value") ? *given.named("default_value") : text_of({}, value)) : value;
  }
  if (name == "length" || name == "count") {
    std::size_t size = value.is(Kind::text) ? value.text.size() : value.is(Kind::list) ? value.list->size() : value.is(Kind::map) ? value.map->entries.size() : 0;
    JinjaValue made = JinjaValue::of(static_cast<std::int64_t>(size));
    made.origin = static_cast<std::uint16_t>((value.origin & (kFromMessage | kFromCount)) ? kFromCount : 0);
    return made;
  }
  if (name == "string" || name == "pprint") {
    JinjaValue from = value;
    if (value.is(Kind::callable) || (value.is(Kind::list) && (value.origin & kFromInternals))) from.origin |= kFromInternals;
    return text_of(jinja_text(value, options_.most_output), from);
  }
  if (name == "tojson" || name == "to_json") {
    std::string text = jinja_text(value, options_.most_output, true);
    step(text.size() / 64);
    return text_of(std::move(text), value);
  }
  if (name == "join") {
    const JinjaValue* path = given.at_or_named(1, "attribute");
    std::string out;
    std::size_t counted = 0;
    JinjaValue from;
    from.origin = static_cast<std::uint16_t>(value.origin & ~kFromInternals);
    for (const JinjaValue& held : listed(value)) {
      JinjaValue one = path && path->is(Kind::text) ? attribute(held, path->text, offset, true) : held;
      if (counted++) out += argument;
      out += jinja_text(one, options_.most_output);
      from = std::move(from).with(one);
      if (!step(1 + one.text.size() / 64)) return {};
      if (out.size() > options_.most_output) {
        stop("memory");
        return {};
      }
    }
    return text_of(std::move(out), from);
  }
  if (name == "list" || name == "items" || name == "dictsort" || name == "reverse" || name == "unique" || name == "sort" || name == "batch" || name == "slice" || name == "groupby") {
    if (name == "reverse" && value.is(Kind::text)) return text_of(std::string(value.text.rbegin(), value.text.rend()), value);
    if (value.is(Kind::text) && (value.origin & kFromInternals)) note("obfuscation", "takes letters from what Python prints for an object", offset);
    if (const JinjaValue* path = given.named("attribute"); path && path->is(Kind::text) && is_internal_name(path->text)) note("attribute-walk", path->text + ", named by a text", offset);
    std::vector<JinjaValue> items;
    if (value.is(Kind::map) && (name == "items" || name == "dictsort"))
      for (const auto& [key, held] : value.map->entries) items.push_back(JinjaValue::of(std::vector<JinjaValue>{JinjaValue::of(key), held}));
    else items = listed(value);
    if (name == "reverse") std::reverse(items.begin(), items.end());
    if (name == "batch" || name == "slice" || name == "groupby") {
      std::vector<JinjaValue> rows;
      rows.push_back(JinjaValue::of(std::move(items)));
      items = std::move(rows);
    }
    step(items.size());
    JinjaValue made = JinjaValue::of(std::move(items));
    made.origin = static_cast<std::uint16_t>(value.origin & kFromCount);
    return made;
  }
  if (name == "first" || name == "last" || name == "random" || name == "min" || name == "max") {
    if (value.is(Kind::text) && (value.origin & kFromInternals)) note("obfuscation", "takes letters from what Python prints for an object", offset);
    if (value.is(Kind::text)) return value.text.empty() ? JinjaValue{} : text_of(std::string(1, name == "first" ? value.text.front() : value.text.back()), value);
    std::vector<JinjaValue> items = listed(value);
    step(items.size());
    return items.empty() ? JinjaValue{} : name == "last" ? items.back() : items.front();
  }
  if (name == "map" || name == "select" || name == "reject" || name == "selectattr" || name == "rejectattr") {
    const bool by_attribute = name == "selectattr" || name == "rejectattr";
    std::vector<JinjaValue> out;
    for (const JinjaValue& held : listed(value)) {
      if (!step(2)) return {};
      if (name == "map") {
        const JinjaValue* path = given.named("attribute");
        if (path) {
          out.push_back(path->is(Kind::integer) ? item(held, *path, offset) : attribute(held, jinja_text(*path, 200), offset, true));
        } else {
          JinjaArguments rest;
          for (std::size_t i = 1; given.at(i); ++i) {
            rest.values.push_back(*given.at(i));
            rest.keywords.emplace_back();
          }
          out.push_back(filter(argument, held, rest, offset));
        }
        continue;
      }
      JinjaValue subject = by_attribute ? attribute(held, argument, offset, true) : held;
      const JinjaValue* how = given.at(by_attribute ? 1 : 0);
      bool holds = subject.truth();
      if (how && how->is(Kind::text)) {
        JinjaArguments rest;
        for (std::size_t i = by_attribute ? 2 : 1; given.at(i); ++i) {
          rest.values.push_back(*given.at(i));
          rest.keywords.emplace_back();
        }
        holds = test(how->text, subject, rest, offset).truth();
      }
      if (holds == (name == "select" || name == "selectattr")) out.push_back(held);
    }
    JinjaValue made = JinjaValue::of(std::move(out));
    made.origin = static_cast<std::uint16_t>((value.origin & kFromCount) | kFromInternals);  // a generator until it is made a list
    return made;
  }
  if (name == "int" || name == "float") {
    double number = value.is_number() ? value.number() : std::strtod(value.text.substr(0, 40).c_str(), nullptr);
    if (!std::isfinite(number) || std::fabs(number) > 9e15) number = 0;
    return (name == "int" ? JinjaValue::of(static_cast<std::int64_t>(number)) : JinjaValue::of(number)).with(value);
  }
  if (name == "abs" || name == "round" || name == "sum") return value.is_number() ? value : JinjaValue::of(std::int64_t{0});
  if (name == "format") return text_of(printed(value.text, given, options_.most_output), value);
  if (!value.is(Kind::text)) {
    if (name == "trim" || name == "lower" || name == "upper") return text_of(jinja_text(value, options_.most_output), value);
    return value;
  }
  if (name == "replace") {
    const JinjaValue* with = given.at_or_named(1, "new");
    const std::string new_text = with ? jinja_text(*with, 4000) : std::string();
    if ((value.origin & kFromMessage) && is_words(argument) && new_text != argument && (is_words(new_text) || new_text.empty()))
      note("rewrite", "\"" + argument.substr(0, 60) + "\" by \"" + new_text.substr(0, 60) + "\"", offset);
    return text_of(replaced(value.text, argument, new_text, options_.most_output), value);
  }
  if (name == "lower" || name == "upper" || name == "title" || name == "capitalize" || name == "casefold") return text_of(cased(value.text, name), value);
  if (name == "trim") return text_of(std::string(stripped(value.text, first ? std::string_view(argument) : kBlank, true, true)), value);
  if (name == "truncate" && first && first->is(Kind::integer)) return text_of(value.text.substr(0, static_cast<std::size_t>(std::max<std::int64_t>(0, first->integer))), value);
  if (name == "wordcount") return JinjaValue::of(static_cast<std::int64_t>(std::count(value.text.begin(), value.text.end(), ' ') + 1));
  return value;  // indent, safe, escape ...: for us the same text
}

JinjaValue JinjaMachine::test(std::string_view name, const JinjaValue& value, const JinjaArguments& given, std::uint32_t offset) {
  const JinjaValue* first = given.at(0);
  if (name == "defined") return JinjaValue::of(!value.is(Kind::undefined));
  if (name == "undefined") return JinjaValue::of(value.is(Kind::undefined));
  if (name == "none") return JinjaValue::of(value.is(Kind::none));
  if (name == "string") return JinjaValue::of(value.is(Kind::text));
  if (name == "mapping") return JinjaValue::of(value.is(Kind::map));
  if (name == "iterable" || name == "sequence") return JinjaValue::of(value.is(Kind::list) || value.is(Kind::map) || value.is(Kind::text));
  if (name == "number") return JinjaValue::of(value.is_number() && !value.is(Kind::boolean));
  if (name == "integer") return JinjaValue::of(value.is(Kind::integer));
  if (name == "float") return JinjaValue::of(value.is(Kind::real));
  if (name == "boolean") return JinjaValue::of(value.is(Kind::boolean));
  if (name == "true") return JinjaValue::of(value.is(Kind::boolean) && value.flag).with(value);
  if (name == "false") return JinjaValue::of(value.is(Kind::boolean) && !value.flag).with(value);
  if (name == "callable") return JinjaValue::of(value.is(Kind::callable));
  if (name == "odd" || name == "even") return JinjaValue::of(value.is(Kind::integer) && (value.integer % 2 != 0) == (name == "odd")).with(value);
  if (name == "divisibleby") return JinjaValue::of(first && first->is(Kind::integer) && first->integer != 0 && value.is(Kind::integer) && first->integer != -1 && value.integer % first->integer == 0).with(value);
  if (name == "lower" || name == "upper") return JinjaValue::of(value.is(Kind::text) && cased(value.text, name) == value.text);
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kSigns{{{"equalto", "=="}, {"eq", "=="}, {"==", "=="}, {"sameas", "=="}, {"ne", "!="}, {"!=", "!="}, {"lt", "<"}, {"<", "<"}, {"gt", ">"},
                                                                                      {">", ">"}, {"le", "<="}, {"ge", ">="}, {"in", "in"}, {"greaterthan", ">"}, {"lessthan", "<"}, {"startswith", "startswith"}}};
  for (auto [word, sign] : kSigns)
    if (name == word && first) return compare(sign, value, *first, offset);
  return JinjaValue::of(value.truth()).with(value);
}

}  // namespace stormwatch::format
