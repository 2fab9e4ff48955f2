// SPDX-License-Identifier: Apache-2.0
#include "collect/run_judge.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/text.h"
#include "collect/instruction_text.h"
#include "collect/phrases.h"
#include "match/injection.h"
#include "match/tool_flow.h"

namespace stormwatch::collect {

namespace {

using format::AgentRun;
using format::RunEvent;
using Kind = RunEvent::Kind;

constexpr std::size_t kMostSigns = 40, kMostNames = 24, kMostOrders = 32, kMostSecrets = 200;
constexpr std::size_t kRepeats = 10;
constexpr std::size_t kMostKept = 8 << 20;  // bytes of texts that names are looked up in

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

/// The tool runs commands that its arguments hold.
bool runs_commands(std::string_view tool) {
  const std::string name = lower(tool);
  for (const std::string_view word : {"bash", "shell", "terminal", "exec", "command", "powershell", "run_code", "python", "computer", "interpreter"})
    if (name.find(word) != std::string::npos) return true;
  return false;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0; at <= text.size() && out.size() < 1000;) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

/// An order to the model within a text that somebody else wrote.
struct Order {
  std::string kind;
  std::size_t begin = 0;
  bool sure = true;  ///< false: only the text model says so, which is told where the agent then did what stands there
};

/// The order and what belongs to it: its paragraph from at most 300 bytes before, and 800 after.
std::string_view around(std::string_view text, std::size_t begin) {
  std::size_t start = begin - std::min<std::size_t>(begin, 300);
  for (const std::string_view gap : {"\n\n", "\n---", "\n- "})
    if (const std::size_t at = text.substr(0, begin).rfind(gap); at != std::string_view::npos) start = std::max(start, at);
  return text.substr(start, begin - start + 800);
}

/// Not a name that the result has elsewhere as well, or in the head of a mail: those are data.
bool is_of_the_order(std::string_view name, std::string_view passage, std::string_view text) {
  std::size_t within = 0, all = 0;
  for (std::size_t at = passage.find(name); at != std::string_view::npos; at = passage.find(name, at + name.size())) {
    ++within;
    const std::size_t start = passage.rfind('\n', at) == std::string_view::npos ? 0 : passage.rfind('\n', at) + 1;
    const std::string line = lower(passage.substr(start, at - start));
    for (const std::string_view head : {"from:", "sender:", "to:", "cc:", "recipients:", "reply-to:", "author:", "participants:"})
      if (line.find(head) != std::string::npos) return false;
  }
  for (std::size_t at = text.find(name); at != std::string_view::npos && all <= within; at = text.find(name, at + name.size())) ++all;
  return all == within;
}

std::optional<Order> order_in(std::string_view text) {
  if (text.size() < 16) return std::nullopt;
  for (const Sighting& sighting : read_instructions(text, [](std::size_t offset) { return Place{.offset = static_cast<std::int64_t>(offset)}; }))
    if (sighting.confidence == Confidence::high && (sighting.what == "hidden-instruction" || sighting.what == "prompt-injection")) return Order{sighting.subject, static_cast<std::size_t>(std::max<std::int64_t>(sighting.place.offset, 0)), true};
  for (const PhraseHit& hit : Phrases::embedded("answered_order.yaml").read_text(text)) return Order{std::string(hit.subject), hit.begin, true};
  const match::InjectionVerdict verdict = match::judge_text(text);
  if (verdict.level != match::InjectionVerdict::Level::likely) return std::nullopt;
  return Order{std::string(verdict.kind), verdict.begin, verdict.kind != "model"};
}

/// What a passage names so that it can be known again: addresses, hosts, paths, account numbers, quoted words, names of two words and more.
/// `all`: the last two kinds as well, which are no sure sign by themselves.
std::vector<std::string> names_in(std::string_view passage, bool all) {
  std::vector<std::string> out;
  const auto take = [&](std::string_view name) {
    while (!name.empty() && std::string_view(".,;:!?)'\"`").find(name.back()) != std::string_view::npos) name.remove_suffix(1);
    if (name.size() >= 6 && name.size() <= 200 && out.size() < kMostNames && std::ranges::find(out, name) == out.end()) out.emplace_back(name);
  };
  for (std::size_t at = 0; at < passage.size();) {
    const std::size_t end = std::min(passage.find_first_of(" \t\n<>\"'`()[]{},|", at), passage.size());
    const std::string_view word = passage.substr(at, end - at);
    const bool digit = std::ranges::any_of(word, [](char c) { return c >= '0' && c <= '9'; });
    const bool account = digit && word.size() >= 10 && std::ranges::all_of(word, [](char c) { return is_upper(c) || (c >= '0' && c <= '9'); });
    if (account || word.find("://") != std::string_view::npos || word.starts_with("www.") || (word.find('@') != std::string_view::npos && word.find('.') != std::string_view::npos) || word.starts_with("~/") ||
        (word.starts_with('/') && std::ranges::count(word, '/') >= 2))
      take(word);
    at = end + 1;
  }
  if (!all) return out;
  for (const char mark : {'"', '\'', '`'})
    for (std::size_t at = passage.find(mark); at != std::string_view::npos;) {
      const std::size_t end = passage.find(mark, at + 1);
      if (end == std::string_view::npos) break;
      if (const std::string_view quoted = passage.substr(at + 1, end - at - 1); quoted.size() <= 80 && quoted.find('\n') == std::string_view::npos && (at == 0 || !is_word(passage[at - 1]))) take(quoted);
      at = passage.find(mark, end + 1);
    }
  // "Riverside View Hotel"
  for (std::size_t at = 0; at < passage.size();) {
    if (!is_upper(passage[at]) || (at && is_word(passage[at - 1]))) { ++at; continue; }
    std::size_t end = at, words = 0, last = at;
    while (end < passage.size() && is_upper(passage[end])) {
      std::size_t stop = end;
      while (stop < passage.size() && (is_word(passage[stop]) || static_cast<unsigned char>(passage[stop]) >= 0x80 || passage[stop] == '-')) ++stop;
      ++words;
      last = stop;
      end = stop + (stop < passage.size() && passage[stop] == ' ');
      if (end == stop) break;
    }
    if (words >= 2) take(passage.substr(at, last - at));
    at = std::max(last, at + 1);
  }
  return out;
}

class Judgement {
 public:
  Judgement(const AgentRun& run, const match::Database* patterns) : run_(run), patterns_(patterns) {}

  std::vector<RunSign> take() {
    for (const RunEvent& event : run_.events) {
      if (event.kind == Kind::instruction || event.kind == Kind::request) {
        if (trusted_.size() < kMostKept) trusted_ += event.text + "\n";
      }
      if (event.kind == Kind::request || event.kind == Kind::result) note_secrets(event);
      if (event.kind == Kind::result) look_at_result(event);
      if (event.kind == Kind::call) look_at_call(event);
    }
    for (const format::RunAct& act : run_.acts) {
      if (act.kind == "process") {
        look_at_command(act.object, act.tool, act.line, 0);
        continue;
      }
      std::string host = match::host_of(act.object);
      if (host.empty()) host = lower(act.object.substr(0, act.object.find_first_of(":/")));
      if (match::is_drop_site(host)) add("drop-site", act.tool, "asked for " + host + " while it ran", host, act.line, 0);
    }
    return std::move(signs_);
  }

 private:
  struct Ordered {
    std::string tool, kind, said;
    std::vector<std::string> names;
    bool sure = true;
  };
  struct Held {
    std::string value, kind, tool;
  };

  void add(std::string_view subject, std::string_view tool, std::string detail, std::string_view excerpt, std::uint32_t line, std::uint32_t column, Confidence confidence = Confidence::high) {
    if (signs_.size() < kMostSigns) signs_.push_back({std::string(subject), excerpt_of(tool, 120), std::move(detail), excerpt_of(excerpt), line, column, confidence});
  }

  void note_secrets(const RunEvent& event) {
    if (!patterns_ || event.text.size() < 12 || held_.size() >= kMostSecrets) return;
    for (const match::Hit& hit : patterns_->scan(event.text)) {
      const match::Pattern& pattern = patterns_->patterns()[hit.pattern];
      if (pattern.topic != "secret" || pattern.confidence != "high" || !pattern.kinds.empty() || pattern.subject.starts_with('-')) continue;
      const std::string value = event.text.substr(hit.value_begin, hit.value_end - hit.value_begin);
      if (value.size() < 12 || held_.size() >= kMostSecrets || std::ranges::any_of(held_, [&](const Held& one) { return one.value == value; })) continue;
      held_.push_back({value, patterns_->subject_of(hit, event.text), event.kind == Kind::result ? event.tool : "a message of the user"});
    }
  }

  void look_at_result(const RunEvent& event) {
    // What was read from a file of keys, line by line: it may be no known kind of credential.
    if (!secret_read_.empty() && held_.size() < kMostSecrets)
      for (const std::string_view line : lines_of(event.text)) {
        const std::size_t equals = line.find('=');
        const std::string_view value = equals == std::string_view::npos ? line : line.substr(equals + 1);
        if (value.size() >= 16 && value.find(' ') == std::string_view::npos && value.find("-----") == std::string_view::npos && held_.size() < kMostSecrets) held_.push_back({std::string(value), "what " + secret_read_ + " holds", event.tool});
      }
    secret_read_.clear();
    const std::optional<Order> order = order_in(event.text);
    if (!order || orders_.size() >= kMostOrders) {
      if (plain_results_.size() < kMostKept) plain_results_ += event.text + "\n";
      return;
    }
    const std::string_view passage = around(event.text, order->begin);
    Ordered ordered{event.tool, order->kind, excerpt_of(std::string_view(event.text).substr(order->begin, 160), 160), {}, order->sure};
    for (std::string& name : names_in(passage, order->sure))
      if (is_of_the_order(name, passage, event.text) && trusted_.find(name) == std::string::npos && plain_results_.find(name) == std::string::npos) ordered.names.push_back(std::move(name));
    // The same words read twice are one order.
    if (std::ranges::any_of(orders_, [&](const Ordered& known) { return known.said == ordered.said && known.tool == ordered.tool; })) return;
    if (order->sure) add("order-in-result", event.tool, "the result of " + (event.tool.empty() ? std::string("a tool") : excerpt_of(event.tool, 80)) + " orders the model (" + order->kind + "): " + ordered.said, ordered.said, event.line, event.column, reads_local(event) ? Confidence::medium : Confidence::high);
    orders_.push_back(std::move(ordered));
  }

  /// A file of the machine, not a text that strangers can change at will.
  static bool reads_local(const RunEvent& event) {
    const std::string name = lower(event.tool);
    return name == "read" || name == "grep" || name == "glob" || name == "view" || name == "bash" || name == "shell" || name.find("read_file") != std::string::npos || name.find("str_replace") != std::string::npos;
  }

  void look_at_call(const RunEvent& event) {
    const std::vector<std::string_view> texts = lines_of(event.text);
    for (const std::string_view text : texts)
      if (match::is_secret_path(text)) secret_read_ = excerpt_of(text, 80);
    const bool commands = runs_commands(event.tool);
    std::string_view obeyed;
    for (const Ordered& order : orders_)
      for (const std::string& name : order.names)
        if (obeyed.empty() && event.text.find(name) != std::string::npos && trusted_.find(name) == std::string::npos) {
          obeyed = name;
          add("obeyed-order", event.tool, "after the result of " + excerpt_of(order.tool, 80) + " ordered it (\"" + order.said + "\"), the agent called " + excerpt_of(event.tool, 80) + " with '" + excerpt_of(name, 80) + "', which nothing else in the run names", order.said, event.line, event.column, order.sure ? Confidence::high : Confidence::medium);
        }
    match::ToolFlow flow = match::flow_of(event.tool, texts);
    std::string host;
    for (const std::string_view text : texts)
      for (std::size_t at = text.find("://"); at != std::string_view::npos && host.empty(); at = text.find("://", at + 3)) {
        const std::size_t start = text.find_last_of(" \t\"'`(<=", at);
        host = match::host_of(text.substr(start == std::string_view::npos ? 0 : start + 1).substr(0, 2048));
      }
    const bool drop = !host.empty() && match::is_drop_site(host);
    // A key that goes to a service in a call of a program is used there; to a person, a page or a place for leftovers it is given away.
    const bool given = drop || !obeyed.empty() || (flow.outbound && host.empty() && !commands);
    for (const Held& held : held_)
      if (given && event.text.find(held.value) != std::string::npos && !is_wanted(held.value)) {
        add("secret-left", event.tool, held.kind + " (" + redacted(held.value) + "), read from " + excerpt_of(held.tool, 80) + ", went out with a call of " + excerpt_of(event.tool, 80) + (drop ? " to " + host : ""), redacted(held.value), event.line, event.column);
        break;
      }
    if (commands) look_at_command(event.text, event.tool, event.line, event.column);
    if (event.text == last_call_ && event.tool == last_tool_ && !event.text.empty()) {
      if (++repeats_ == kRepeats) add("repeats", event.tool, "the same call " + std::to_string(kRepeats) + " times and more in a row", excerpt_of(event.text, 80), event.line, event.column);
    } else {
      repeats_ = 1;
    }
    last_call_ = event.text;
    last_tool_ = event.tool;
  }

  /// The user wrote the value and asked to send something: what the user gives away is theirs.
  [[nodiscard]] bool is_wanted(const std::string& value) const { return trusted_.find(value) != std::string::npos; }

  void look_at_command(std::string_view text, std::string_view tool, std::uint32_t line, std::uint32_t column) {
    if (!patterns_) return;
    for (const match::Hit& hit : patterns_->scan(text)) {
      const match::Pattern& pattern = patterns_->patterns()[hit.pattern];
      if (pattern.topic != "command" || pattern.confidence != "high" || !pattern.kinds.empty()) continue;
      const std::string_view shown = text.substr(hit.begin, std::min<std::size_t>(hit.end - hit.begin, 160));
      const std::string_view value = text.substr(hit.value_begin, hit.value_end - hit.value_begin);
      if (trusted_.find(shown) != std::string::npos || (value.size() >= 8 && trusted_.find(value) != std::string::npos)) continue;
      if (!commands_.insert(pattern.subject).second) continue;
      add("attack-command", tool, pattern.subject + ": " + excerpt_of(shown, 160), shown, line, column);
    }
  }

  const AgentRun& run_;
  const match::Database* patterns_;
  std::string trusted_;        ///< what the system and the user said so far
  std::string plain_results_;  ///< results without an order so far
  std::vector<Ordered> orders_;
  std::vector<Held> held_;
  std::string secret_read_;    ///< the path of keys that the last call named
  std::set<std::string_view> commands_;
  std::string last_call_, last_tool_;
  std::size_t repeats_ = 0;
  std::vector<RunSign> signs_;
};

}  // namespace

std::vector<RunSign> judge_run(const AgentRun& run, const match::Database* patterns) { return Judgement(run, patterns).take(); }

}  // namespace stormwatch::collect
