// SPDX-License-Identifier: Apache-2.0
// What code does to the machine it runs on beyond what tools need: credential files read, persistence, traces removed, controls
// switched off, shells opened to the outside, data copied to a place the description does not name.
#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "base/text.h"
#include "collect/understanding/possible_values.h"
#include "collect/understanding/sight.h"

namespace stormwatch::collect {

namespace {

using code::CallEffect;
using code::Effect;
using code::Expression;
using code::ExpressionKind;
using code::Index;
using code::kNone;

struct Trace {
  std::string_view text, subject;
};
/// Written to, or named in a command.
constexpr Trace kPlaces[] = {{"/etc/cron", "persistence"}, {"/var/spool/cron", "persistence"}, {".bashrc", "persistence"}, {".zshrc", "persistence"}, {".bash_profile", "persistence"}, {"/.profile", "persistence"}, {"authorized_keys", "persistence"}, {"/etc/systemd/system", "persistence"},
    {"systemd/user", "persistence"}, {"launchagents", "persistence"}, {"launchdaemons", "persistence"}, {"/etc/rc.local", "persistence"}, {"/etc/init.d", "persistence"}, {".config/autostart", "persistence"}, {"currentversion\\run", "persistence"}, {"/etc/ld.so.preload", "persistence"},
    {"sitecustomize.py", "persistence"}, {".git/hooks/", "persistence"}, {"/etc/sudoers", "privilege-gain"}, {"/etc/passwd", "privilege-gain"}, {"/etc/shadow", "privilege-gain"}, {"/etc/hosts", "control-off"}, {"/etc/resolv.conf", "control-off"}, {"/var/log/", "trace-removal"}, {".bash_history", "trace-removal"},
    {"/proc/sys/kernel/", "privilege-gain"}, {"release_agent", "container-escape"}, {"claude_desktop_config.json", "agent-configuration-changed"}, {".cursor/mcp.json", "agent-configuration-changed"}, {"/.claude.json", "agent-configuration-changed"}, {"/tmp/.", "hidden-file"}, {"/var/tmp/.", "hidden-file"}, {"/dev/shm/.", "hidden-file"}};
/// In a command line.
constexpr Trace kCommands[] = {{"crontab -", "persistence"}, {"| crontab", "persistence"}, {"systemctl enable", "persistence"}, {"useradd ", "persistence"}, {"schtasks /create", "persistence"}, {"/dev/tcp/", "reverse-shell"}, {"nc -e", "reverse-shell"}, {"ncat -e", "reverse-shell"}, {"bash -i", "reverse-shell"}, {"mkfifo /tmp", "reverse-shell"},
    {"history -c", "trace-removal"}, {"wevtutil cl", "trace-removal"}, {"journalctl --vacuum", "trace-removal"}, {"shred -", "trace-removal"}, {"unset histfile", "trace-removal"}, {"setenforce 0", "control-off"}, {"ufw disable", "control-off"}, {"iptables -f", "control-off"}, {"stop auditd", "control-off"}, {"stop firewalld", "control-off"},
    {"stop apparmor", "control-off"}, {"auditctl -e 0", "control-off"}, {"spctl --master-disable", "control-off"}, {"set-mppreference", "control-off"}, {"csrutil disable", "control-off"}, {"chmod u+s", "privilege-gain"}, {"chmod +s", "privilege-gain"}, {"chmod 4755", "privilege-gain"}, {"chmod 777 /", "privilege-gain"}, {"setcap cap_", "privilege-gain"}, {"nopasswd", "privilege-gain"},
    {"nsenter", "container-escape"}, {"insmod ", "kernel-module"}, {"modprobe ", "kernel-module"}, {"ld_preload", "kernel-module"}, {":(){", "fork-bomb"}, {"rm -rf /", "destruction"}, {"mkfs.", "destruction"}, {"dd if=/dev/zero of=/dev/", "destruction"},
    {"/etc/shadow", "credential-read"}, {"security find-generic-password", "credential-read"}, {".ssh/id_", "credential-read"}, {".aws/credentials", "credential-read"}};

/// The text that a call runs or touches: a command line, or a path.
std::string subject_text(const View& v, const Expression& call, const CallEffect& effect) {
  if (effect.argument == kNone) return {};
  const Index literal = v.names.literal_of(effect.argument);
  if (literal != kNone && v.module.at(literal).kind == ExpressionKind::list) {
    std::string all;
    for (const Index p : v.module.at(literal).parts) {
      const std::string part = v.names.pattern_of(p);
      all += (all.empty() ? "" : " ") + (part.empty() ? std::string("{}") : part);
    }
    return all;
  }
  (void)call;
  return v.names.pattern_of(effect.argument);
}

void commands_and_paths(View& v, const PossibleValues& values, Index i, const Expression& e, const CallEffect& effect, std::set<std::string>& seen) {
  const auto see = [&](std::string_view subject, const std::string& detail) {
    if (seen.insert(std::string(subject) + ":" + std::to_string(e.spot.line)).second) sight(v, "dangerous-command", std::string(subject), detail, i);
  };
  if (effect.effect == Effect::shell || effect.effect == Effect::process) {
    for (const std::string& written : [&] { auto all = values.of(effect.argument); all.insert(all.begin(), subject_text(v, e, effect)); return all; }()) {
      const std::string text = lower(first_part(written));
      if (text.empty()) continue;
      for (const Trace& t : kCommands)
        if (text.find(t.text) != std::string::npos) { see(t.subject, fmt::format("runs {:?}", excerpt_of(written, 120))); break; }
      if (text.find("pip install") != std::string::npos && holds(text, {"index-url http://", "index-url=http://", " -i http://"})) see("download-and-run", fmt::format("installs and runs what an address without TLS gives: {:?}", excerpt_of(written, 120)));
      const bool fetches = text.find("curl ") != std::string::npos || text.find("wget ") != std::string::npos;
      if (fetches && (text.find("| sh") != std::string::npos || text.find("| bash") != std::string::npos || text.find("|sh") != std::string::npos || text.find("|bash") != std::string::npos)) see("download-and-run", fmt::format("runs {:?}", excerpt_of(written, 120)));
    }
  }
  if (effect.effect == Effect::write_file || effect.effect == Effect::remove_file || effect.effect == Effect::permission) {
    for (const std::string& path : values.of(effect.argument)) {
      const std::string text = lower(first_part(path));
      for (const Trace& t : kPlaces)
        if (text.find(t.text) != std::string::npos) { see(t.subject, fmt::format("writes or removes {:?}", excerpt_of(path, 120))); break; }
    }
    const std::string& name = v.names.callee(e);
    if (name.ends_with("chmod")) {
      const std::string mode(v.text_of(v.module.argument(e, name == "os.chmod" ? 1 : 0, "mode") == kNone ? i : v.module.argument(e, name == "os.chmod" ? 1 : 0, "mode")));
      if (mode.starts_with("0o4") || mode.starts_with("0o6") || mode.find("S_ISUID") != std::string::npos) see("privilege-gain", "sets the set-user-id bit");
    }
  }
  if (effect.effect == Effect::read_file) {
    for (const std::string& path : values.of(effect.argument))
      if (code::is_credential_path(path)) { see("credential-read", fmt::format("reads {:?}", excerpt_of(path, 120))); break; }
  }
  if (effect.effect == Effect::write_file && v.names.callee(e).starts_with("shutil.copy")) {
    for (const std::string& path : values.of(v.module.argument(e, 0, "src")))
      if (code::is_credential_path(path)) { see("credential-read", fmt::format("copies {:?}", excerpt_of(path, 120))); break; }
  }
  if (effect.effect == Effect::fetch || effect.effect == Effect::send) {
    for (const std::string& url : values.of(effect.argument == kNone ? v.module.argument(e, 0) : effect.argument)) {
      if (url.find("169.254.169.254") != std::string::npos || url.find("metadata.google.internal") != std::string::npos || url.find("100.100.100.200") != std::string::npos)
        see("instance-metadata", fmt::format("asks {:?}", excerpt_of(url, 120)));
      else if (url.find("://") == std::string::npos && code::is_credential_path(url)) see("credential-read", fmt::format("asks for {:?} as an address", excerpt_of(url, 120)));
      else if (url.find("docker.sock") != std::string::npos) see("container-escape", fmt::format("asks {:?}", excerpt_of(url, 120)));
    }
  }
}

/// A socket joined to a shell: dup2 of its descriptor, or a process whose input and output it is.
void reverse_shells(View& v, Index i, const Expression& e, const std::string& name) {
  if (name == "os.dup2" && v.names.imports("socket") && v.text_of(i).find("fileno") != std::string_view::npos) sight(v, "dangerous-command", "reverse-shell", "joins a socket to standard input or output", i);
  if (name.starts_with("subprocess.") && (v.text_of(v.module.keyword(e, "stdin") == kNone ? i : v.module.keyword(e, "stdin")).find(".fileno()") != std::string_view::npos) && v.module.keyword(e, "stdin") != kNone)
    sight(v, "dangerous-command", "reverse-shell", "runs a process on a socket", i);
  if (name.ends_with(".pipe") && holds(name, {"net.connect", "net.createConnection", "net.Socket", "tls.connect"}) && e.parts.size() > 1 && v.text_of(e.parts[1]).ends_with(".stdin")) sight(v, "dangerous-command", "reverse-shell", "joins a socket to the input of a process", i);
  if (name == "os.fork")
    for (const code::Loop& l : v.module.loops)
      if (e.begin >= l.begin && e.end <= l.end && l.endless) sight(v, "dangerous-command", "fork-bomb", "forks in a loop without end", i);
}

/// cmd.Stdin = connection
void shells_on_connections(View& v) {
  if (v.module.family != code::Family::go) return;
  for (const code::Statement& s : v.module.statements) {
    if (s.kind != code::StatementKind::assign || s.value == kNone) continue;
    const Expression& given = v.module.at(s.value);
    for (std::size_t k = 0; k < s.targets.size(); ++k) {
      const Expression& target = v.module.at(s.targets[k]);
      if (target.kind != ExpressionKind::attribute || target.text != "Stdin") continue;
      const Index source = given.kind == ExpressionKind::list && k < given.parts.size() ? given.parts[k] : s.value;
      if (const std::string& from = v.names.qualified(source); from.starts_with("net.Dial") || from.starts_with("crypto/tls.Dial")) sight(v, "dangerous-command", "reverse-shell", "joins a connection to the input of a process", s.targets[k]);
    }
  }
}

/// Calls that hear every key pressed on the machine.
bool hears_keys(std::string_view name) {
  return one_of(name, {"pynput.keyboard.Listener", "keyboard.on_press", "keyboard.on_release", "keyboard.hook", "keyboard.record", "iohook.on", "uiohook-napi.uIOhook.on"});
}

/// A fixed address that receives a blind copy of every mail a tool sends.
void blind_copies(View& v) {
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& e = v.module.at(i);
    std::string to;
    if (e.kind == ExpressionKind::map || e.kind == ExpressionKind::call) {
      for (std::size_t k = 0; k < e.parts.size() && k < e.names.size(); ++k)
        if (lower(e.names[k]) == "bcc") to = names_string(v, e.parts[k]);
    }
    if (to.find('@') != std::string::npos && to.find("example.") == std::string::npos) sight(v, "exfiltration", "blind-copy", "every message is also sent to a fixed address", i);
  }
  for (const code::Statement& s : v.module.statements) {
    if (s.kind != code::StatementKind::assign || s.targets.empty()) continue;
    const Expression& t = v.module.at(s.targets[0]);
    if (t.kind != ExpressionKind::subscript || t.parts.size() < 2 || lower(names_string(v, t.parts[1])) != "bcc") continue;
    const std::string to = names_string(v, s.value);
    if (to.find('@') != std::string::npos) sight(v, "exfiltration", "blind-copy", "every message is also sent to a fixed address", s.targets[0]);
  }
}

}  // namespace

void observe_behaviour(View& v) {
  const PossibleValues values(v);
  std::set<std::string> seen;
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& e = v.module.at(i);
    if (e.kind != ExpressionKind::call) continue;
    const std::string& name = v.names.callee(e);
    if (name.empty()) continue;
    reverse_shells(v, i, e, name);
    if (hears_keys(name) && !v.owners.empty()) sight(v, "dangerous-command", "surveillance", "hears every key that is pressed on the machine", i);
    const CallEffect effect = code::effect_of(v.names, e);
    if (effect.effect != Effect::none && (effect.argument != kNone || effect.effect == Effect::send || effect.effect == Effect::fetch) && e.parts.size() > 1) commands_and_paths(v, values, i, e, effect, seen);
  }
  blind_copies(v);
  shells_on_connections(v);
  observe_disguise(v, values);
  observe_planted_text(v, values);
  observe_name_lookups(v);
  observe_exhaustion(v, values);
  observe_shared_memory(v, values);
  observe_setup(v);
}

}  // namespace stormwatch::collect
