// SPDX-License-Identifier: Apache-2.0
#include "collect/launch.h"

#include "base/text.h"

#include <algorithm>

namespace stormwatch::collect {
namespace {

using Words = std::vector<std::string>;

/// "C:\tools\npx.cmd" -> "npx".
std::string program_of(std::string_view command) {
  const std::size_t slash = command.find_last_of("/\\");
  if (slash != std::string_view::npos) command = command.substr(slash + 1);
  std::string name = lower(command);
  for (const std::string_view end : {".exe", ".cmd", ".bat", ".ps1"})
    if (name.ends_with(end)) name.resize(name.size() - end.size());
  return name;
}

Words split_command(std::string_view line) {
  Words words;
  std::string word;
  char quote = 0;
  bool open = false;
  for (const char c : line) {
    if (quote) {
      if (c == quote) quote = 0;
      else word += c;
    } else if (c == '\'' || c == '"') {
      quote = c;
      open = true;
    } else if (c == ' ' || c == '\t' || c == '\n') {
      if (open || !word.empty()) words.push_back(std::move(word));
      word.clear();
      open = false;
    } else {
      word += c;
    }
  }
  if (open || !word.empty()) words.push_back(std::move(word));
  return words;
}

bool is_commit(std::string_view text) { return text.size() >= 40 && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos; }

void name_npm(std::string_view spec, Launch& launch) {
  launch.ecosystem = "npm";
  if (spec.starts_with("github:") || spec.starts_with("git+") || spec.starts_with("https://") || spec.starts_with("git:")) {
    launch.ecosystem = "git";
    const std::size_t hash = spec.find('#');
    launch.package = spec.substr(0, hash);
    launch.version = hash == std::string_view::npos ? std::string_view{} : spec.substr(hash + 1);
    launch.pinned = is_commit(launch.version);
    return;
  }
  const std::size_t at = spec.find('@', 1);
  launch.package = spec.substr(0, at);
  launch.version = at == std::string_view::npos ? std::string_view{} : spec.substr(at + 1);
  launch.pinned = is_exact_version(launch.version);
}

void name_python(std::string_view spec, Launch& launch) {
  launch.ecosystem = "PyPI";
  if (spec.find("git+") != std::string_view::npos || spec.starts_with("https://")) {
    launch.ecosystem = "git";
    const std::size_t scheme = spec.find("://");
    const std::size_t at = spec.find('@', scheme == std::string_view::npos ? 0 : scheme + 3);
    launch.package = spec.substr(0, at);
    launch.version = at == std::string_view::npos ? std::string_view{} : spec.substr(at + 1);
    launch.pinned = is_commit(std::string_view(launch.version).substr(0, launch.version.find('#')));
    return;
  }
  std::size_t end = spec.find_first_of("=<>!~@;[ ");
  launch.package = spec.substr(0, end);
  if (end != std::string_view::npos && spec[end] == '[') {
    end = spec.find(']', end);
    end = end == std::string_view::npos ? end : spec.find_first_of("=<>!~@", end);
  }
  launch.version = end == std::string_view::npos ? std::string_view{} : spec.substr(end);
  std::string_view release = launch.version;
  if (release.starts_with("==")) release.remove_prefix(release.starts_with("===") ? 3 : 2);
  else if (release.starts_with("@")) release.remove_prefix(1);
  launch.pinned = is_exact_version(release);
  if (*launch.pinned) launch.version = release;
}

void name_image(std::string_view spec, Launch& launch) {
  launch.ecosystem = "docker";
  const std::size_t digest = spec.find('@');
  const std::size_t slash = spec.rfind('/', digest);
  const std::size_t colon = spec.find(':', slash == std::string_view::npos ? 0 : slash);
  launch.package = spec.substr(0, std::min(colon, digest));
  if (digest != std::string_view::npos) launch.version = spec.substr(digest + 1);
  else if (colon != std::string_view::npos) launch.version = spec.substr(colon + 1);
  launch.pinned = digest != std::string_view::npos || is_exact_version(std::string_view(launch.version).substr(launch.version.starts_with("v") ? 1 : 0));
}

/// The first argument that is no option; options of `valued` take the next word.
std::size_t first_plain(const Words& words, std::size_t from, std::initializer_list<std::string_view> valued) {
  for (std::size_t i = from; i < words.size(); ++i) {
    if (!words[i].starts_with("-")) return i;
    if (std::ranges::find(valued, words[i]) != valued.end()) ++i;
  }
  return words.size();
}

/// The value of "--option value" or "--option=value".
std::string_view option_of(const Words& words, std::initializer_list<std::string_view> names) {
  for (std::size_t i = 0; i < words.size(); ++i)
    for (const std::string_view name : names) {
      if (words[i] == name && i + 1 < words.size()) return words[i + 1];
      if (words[i].starts_with(name) && words[i].size() > name.size() && words[i][name.size()] == '=') return std::string_view(words[i]).substr(name.size() + 1);
    }
  return {};
}

bool is_root_folder(std::string_view path) {
  return path == "/" || path == "~" || path == "~/" || path == "$HOME" || path == "${HOME}" || path == "C:\\" || path == "C:/" || path == "c:\\" || path == "/home" ||
         path == "/Users" || path == "/root" || path == "/etc" || path == "%USERPROFILE%";
}

void read_container(const Words& words, Launch& launch) {
  const std::initializer_list<std::string_view> kValued = {
      "-e", "--env", "-v", "--volume", "--mount", "--name", "--network", "--net", "-p", "--publish", "--env-file", "-w", "--workdir", "-u", "--user", "--platform",
      "--entrypoint", "-l", "--label", "--cap-add", "--cap-drop", "--security-opt", "--add-host", "-m", "--memory", "--cpus", "--gpus", "--pull", "--device", "--pid", "--ipc", "-h", "--hostname", "--restart", "--shm-size", "--tmpfs", "--dns"};
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const std::string value = word.find('=') != std::string::npos ? word.substr(word.find('=') + 1) : i + 1 < words.size() ? words[i + 1] : "";
    if (word == "--privileged" || word == "--privileged=true") launch.risks.push_back({"privileged-container", word});
    if (word.starts_with("--cap-add") && (lower(value) == "all" || lower(value) == "sys_admin")) launch.risks.push_back({"privileged-container", "--cap-add " + value});
    if ((word.starts_with("--net") || word.starts_with("--pid")) && value == "host") launch.risks.push_back({"host-network", word});
    if (word == "-v" || word.starts_with("--volume") || word.starts_with("--mount")) {
      if (value.find("docker.sock") != std::string::npos) launch.risks.push_back({"container-socket", value});
      const std::size_t source = value.find("src=") != std::string::npos ? value.find("src=") + 4 : value.find("source=") != std::string::npos ? value.find("source=") + 7 : 0;
      const std::string from = value.substr(source, value.find_first_of(source ? "," : ":", source) - source);
      if (is_root_folder(from)) launch.risks.push_back({"host-mount", value});
    }
  }
  const auto run = std::ranges::find(words, "run");
  if (run == words.end()) return;
  const std::size_t image = first_plain(words, static_cast<std::size_t>(run - words.begin()) + 1, kValued);
  if (image < words.size()) name_image(words[image], launch);
}

void read_words(Words words, Launch& launch, int depth);

void read_shell(const Words& words, Launch& launch, int depth) {
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    if (!(words[i] == "-c" || words[i] == "-lc" || words[i] == "-ic" || words[i] == "/c" || words[i] == "/C" || lower(words[i]) == "-command")) continue;
    std::string line = words[i + 1];
    for (std::size_t k = i + 2; k < words.size(); ++k) line += " " + words[k];
    const std::string text = lower(line);
    const bool fetches = text.find("curl ") != std::string::npos || text.find("wget ") != std::string::npos || text.find("invoke-webrequest") != std::string::npos || text.find("iwr ") != std::string::npos || text.find("irm ") != std::string::npos;
    const bool runs = text.find("| sh") != std::string::npos || text.find("|sh") != std::string::npos || text.find("| bash") != std::string::npos || text.find("|bash") != std::string::npos || text.find("$(curl") != std::string::npos ||
                      text.find("iex") != std::string::npos || text.find("| python") != std::string::npos || text.find("| node") != std::string::npos || text.find("<(curl") != std::string::npos;
    if (fetches && runs) launch.risks.push_back({"pipe-to-shell", line});
    else if (text.find("/dev/tcp/") != std::string::npos || text.find("base64 -d") != std::string::npos || text.find("base64 --decode") != std::string::npos) launch.risks.push_back({"hidden-command", line});
    else if (words[0] != "cmd" && text.find_first_of(";|&`$") != std::string::npos) launch.risks.push_back({"shell-wrapper", line});
    if (depth < 3) read_words(split_command(line), launch, depth + 1);
    return;
  }
}

void read_words(Words words, Launch& launch, int depth) {
  while (!words.empty() && (program_of(words[0]) == "env" || program_of(words[0]) == "sudo" || program_of(words[0]) == "exec" || words[0].find('=') != std::string::npos)) words.erase(words.begin());
  if (words.empty()) return;
  const std::string program = words[0] = program_of(words[0]);
  launch.launcher = program;
  const auto second = words.size() > 1 ? std::string_view(words[1]) : std::string_view{};
  const auto named = [&](std::size_t from, auto&& name, std::initializer_list<std::string_view> valued = {}) {
    const std::size_t at = first_plain(words, from, valued);
    if (at < words.size()) name(words[at], launch);
  };
  if (program == "sh" || program == "bash" || program == "zsh" || program == "cmd" || program == "powershell" || program == "pwsh" || program == "dash") {
    read_shell(words, launch, depth);
  } else if (program == "npx" || program == "bunx" || program == "pnpx") {
    if (const auto wanted = option_of(words, {"-p", "--package"}); !wanted.empty()) name_npm(wanted, launch);
    else named(1, name_npm, {"-c", "--call", "--registry", "--cache"});
  } else if ((program == "pnpm" || program == "yarn") && second == "dlx") {
    named(2, name_npm);
  } else if ((program == "npm" && (second == "exec" || second == "x")) || (program == "bun" && second == "x")) {
    named(2, name_npm);
  } else if (program == "uvx" || (program == "uv" && second == "tool") || (program == "pipx" && second == "run")) {
    const auto from = option_of(words, {"--from", "--spec"});
    if (!from.empty()) name_python(from, launch);
    else named(program == "uvx" ? 1 : program == "uv" ? 3 : 2, name_python, {"--with", "--python", "-p", "--index-url", "--with-editable", "--directory", "--pip-args"});
  } else if (program == "uv" && second == "run") {
    if (const auto with = option_of(words, {"--with"}); !with.empty()) name_python(with, launch);
  } else if (program == "docker" || program == "podman" || program == "nerdctl") {
    read_container(words, launch);
  } else if (program.starts_with("python") || program == "py") {
    const auto module = option_of(words, {"-m"});
    if (!module.empty()) {
      launch.ecosystem = "PyPI";
      launch.package = module.substr(0, module.find('.'));
      std::ranges::replace(launch.package, '_', '-');
    }
    if (const auto code = option_of(words, {"-c"}); !code.empty() && code.find("exec(") != std::string_view::npos) launch.risks.push_back({"hidden-command", std::string(code)});
  }
  if (launch.package == "mcp-remote" || launch.package == "supergateway" || launch.package == "mcp-proxy")
    for (const std::string& word : words)
      if (word.starts_with("http://") || word.starts_with("https://")) launch.url = word;
}

}  // namespace

bool is_exact_version(std::string_view version) {
  if (version.starts_with("v")) version.remove_prefix(1);
  if (version.empty() || version.front() < '0' || version.front() > '9') return false;
  if (version.find_first_of("xX*<>^~|, ") != std::string_view::npos) return false;
  return std::ranges::count(version, '.') >= 1;
}

Launch read_launch(std::string_view command, std::span<const std::string> arguments) {
  Launch launch;
  Words words = command.find(' ') != std::string_view::npos && arguments.empty() ? split_command(command) : Words{std::string(command)};
  words.insert(words.end(), arguments.begin(), arguments.end());
  if (words.empty()) return launch;
  read_words(words, launch, 0);
  const bool files = launch.package.find("filesystem") != std::string::npos;
  for (std::size_t i = 1; i < words.size(); ++i)
    if (files && is_root_folder(words[i])) launch.risks.push_back({"whole-filesystem", launch.package + " " + words[i]});
  for (const std::string& word : words)
    if (word == "--dangerously-skip-permissions" || word == "--yolo" || word == "--allow-all" || word == "--dangerously-bypass-approvals-and-sandbox")
      launch.risks.push_back({"approval-off", word});
  return launch;
}

}  // namespace stormwatch::collect
