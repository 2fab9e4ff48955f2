// SPDX-License-Identifier: Apache-2.0
#include "report/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "report/wrap.h"

namespace stormwatch::report {

namespace {

constexpr std::size_t kMostWays = 3, kMostReasons = 5, kMostActions = 4;
constexpr double kWidth = 1080, kGap = 26, kLine = 17, kPad = 12, kBetween = 34, kWidestBox = 520;
constexpr double kLetter = 7.3, kSmallLetter = 6.3, kCodeLetter = 7.0;  // widths of a letter, wide rather than narrow

std::string percent(double chance) {
  const double p = chance * 100;
  return p >= 99.5 && p < 100 ? "> 99 %" : p >= 9.95 ? fmt::format("{:.0f} %", p) : p >= 0.1 ? fmt::format("{:.1f} %", p) : p > 0 ? "< 0.1 %" : "0 %";
}

struct Row {
  std::string text;
  std::string_view style;
};

struct Box {
  std::vector<Row> rows;
  bool shared = false, assumed = false;
  double y = 0;
  [[nodiscard]] double height() const { return static_cast<double>(rows.size()) * kLine + 2 * kPad - 3; }
};

/// A long word (a path) that would leave the box loses its beginning, which says least.
std::string fitted(std::string_view text, std::size_t most) {
  std::string out = excerpt_of(text, 600);
  if (out.size() <= most) return out;
  std::size_t from = out.size() - (most > 1 ? most - 1 : 0);
  while (from < out.size() && (static_cast<unsigned char>(out[from]) & 0xC0U) == 0x80U) ++from;
  return "…" + out.substr(from);
}

void add_wrapped(Box& box, std::string_view text, std::string_view style, double width, double letter, std::size_t most) {
  const auto columns = static_cast<std::size_t>((width - 2 * kPad) / letter);
  std::vector<std::string> lines = wrap(text, columns);
  const bool more = lines.size() > most;
  if (more) lines.resize(most);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string line = fitted(lines[i], columns);
    if (more && i + 1 == lines.size()) line += " …";
    box.rows.push_back({std::move(line), style});
  }
}

bool is_bridge(const PathStep& step) { return step.rule.starts_with('X'); }

class Picture {
 public:
  Picture(const Posture& posture, const Incident& incident) : posture_(posture), incident_(incident) {
    for (std::size_t w = 0; w < std::min(kMostWays, incident.paths.size()); ++w)
      for (const PathStep& step : incident.paths[w].steps) ++on_ways_[{step.rule, step.asset}];
  }

  std::string draw() {
    const std::size_t ways = std::min(kMostWays, incident_.paths.size());
    if (ways == 0) return {};
    const double column = (kWidth - kGap * static_cast<double>(ways - 1)) / static_cast<double>(ways);
    width_ = std::min(column, kWidestBox);
    double deepest = 0;
    for (std::size_t w = 0; w < ways; ++w) deepest = std::max(deepest, draw_way(incident_.paths[w], w, static_cast<double>(w) * (width_ + kGap)));
    const double whole = width_ * static_cast<double>(ways) + kGap * static_cast<double>(ways - 1);
    return fmt::format("<svg class=\"way\" viewBox=\"0 0 {:.0f} {:.0f}\" style=\"max-width:{:.0f}px\" role=\"img\" aria-label=\"{}\" xmlns=\"http://www.w3.org/2000/svg\">\n{}</svg>\n", whole, deepest, whole,
                       escaped("ways to: " + incident_.title), out_);
  }

 private:
  [[nodiscard]] std::string named(AssetId id) const {
    const Asset* asset = posture_.estate.find(id);
    if (!asset) return "asset";
    const std::string& name = asset->name.empty() ? asset->key : asset->name;
    return name.starts_with(name_of(asset->kind())) ? name : fmt::format("{} {}", name_of(asset->kind()), name);  // "secret e031f2" says what it is
  }

  Box box_of(const PathStep& step) const {
    Box box;
    const auto met = on_ways_.find({step.rule, step.asset});
    box.shared = met != on_ways_.end() && met->second > 1;
    box.assumed = step.assumed;
    add_wrapped(box, named(step.asset), "n", width_, kLetter, 1);
    add_wrapped(box, step.name, "s", width_, kLetter, 3);
    if (!step.because.empty()) add_wrapped(box, step.because, "f", width_, kSmallLetter, 3);
    if (!step.place.path.empty()) box.rows.push_back({fitted(step.place.text(), static_cast<std::size_t>((width_ - 2 * kPad) / kCodeLetter)), "c"});
    box.rows.push_back({fmt::format("{} · {} · tier {}{}{}", step.rule, percent(step.probability), step.tier, step.assumed ? " · assumed" : "", box.shared ? " · shared" : ""), "f"});
    return box;
  }

  double draw_way(const Path& path, std::size_t number, double x) {
    double y = kLine;
    text(x, y, fmt::format("Way {} · {} of the worlds in which it happens", number + 1, percent(path.share)), "f");
    y += kLine / 2;
    std::string gained;  // by the step before
    for (const PathStep& step : path.steps) {
      if (is_bridge(step)) continue;  // two names for one foothold
      Box box = box_of(step);
      if (!gained.empty()) arrow(x + width_ / 2, y, y + kBetween, gained), y += kBetween;
      gained = step.state;
      box.y = y;
      draw_box(box, x);
      y += box.height();
    }
    arrow(x + width_ / 2, y, y + kBetween, gained);
    y += kBetween;
    Box end;
    add_wrapped(end, incident_.title, "n", width_, kLetter, 2);
    add_wrapped(end, named(incident_.asset), "s", width_, kLetter, 1);
    end.y = y;
    draw_box(end, x, "end");
    return y + end.height() + 6;
  }

  void text(double x, double y, std::string_view what, std::string_view style) { out_ += fmt::format("<text class=\"{}\" x=\"{:.0f}\" y=\"{:.0f}\">{}</text>\n", style, x, y, escaped(what)); }

  void arrow(double x, double from, double to, std::string_view state) {
    out_ += fmt::format("<path class=\"arrow\" d=\"M{0:.0f} {1:.0f}V{2:.0f}M{3:.0f} {4:.0f}L{0:.0f} {2:.0f}L{5:.0f} {4:.0f}\"/>\n", x, from + 2, to - 3, x - 5, to - 9, x + 5);
    if (!state.empty()) text(x + 12, (from + to) / 2 + 4, fmt::format("gains {}", state), "f");
  }

  void draw_box(const Box& box, double x, std::string_view kind = "") {
    out_ += fmt::format("<rect class=\"box{}{}{}{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"8\"/>\n", box.shared ? " shared" : "", box.assumed ? " assumed" : "", kind.empty() ? "" : " ", kind,
                        x + 1, box.y, width_ - 2, box.height());
    double y = box.y + kPad + 9;
    for (const Row& row : box.rows) {
      text(x + kPad, y, row.text, row.style);
      y += kLine;
    }
  }

  const Posture& posture_;
  const Incident& incident_;
  std::map<std::pair<std::string, AssetId>, int> on_ways_;
  std::string out_;
  double width_ = 0;
};

std::string list_of(std::string_view title, const std::vector<std::string>& items) {
  if (items.empty()) return {};
  std::string out = fmt::format("<div><b>{}</b><ul>", escaped(title));
  for (const std::string& item : items) out += fmt::format("<li>{}</li>", escaped(item));
  return out + "</ul></div>";
}

/// Reasons that raise (or, with `down`, lower) the chance, with what each does to it.
std::vector<std::string> reasons(const std::vector<Driver>& all, std::string_view sign) {
  std::vector<std::string> out;
  for (const Driver& driver : all) {
    if (out.size() == kMostReasons) break;
    out.push_back(fmt::format("{} ({}{} within the horizon)", excerpt_of(driver.text, 300), sign, percent(std::abs(driver.change))));
  }
  return out;
}

std::vector<std::string> breaking(const Posture& posture, const Incident& incident) {
  std::vector<std::string> out;
  for (const Action& action : posture.forecast.actions)
    for (const ActionEffect& effect : action.effects)
      if (effect.incident == incident.id && effect.before - effect.after >= 0.0005 && out.size() < kMostActions)
        out.push_back(fmt::format("{}: {} → {}, about {:.3g} h", excerpt_of(action.title, 160), percent(effect.before), percent(effect.after), action.effort_hours));
  return out;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else out += c;
  }
  return out;
}

std::string picture_of(const Posture& posture, const Incident& incident) { return Picture(posture, incident).draw(); }

std::string figure_of(const Posture& posture, const Incident& incident) {
  const std::string picture = picture_of(posture, incident);
  if (picture.empty()) return {};
  const Asset* asset = posture.estate.find(incident.asset);
  std::string out = fmt::format("<details class=\"card ways\" id=\"way-{}\"><summary><b class=\"level\" style=\"background:var(--{})\">{}</b> {} <span class=\"soft\">on {}: {} within 30 days</span></summary>\n", incident.id.text(),
                                name_of(incident.level), name_of(incident.level), escaped(incident.title), escaped(asset ? excerpt_of(asset->name.empty() ? asset->key : asset->name, 100) : ""), percent(incident.chance.p30));
  if (!incident.level_note.empty()) out += fmt::format("<p class=\"soft\">{}</p>\n", escaped(incident.level_note));
  out += picture + "<div class=\"why\">" + list_of("What raises it", reasons(incident.drivers, "")) + list_of("What speaks against it", reasons(incident.counter_evidence, "−")) +
         list_of("What breaks the ways", breaking(posture, incident)) + "</div></details>\n";
  return out;
}

}  // namespace stormwatch::report
