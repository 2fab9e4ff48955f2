// SPDX-License-Identifier: Apache-2.0
#include "format/chat_behaviour.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>

#include "base/text.h"
#include "format/jinja_run.h"

namespace stormwatch::format {
namespace {

using Value = JinjaValue;

// Words that stand in no template, so that what is left of an output without them is the template's own.
constexpr std::string_view kSystem = "Quillberry vantorra hummel.";
constexpr std::string_view kUser = "Plumsock dreffin marzipool";
constexpr std::string_view kAssistant = "Gorvell tarnock.";
constexpr std::string_view kLast = "Ostravik zimbelt";
constexpr std::array<std::string_view, 12> kOurs{"quillberry", "vantorra", "hummel", "plumsock", "dreffin", "marzipool", "gorvell", "tarnock", "ostravik", "zimbelt", "nubbleton", "wurlo"};
constexpr int kSentence = 4;    ///< words in a row that make what is written on a condition more than a marker
constexpr std::size_t kMostConfirmed = 8;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The template's own lines of plain language in an output: markup, our words and numbers taken out.
std::vector<std::string> own_lines(std::string_view output) {
  std::vector<std::string> lines;
  std::string line, word;
  int wide = 0;
  auto end_word = [&] {
    std::string low;
    for (char c : word) low += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if ((word.size() >= 2 || word == "a" || word == "I") && std::ranges::find(kOurs, low) == kOurs.end()) line += (line.empty() ? "" : " ") + word;
    word.clear();
  };
  auto end_line = [&] {
    end_word();
    if (!line.empty()) lines.push_back(line);
    line.clear();
    wide = 0;
  };
  for (std::size_t i = 0; i < output.size(); ++i) {
    char c = output[i];
    if (is_letter(c) || c == '\'') {
      word += c;
    } else if (static_cast<unsigned char>(c) >= 0xe3 && i + 2 < output.size()) {  // a script without blanks: two characters count as a word
      word += output.substr(i, 3);
      i += 2;
      if (++wide % 2 == 0) end_word();
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      word += c;
    } else if (c == '\n' || c == '<' || c == '>' || c == '[' || c == ']' || c == '|' || c == '{' || c == '}' || c == '#') {
      end_line();
    } else {
      end_word();
    }
  }
  end_line();
  return lines;
}
int words_of(std::string_view line) { return line.empty() ? 0 : static_cast<int>(std::ranges::count(line, ' ')) + 1; }

std::string longest(const std::vector<std::string>& lines) {
  std::string best;
  for (const std::string& line : lines)
    if (words_of(line) > words_of(best)) best = line;
  return best;
}

Value message(std::string_view role, std::string_view content, bool parts) {
  Value text = Value::of(std::string(content));
  text.origin = kFromMessage;
  if (parts) text = Value::of(std::vector<Value>{Value::of_map({{"type", Value::of("text")}, {"text", text}})});
  return Value::of_map({{"role", Value::of(std::string(role))}, {"content", text}});
}

struct Conversation {
  std::string system{kSystem}, user{kUser}, last{kLast};
  bool has_system = true, parts = false, tools = false;
  std::size_t turns = 1;  ///< of user and assistant before the last
  JinjaDate date;
};

JinjaOptions options_for(const Conversation& talk) {
  JinjaOptions options;
  options.date = talk.date;
  std::vector<Value> messages;
  if (talk.has_system) messages.push_back(message("system", talk.system, talk.parts));
  for (std::size_t i = 0; i < talk.turns; ++i) {
    messages.push_back(message("user", talk.user, talk.parts));
    messages.push_back(message("assistant", kAssistant, talk.parts));
  }
  messages.push_back(message("user", talk.last, talk.parts));
  if (talk.tools) {
    Value call = Value::of_map({{"type", Value::of("function")}, {"id", Value::of("a1b2c3d4e")}, {"function", Value::of_map({{"name", Value::of("nubbleton")}, {"arguments", Value::of_map({{"wurlo", Value::of("wurlo")}})}})}});
    Value asked = message("assistant", "", false);
    asked.map->set("tool_calls", Value::of(std::vector<Value>{call}));
    messages.push_back(asked);
    Value answer = message("tool", "Wurlo", false);
    answer.map->set("tool_call_id", Value::of("a1b2c3d4e"));
    answer.map->set("name", Value::of("nubbleton"));
    messages.push_back(answer);
    Value parameters = Value::of_map({{"type", Value::of("object")}, {"properties", Value::of_map({{"wurlo", Value::of_map({{"type", Value::of("string")}, {"description", Value::of("Wurlo")}})}})}, {"required", Value::of(std::vector<Value>{Value::of("wurlo")})}});
    Value function = Value::of_map({{"name", Value::of("nubbleton")}, {"description", Value::of("Nubbleton wurlo")}, {"parameters", parameters}});
    options.names.emplace_back("tools", Value::of(std::vector<Value>{Value::of_map({{"type", Value::of("function")}, {"function", function}})}));
  }
  options.names.emplace_back("message", messages.back());  // a part of a template may be all there is
  Value all = Value::of(std::move(messages));
  all.origin = kFromCount;
  options.names.emplace_back("messages", std::move(all));
  options.names.emplace_back("add_generation_prompt", Value::of(true));
  options.names.emplace_back("bos_token", Value::of("<s>"));
  options.names.emplace_back("eos_token", Value::of("</s>"));
  return options;
}

/// "2027-01-31", "2027", "January 2027" ...: days on which the comparison may turn out the other way.
std::vector<JinjaDate> dates_near(std::string_view word) {
  std::vector<JinjaDate> dates;
  std::array<int, 3> numbers{};
  std::size_t found = 0;
  for (std::size_t i = 0; i < word.size() && found < 3;) {
    int number = 0;
    auto [end, error] = std::from_chars(word.data() + i, word.data() + word.size(), number);
    if (error != std::errc{} || number < 0) {
      ++i;
      continue;
    }
    numbers[found++] = number;
    i = static_cast<std::size_t>(end - word.data());
  }
  int year = found > 0 && numbers[0] >= 1970 && numbers[0] <= 2200 ? numbers[0] : 2026;
  int month = found > 1 ? numbers[1] : found == 1 && numbers[0] <= 12 && numbers[0] > 0 ? numbers[0] : 6;
  int day = found > 2 ? numbers[2] : found == 1 && numbers[0] <= 31 && numbers[0] > 0 ? numbers[0] : 15;
  if (found == 2 && numbers[0] <= 12) month = numbers[0], day = numbers[1];
  month = std::clamp(month, 1, 12);
  day = std::clamp(day, 1, 28);
  static constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (std::size_t i = 0; i < kMonths.size(); ++i)
    if (word.find(kMonths[i]) != std::string_view::npos) month = static_cast<int>(i) + 1;
  dates.push_back({year, month, day});
  dates.push_back({std::min(year + 1, 2200), month, day});
  static constexpr std::array<std::string_view, 7> kDays{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  for (std::size_t i = 0; i < kDays.size(); ++i)  // 2024-06-17 was a Monday
    if (word.find(kDays[i]) != std::string_view::npos) dates.push_back({2024, 6, 17 + static_cast<int>(i)});
  return dates;
}

class Watching {
 public:
  explicit Watching(const std::vector<JinjaStatement>& program) : program_(program) {}

  void watch(ChatBehaviour& said) {
    said_ = &said;
    base_ = run(Conversation{});
    if (base_.raised) {
      base_talk_.has_system = false;
      base_ = run(base_talk_);
    }
    if (!base_.stopped.empty()) {
      risk("endless-loop", "a short conversation costs more than the limit of " + base_.stopped, 0);
      return;
    }
    base_lines_ = own_lines(base_.output);
    Conversation parts;
    parts.parts = true;
    JinjaOutcome in_parts = run(parts);
    for (const std::string& line : base_lines_)
      if (words_of(line) >= kSentence) said.added += line + "\n";
    note_drops(in_parts);
    note_addresses(base_.output);
    explore();
    for (const JinjaOutcome* outcome : {&base_, &in_parts})
      for (const JinjaEvent& event : outcome->events) note_event(event);
  }

 private:
  JinjaOutcome run(const Conversation& talk) { return run_jinja(program_, options_for(talk)); }

  void risk(std::string what, std::string detail, std::size_t offset) {
    int same = 0;
    for (const TemplateRisk& seen : said_->risks) {
      if (seen.what == what && seen.offset == offset) return;
      same += seen.what == what;
    }
    if (same < 4) said_->risks.push_back({std::move(what), std::move(detail), offset});
  }

  void note_event(const JinjaEvent& event) {
    if (event.what == "rewrite") risk("rewrites-message", "replaces " + event.detail + " in what users or operators wrote", event.offset);
    else if (event.what == "load") risk("include", event.detail, event.offset);
    else if (event.what == "internal-call") risk("call", event.detail, event.offset);
    else risk(event.what, event.detail, event.offset);
  }

  void note_drops(const JinjaOutcome& in_parts) {
    if (base_.raised || own_output_empty()) return;
    auto kept = [&](std::string_view word) { return holds(base_.output, word) || (!in_parts.raised && holds(in_parts.output, word)); };
    if (base_talk_.has_system && !kept("Quillberry") && kept("Ostravik")) risk("drops-system", "the system message is left out without a word", 0);
    if (!kept("Ostravik") && kept("Gorvell")) risk("drops-user", "what the user wrote last is left out", 0);
  }
  /// Templates of publishers write no addresses. One that ends in what somebody wrote carries it there.
  void note_addresses(std::string_view output) {
    for (std::size_t at = output.find("://"); at != std::string_view::npos; at = output.find("://", at + 3)) {
      std::size_t start = at;
      while (start > 0 && is_letter(output[start - 1])) --start;
      if (start == at || at - start > 8) continue;
      std::size_t end = std::min(output.find_first_of(" \t\r\n\"'<>)\\", at), output.size());
      std::string url(output.substr(start, std::min<std::size_t>(end - start, 160)));
      bool carries = false;
      for (std::string_view word : {"Quillberry", "Plumsock", "Ostravik", "Gorvell"}) carries |= url.find(word) != std::string::npos;
      bool shown = start >= 2 && output.substr(start - 2, 2) == "](";
      if (url.find("json-schema.org") != std::string::npos) continue;
      risk(carries || shown ? "exfiltration" : "url", (carries ? "writes an address that carries what was said: " : "writes the address ") + url, 0);
    }
  }
  bool own_output_empty() const { return base_.output.empty(); }

  void explore() {
    Conversation with_tools;
    with_tools.tools = true;
    std::size_t confirmed = 0;
    for (const Conversation& talk : {Conversation{}, with_tools}) {
      JinjaOptions options = options_for(talk);
      options.explore = true;
      JinjaOutcome all = run_jinja(program_, options);
      for (const JinjaEvent& event : all.events) note_event(event);
      note_addresses(all.output);
      if (!talk.tools)
        for (const std::string& line : own_lines(all.output))
          if (said_->written.size() < (64U << 10)) said_->written += line + "\n";
      for (const JinjaTrigger& trigger : all.triggers)
        if (confirmed < kMostConfirmed) confirmed += judge(trigger, talk.tools);
    }
  }

  /// Whether the trigger was worth a run of its own.
  bool judge(const JinjaTrigger& trigger, bool tools) {
    const std::string text = longest(own_lines(trigger.written));
    const bool sentence = words_of(text) >= kSentence;
    if (!sentence && trigger.kind != kWordTrigger) return false;
    if (!seen_.insert(trigger.word).second) return false;
    std::string shown_word = "\"" + trigger.word.substr(0, 60) + "\"";
    std::string when = trigger.kind == kDateTrigger ? "from a date on (" + trigger.word.substr(0, 40) + ")" : trigger.kind == kCountTrigger ? "in a long conversation (" + trigger.word.substr(0, 20) + ")" : "when a message holds " + shown_word;
    for (const Conversation& talk : tries(trigger, tools)) {
      JinjaOutcome plain = run(base_like(talk)), triggered = run(talk);
      if (plain.raised || triggered.raised || !triggered.stopped.empty()) continue;
      std::vector<std::string> before = own_lines(plain.output);
      std::string added;
      for (const std::string& line : own_lines(triggered.output))
        if (std::ranges::find(before, line) == before.end() && words_of(without(line, trigger.word)) > words_of(added)) added = without(line, trigger.word);
      if (words_of(added) >= kSentence) {
        if (trigger.kind == kMarkTrigger) return risk("mode-switch", when + " the template adds: " + added.substr(0, 160), trigger.offset), true;
        return risk("triggered-instruction", when + " the template adds: " + added.substr(0, 160), trigger.written_at ? trigger.written_at : trigger.offset), true;
      }
      if (trigger.kind == kMarkTrigger) continue;
      for (std::string_view word : {"Quillberry", "Plumsock"})
        if (holds(plain.output, word) && !holds(triggered.output, word))
          return risk("triggered-drop", when + " the template leaves out " + (word == "Plumsock" ? "what the user wrote" : "the system message"), trigger.offset), true;
    }
    if (sentence && trigger.kind != kMarkTrigger) risk("conditional-instruction", when + " the template adds: " + text.substr(0, 160), trigger.written_at ? trigger.written_at : trigger.offset);
    return true;
  }

  static std::string without(const std::string& line, const std::string& word) {
    std::string out = line;
    for (const std::string& own : own_lines(word))
      if (std::size_t at = out.find(own); at != std::string::npos) out.erase(at, own.size());
    return out;
  }

  /// The same conversation without the trigger.
  static Conversation base_like(Conversation talk) {
    Conversation plain;
    plain.has_system = talk.has_system;
    plain.tools = talk.tools;
    return plain;
  }

  std::vector<Conversation> tries(const JinjaTrigger& trigger, bool tools) const {
    std::vector<Conversation> all;
    Conversation talk;
    talk.has_system = base_talk_.has_system;
    talk.tools = tools;
    if (trigger.kind == kDateTrigger) {
      for (const JinjaDate& date : dates_near(trigger.word)) {
        talk.date = date;
        all.push_back(talk);
      }
      return all;
    }
    if (trigger.kind == kCountTrigger) {
      std::size_t count = std::min<std::size_t>(static_cast<std::size_t>(std::strtoul(trigger.word.c_str(), nullptr, 10)), 4000);
      Conversation longer = talk;
      longer.last = std::string(count + 8, 'z');
      if (count < 80) {
        talk.turns = count;
        all.push_back(talk);
        talk.turns = count / 2;
        all.push_back(talk);
      }
      all.push_back(longer);
      return all;
    }
    for (const std::string& last : {std::string(kLast) + " " + trigger.word + " zimbelt", trigger.word, trigger.word + " zimbelt"}) {
      talk.last = last;
      all.push_back(talk);
    }
    talk.last = kLast;
    talk.user = trigger.word + " " + std::string(kUser);
    all.push_back(talk);
    talk.user = kUser;
    talk.system = std::string(kSystem) + " " + trigger.word;
    all.push_back(talk);
    return all;
  }

  const std::vector<JinjaStatement>& program_;
  ChatBehaviour* said_ = nullptr;
  Conversation base_talk_;
  JinjaOutcome base_;
  std::vector<std::string> base_lines_;
  std::set<std::string> seen_;
};

}  // namespace

ChatBehaviour watch_chat_template(std::string_view text) {
  ChatBehaviour said;
  auto program = parse_jinja(text);
  if (!program) {
    said.trouble = program.error().message();
    return said;
  }
  said.parsed = true;
  Watching(*program).watch(said);
  return said;
}

}  // namespace stormwatch::format
