// SPDX-License-Identifier: Apache-2.0
// What an exercised tool did, against what it says (exercise.h). Only what a person would want to know becomes a sighting; how much it
// weighs beside the tool's abilities is the detector's to say (detect/checks/mcp_tool_observed.cpp).
#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "live/exercise/exercise.h"
#include "match/tool_flow.h"

namespace stormwatch::live::exercise {
namespace {

bool below(std::string_view path, std::string_view folder) { return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/'); }

/// Where what is written is read or started by something else later: shells, logins, schedulers, ssh, assistants, package managers.
constexpr std::string_view kStarts[] = {".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".profile", ".zshrc", ".zprofile", ".zshenv", ".zlogin", ".config/fish", ".config/autostart",
                                        ".config/systemd", ".local/share/systemd", ".ssh", ".gitconfig", ".config/git", ".git-credentials", ".npmrc", ".pypirc", ".config/pip", ".netrc", ".aws", ".kube", ".docker",
                                        ".gnupg", ".vimrc", ".vscode", ".cursor", ".claude", ".claude.json", ".config/claude", ".codeium", ".codex", ".gemini", ".continue", ".config/Claude",
                                        ".config/Code", ".local/bin", ".env", ".tmux.conf", ".inputrc", ".pam_environment", ".xprofile", ".xinitrc", ".crontab", ".python_history", ".pythonrc"};

/// What a canary's name must find in the words of a tool for its reading to be expected.
struct Expected {
  std::string_view canary;
  std::array<std::string_view, 6> words;
};
constexpr Expected kExpected[] = {{"ssh private key", {"ssh", "sftp", "scp", "remote host", "git "}},
                                  {"cloud credentials", {"aws", "amazon", "s3", "cloud", "bedrock", "dynamo"}},
                                  {"git credentials", {"git"}},
                                  {"git configuration", {"git", "commit", "repository"}},
                                  {"netrc", {"http", "url", "fetch", "download", "git", "api"}},
                                  {"kube configuration", {"kube", "k8s", "cluster", "helm", "pod"}},
                                  {"assistant configuration", {"mcp", "cursor", "assistant", "configuration"}},
                                  {"shell history", {"history", "shell"}},
                                  {".env of the home", {".env", "environment"}},
                                  {"token of the environment", {"environment", "env var", "env-var", "getenv", "printenv", "get-env"}}};

class Comparison {
 public:
  Comparison(const Doings& doings, const Allowed& allowed) : doings_(doings), allowed_(allowed) {
    if (doings.tool) {
      name_ = doings.tool->text("name");
      said_ = lower(name_ + " " + std::string(doings.tool->text("title")) + " " + std::string(doings.tool->text("description")));
      if (const Node* hints = doings.tool->find("annotations"); hints && hints->is_map()) {
        read_only_ = hint(*hints, "readOnlyHint").value_or(false);
        closed_ = !hint(*hints, "openWorldHint").value_or(true);
        additive_ = !hint(*hints, "destructiveHint").value_or(true);
      }
    }
    said_ += " " + lower(allowed.server);
  }

  std::vector<Behaviour> take() {
    for (const Act& act : doings_.acts) look_at(act);
    for (const std::string& canary : doings_.returned)
      if (!expected(canary)) add("returns-canary", "its answer holds the " + canary + ", which no argument asked for");
    return std::move(behaviour_);
  }

 private:
  const Doings& doings_;
  const Allowed& allowed_;
  std::string name_, said_;
  bool read_only_ = false, closed_ = false, additive_ = false;
  std::vector<Behaviour> behaviour_;
  std::set<std::string> written_;

  static std::optional<bool> hint(const Node& hints, std::string_view key) {
    const Node* node = hints.find(key);
    return node ? node->as_bool() : std::nullopt;
  }
  [[nodiscard]] bool says(std::string_view word) const { return said_.find(word) != std::string::npos; }
  [[nodiscard]] std::string when() const { return doings_.tool ? "" : " (outside of any call)"; }

  void add(std::string_view subject, std::string detail) {
    if (std::ranges::count(behaviour_, subject, &Behaviour::subject) < 3) behaviour_.push_back({name_, std::string(subject), std::move(detail)});
  }

  [[nodiscard]] bool expected(const std::string& canary) const {
    for (const Expected& one : kExpected)
      if (one.canary == canary) return std::ranges::any_of(one.words, [&](std::string_view word) { return !word.empty() && says(word); });
    return false;
  }

  [[nodiscard]] std::string in_home(const std::string& path) const { return below(path, allowed_.home) ? "~" + path.substr(allowed_.home.size()) : path; }

  void look_at(const Act& act) {
    if (act.kind == "leak") return add("leaks-canary", "sent the " + act.object + " to " + act.detail + when());
    if (act.kind == "canary") {
      // Of a program it starts (git, ssh) the settings are read for it; .env files are read by whoever loads settings at the start.
      const bool settings = act.object == "git configuration" || (!doings_.tool && act.object == ".env of the home");
      if (!settings && !expected(act.object)) add("reads-canary", "opened " + in_home(act.detail) + " (" + act.object + "), which no argument names" + when());
    }
    if (act.kind == "write") look_at_writing(act.object);
    if (act.kind == "delete") look_at_deleting(act.object);
    if (act.kind == "process" || act.kind == "descendant") look_at_process(act);
    if (act.kind == "host") look_at_host(act.object);
    if (act.kind == "name") look_at_host(act.object + ":0");
  }

  [[nodiscard]] bool is_own(const std::string& path) const {
    return std::ranges::any_of(allowed_.own, [&](const std::string& folder) { return below(path, folder); });
  }
  [[nodiscard]] bool is_scratch(const std::string& path) const {
    for (const std::string_view folder : {"/tmp", "/var/tmp", "/dev", "/proc", "/run", "/var/run"})
      if (below(path, folder) && !is_own(path)) return true;
    return path.find("/__pycache__/") != std::string::npos || path.ends_with(".pyc");
  }

  void look_at_writing(const std::string& path) {
    written_.insert(path);
    if (is_own(path)) {
      if (read_only_) add("writes-though-read-only", "wrote " + in_home(path) + " and says readOnlyHint");
      return;
    }
    if (is_scratch(path)) return;
    if (!below(path, allowed_.home)) {
      for (const std::string_view folder : {"/etc", "/usr", "/bin", "/sbin", "/lib", "/boot", "/root", "/var/spool", "/opt"})
        if (below(path, folder)) return add("writes-system", "tried to write " + path + when());
      return;
    }
    const std::string_view rest = std::string_view(path).substr(std::min(path.size(), allowed_.home.size() + 1));
    for (const std::string_view start : kStarts)
      if (below(rest, start)) return add("plants-start", "wrote " + in_home(path) + ", which something else reads or starts later" + when());
    // A hidden folder of its own, a cache, its data: where programs keep what is theirs.
    if (rest.starts_with('.')) return;
    if (doings_.tool && !says("home")) add("writes-outside", "wrote " + in_home(path) + ", outside its folder");
  }

  void look_at_deleting(const std::string& path) {
    if (is_scratch(path) || path.ends_with(".tmp") || path.ends_with(".lock") || written_.contains(path)) return;
    if (read_only_) return add("deletes-though-read-only", "removed " + in_home(path) + " and says readOnlyHint");
    if (!is_own(path) && below(path, allowed_.home) && path.find("/.cache/") == std::string::npos && path.find("/.npm/") == std::string::npos) return add("writes-outside", "removed " + in_home(path) + ", outside its folder");
    if (additive_ && doings_.tool) add("deletes-though-additive", "removed " + in_home(path) + " and says it destroys nothing (destructiveHint false)");
  }

  static bool asks_for_version(std::string_view line) { return line.ends_with(" --version") || line.ends_with(" -v") || line.ends_with(" -V"); }

  void look_at_process(const Act& act) {
    const std::string program = act.object.substr(act.object.rfind('/') + 1);
    if (written_.contains(act.object) || (below(act.object, "/tmp") && !is_own(act.object) && !below(allowed_.program, "/tmp"))) return add("starts-written-program", "started " + act.object + ", from a folder where anybody may write" + when());
    // A shell between is no aim of its own, and programs for finding things out about the system are everywhere.
    static const std::set<std::string_view> kQuiet{"sh", "dash", "bash", "env", "uname", "ldconfig", "ldconfig.real", "gcc", "cc", "ld", "objdump", "lsb_release", "which", "locale", "hostname", "true", "tr", "sed", "dirname", "basename", "readlink", "cat", "expr", "stty", "getconf",
                                                  // They only look.
                                                  "find", "fd", "fdfind", "grep", "egrep", "rg", "ag", "ls", "stat", "file", "du", "df", "ps", "wc", "head", "tail", "id", "whoami", "date"};
    if (!doings_.tool || act.kind == "descendant" || asks_for_version(act.detail)) return;
    if (kQuiet.contains(program) && act.detail.find("-i") == std::string::npos) return;
    if (act.object == allowed_.program || says(lower(program))) return;
    add(read_only_ ? "starts-process-though-read-only" : "starts-process", "started " + excerpt_of(act.detail.empty() ? act.object : act.detail, 160) + (read_only_ ? " and says readOnlyHint" : ""));
  }

  void look_at_host(const std::string& where) {
    const std::string host = lower(where.substr(0, where.rfind(':')));
    if (where.ends_with(".sock")) return add("reaches-container-engine", "tried to reach " + where + when());
    if (host == "localhost" || host.ends_with(".localhost") || host == "workstation" || host.ends_with(".arpa") || host == allowed_.asked_host || host.ends_with("." + allowed_.asked_host)) return;
    if (const std::string_view site = match::drop_site_of(host); !site.empty() && !says(site)) return add("asks-for-drop-site", "asked for " + host + when());
    if (!doings_.tool) return;
    if (closed_) return add("asks-for-host-though-closed", "asked for " + host + " and says it stays among its own things (openWorldHint false)");
    // A tool that names the service is expected to speak to it.
    for (std::size_t begin = 0; begin < host.size();) {
      const std::size_t end = std::min(host.find('.', begin), host.size());
      const std::string label = host.substr(begin, end - begin);
      if (label.size() >= 4 && label != "http" && label != "data" && says(label)) return;
      begin = end + 1;
    }
    add("asks-for-host", "asked for " + host + ", which it does not name");
  }
};

}  // namespace

std::vector<Behaviour> compare_with_words(const Doings& doings, const Allowed& allowed) { return Comparison(doings, allowed).take(); }

}  // namespace stormwatch::live::exercise
