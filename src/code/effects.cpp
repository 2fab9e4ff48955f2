// SPDX-License-Identifier: Apache-2.0
#include "code/effects.h"

#include "code/typed_effects.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>

namespace stormwatch::code {

namespace {

struct CallRule {
  std::string_view name;  ///< qualified; a leading '*' stands for any object
  Effect effect;
  int argument = -1;
  std::string_view keyword = {};
  std::string_view what = {};
};

constexpr CallRule kRules[] = {
    // shells and processes
    {"os.system", Effect::shell, 0, "command", "shell"}, {"os.popen", Effect::shell, 0, "cmd", "shell"},
    {"subprocess.getoutput", Effect::shell, 0, "cmd", "shell"}, {"subprocess.getstatusoutput", Effect::shell, 0, "cmd", "shell"},
    {"commands.getoutput", Effect::shell, 0, "", "shell"}, {"asyncio.create_subprocess_shell", Effect::shell, 0, "cmd", "shell"},
    {"child_process.exec", Effect::shell, 0, "", "shell"}, {"child_process.execSync", Effect::shell, 0, "", "shell"},
    {"pty.spawn", Effect::process, 0, "", "process"}, {"*.exec_command", Effect::shell, 0, "command", "shell"},
    {"subprocess.run", Effect::process, 0, "args", "process"}, {"subprocess.call", Effect::process, 0, "args", "process"},
    {"subprocess.Popen", Effect::process, 0, "args", "process"}, {"subprocess.check_output", Effect::process, 0, "args", "process"},
    {"subprocess.check_call", Effect::process, 0, "args", "process"}, {"asyncio.create_subprocess_exec", Effect::process, 0, "program", "process"},
    {"os.execv", Effect::process, 0, "", "process"}, {"os.execve", Effect::process, 0, "", "process"}, {"os.execvp", Effect::process, 0, "", "process"},
    {"os.execl", Effect::process, 0, "", "process"}, {"os.spawnv", Effect::process, 1, "", "process"}, {"os.spawnl", Effect::process, 1, "", "process"},
    {"os.posix_spawn", Effect::process, 0, "", "process"}, {"pexpect.spawn", Effect::process, 0, "command", "process"},
    {"child_process.spawn", Effect::process, 0, "", "process"}, {"child_process.spawnSync", Effect::process, 0, "", "process"},
    {"child_process.execFile", Effect::process, 0, "", "process"}, {"child_process.execFileSync", Effect::process, 0, "", "process"},
    {"execa", Effect::process, 0, "", "process"}, {"execa.execa", Effect::process, 0, "", "process"}, {"execa.execaCommand", Effect::shell, 0, "", "shell"},
    {"shelljs.exec", Effect::shell, 0, "", "shell"}, {"Deno.Command", Effect::process, 0, "", "process"}, {"Bun.spawn", Effect::process, 0, "", "process"},
    // code
    {"exec", Effect::evaluate, 0, "", "exec"}, {"eval", Effect::evaluate, 0, "", "eval"}, {"execfile", Effect::evaluate, 0, "", "exec"},
    {"builtins.exec", Effect::evaluate, 0, "", "exec"}, {"builtins.eval", Effect::evaluate, 0, "", "eval"}, {"compile", Effect::evaluate, 0, "", "exec"},
    {"code.InteractiveInterpreter.runcode", Effect::evaluate, 0, "", "exec"}, {"code.InteractiveInterpreter.runsource", Effect::evaluate, 0, "", "exec"},
    {"Function", Effect::evaluate, 0, "", "eval"}, {"vm.runInNewContext", Effect::evaluate, 0, "", "eval"}, {"vm.runInThisContext", Effect::evaluate, 0, "", "eval"},
    {"vm.Script", Effect::evaluate, 0, "", "eval"}, {"pandas.eval", Effect::evaluate, 0, "expr", "eval"}, {"runpy.run_path", Effect::evaluate, 0, "", "exec"},
    {"IPython.get_ipython.run_cell", Effect::evaluate, 0, "", "exec"}, {"*PythonREPL.run", Effect::evaluate, 0, "", "exec"},
    {"*PythonAstREPLTool.run", Effect::evaluate, 0, "", "exec"}, {"importlib.import_module", Effect::import_code, 0, "name", "import"},
    {"importlib.util.spec_from_file_location", Effect::import_code, 1, "location", "import"},
    {"__import__", Effect::import_code, 0, "name", "import"}, {"import", Effect::import_code, 0, "", "import"}, {"ctypes.CDLL", Effect::import_code, 0, "", "import"},
    // what rebuilds objects
    {"pickle.load", Effect::deserialize, 0}, {"pickle.loads", Effect::deserialize, 0, "", "deserialize"}, {"cPickle.loads", Effect::deserialize, 0, "", "deserialize"},
    {"dill.loads", Effect::deserialize, 0, "", "deserialize"}, {"cloudpickle.loads", Effect::deserialize, 0, "", "deserialize"},
    {"marshal.loads", Effect::deserialize, 0, "", "deserialize"}, {"jsonpickle.decode", Effect::deserialize, 0, "", "deserialize"},
    {"yaml.unsafe_load", Effect::deserialize, 0, "", "deserialize"}, {"yaml.full_load", Effect::deserialize, 0, "", ""},
    {"shelve.open", Effect::deserialize, 0, "", ""},
    // files
    {"open", Effect::read_file, 0, "file", "path"}, {"io.open", Effect::read_file, 0, "file", "path"}, {"codecs.open", Effect::read_file, 0, "", "path"},
    {"aiofiles.open", Effect::read_file, 0, "file", "path"}, {"pathlib.Path.read_text", Effect::read_file}, {"pathlib.Path.read_bytes", Effect::read_file},
    {"pathlib.Path.open", Effect::read_file}, {"pathlib.Path.write_text", Effect::write_file}, {"pathlib.Path.write_bytes", Effect::write_file},
    {"os.listdir", Effect::read_file, 0, "path", "path"}, {"os.scandir", Effect::read_file, 0, "path", "path"}, {"os.walk", Effect::read_file, 0, "top", "path"},
    {"glob.glob", Effect::read_file}, {"fs.readFileSync", Effect::read_file, 0, "", "path"}, {"fs.readFile", Effect::read_file, 0, "", "path"},
    {"fs.promises.readFile", Effect::read_file, 0, "", "path"}, {"fs/promises.readFile", Effect::read_file, 0, "", "path"}, {"fs.createReadStream", Effect::read_file, 0, "", "path"},
    {"fs.readdirSync", Effect::read_file, 0, "", "path"}, {"fs/promises.readdir", Effect::read_file, 0, "", "path"}, {"fs.readdir", Effect::read_file, 0, "", "path"},
    {"fs.writeFileSync", Effect::write_file, 0, "", "path"}, {"fs.writeFile", Effect::write_file, 0, "", "path"}, {"fs/promises.writeFile", Effect::write_file, 0, "", "path"},
    {"fs.promises.writeFile", Effect::write_file, 0, "", "path"}, {"fs.appendFileSync", Effect::write_file, 0, "", "path"}, {"fs.appendFile", Effect::write_file, 0, "", "path"},
    {"fs/promises.appendFile", Effect::write_file, 0, "", "path"}, {"fs.createWriteStream", Effect::write_file, 0, "", "path"},
    {"os.mkdir", Effect::write_file}, {"os.makedirs", Effect::write_file}, {"shutil.copy", Effect::write_file, 1, "dst", "path"}, {"shutil.copyfile", Effect::write_file, 1, "dst", "path"},
    {"shutil.copy2", Effect::write_file, 1, "dst", "path"}, {"shutil.move", Effect::write_file, 1, "dst", "path"}, {"shutil.copytree", Effect::write_file, 1, "dst", "path"},
    {"os.symlink", Effect::write_file, 0, "src", "path"}, {"os.link", Effect::write_file, 0, "src", "path"}, {"os.rename", Effect::write_file, 1, "dst", "path"},
    {"os.replace", Effect::write_file, 1, "dst", "path"}, {"os.utime", Effect::permission, 0, "path", "path"},
    {"os.remove", Effect::remove_file, 0, "path", "path"}, {"os.unlink", Effect::remove_file, 0, "path", "path"}, {"os.rmdir", Effect::remove_file, 0, "path", "path"},
    {"shutil.rmtree", Effect::remove_file, 0, "path", "path"}, {"pathlib.Path.unlink", Effect::remove_file}, {"pathlib.Path.rmdir", Effect::remove_file},
    {"fs.unlinkSync", Effect::remove_file, 0, "", "path"}, {"fs.unlink", Effect::remove_file, 0, "", "path"}, {"fs/promises.unlink", Effect::remove_file, 0, "", "path"},
    {"fs/promises.rm", Effect::remove_file, 0, "", "path"}, {"fs.rmSync", Effect::remove_file, 0, "", "path"}, {"fs.rm", Effect::remove_file, 0, "", "path"},
    {"os.chmod", Effect::permission, 0, "path", "path"}, {"os.chown", Effect::permission, 0, "path", "path"}, {"pathlib.Path.chmod", Effect::permission},
    {"zipfile.ZipFile.extractall", Effect::archive}, {"tarfile.open.extractall", Effect::archive}, {"shutil.unpack_archive", Effect::archive},
    {"tarfile.TarFile.extractall", Effect::archive}, {"zipfile.ZipFile.extract", Effect::archive}, {"tarfile.open.extract", Effect::archive},
    // network
    {"requests.get", Effect::fetch, 0, "url", "url"}, {"requests.head", Effect::fetch, 0, "url", "url"}, {"requests.options", Effect::fetch, 0, "url", "url"},
    {"requests.Session.get", Effect::fetch, 0, "url", "url"}, {"requests.post", Effect::send, 0, "url", "url"}, {"requests.put", Effect::send, 0, "url", "url"},
    {"requests.patch", Effect::send, 0, "url", "url"}, {"requests.delete", Effect::send, 0, "url", "url"}, {"requests.request", Effect::send, 1, "url", "url"},
    {"requests.Session.post", Effect::send, 0, "url", "url"}, {"requests.Session.put", Effect::send, 0, "url", "url"}, {"requests.Session.request", Effect::send, 1, "url", "url"},
    {"requests.session.get", Effect::fetch, 0, "url", "url"}, {"requests.session.post", Effect::send, 0, "url", "url"},
    {"httpx.get", Effect::fetch, 0, "url", "url"}, {"httpx.post", Effect::send, 0, "url", "url"}, {"httpx.put", Effect::send, 0, "url", "url"}, {"httpx.request", Effect::send, 1, "url", "url"},
    {"httpx.AsyncClient.get", Effect::fetch, 0, "url", "url"}, {"httpx.AsyncClient.post", Effect::send, 0, "url", "url"}, {"httpx.AsyncClient.put", Effect::send, 0, "url", "url"},
    {"httpx.AsyncClient.request", Effect::send, 1, "url", "url"}, {"httpx.Client.get", Effect::fetch, 0, "url", "url"}, {"httpx.Client.post", Effect::send, 0, "url", "url"},
    {"httpx.Client.request", Effect::send, 1, "url", "url"}, {"aiohttp.ClientSession.get", Effect::fetch, 0, "url", "url"}, {"aiohttp.ClientSession.post", Effect::send, 0, "url", "url"},
    {"aiohttp.ClientSession.put", Effect::send, 0, "url", "url"}, {"urllib.request.urlopen", Effect::fetch, 0, "url", "url"}, {"urllib.request.urlretrieve", Effect::fetch, 0, "url", "url"},
    {"urllib.request.Request", Effect::fetch, 0, "url", "url"}, {"urllib2.urlopen", Effect::fetch, 0, "url", "url"}, {"urllib3.PoolManager.request", Effect::send, 1, "url", "url"},
    {"fetch", Effect::fetch, 0, "", "url"}, {"node-fetch", Effect::fetch, 0, "", "url"}, {"undici.fetch", Effect::fetch, 0, "", "url"}, {"axios", Effect::fetch, 0, "", "url"},
    {"axios.get", Effect::fetch, 0, "", "url"}, {"axios.post", Effect::send, 0, "", "url"}, {"axios.put", Effect::send, 0, "", "url"}, {"axios.request", Effect::send, 0, "", "url"},
    {"got", Effect::fetch, 0, "", "url"}, {"https.request", Effect::send, 0, "", "url"}, {"http.request", Effect::send, 0, "", "url"}, {"https.request.write", Effect::send}, {"http.request.write", Effect::send}, {"https.request.end", Effect::send}, {"http.request.end", Effect::send}, {"https.get", Effect::fetch, 0, "", "url"},
    {"socket.socket.send", Effect::send}, {"socket.socket.sendall", Effect::send}, {"socket.socket.sendto", Effect::send}, {"socket.socket.connect", Effect::send, 0, "", "url"},
    {"socket.socket.connect_ex", Effect::send, 0, "", "url"}, {"socket.create_connection", Effect::send, 0, "", "url"}, {"socket.create_connection.send", Effect::send}, {"socket.create_connection.sendall", Effect::send}, {"socket.gethostbyname", Effect::fetch, 0, "", ""},
    {"websockets.connect", Effect::send, 0, "", "url"}, {"ftplib.FTP", Effect::send}, {"paramiko.SSHClient.connect", Effect::send}, {"http.client.HTTPSConnection", Effect::send, 0, "", "url"},
    {"http.client.HTTPConnection", Effect::send, 0, "", "url"}, {"dns.resolver.resolve", Effect::fetch}, {"pycurl.Curl", Effect::send},
    {"socket.socket.bind", Effect::listen}, {"http.server.HTTPServer", Effect::listen}, {"socketserver.TCPServer", Effect::listen},
    // messages, browsers, data, money
    {"smtplib.SMTP", Effect::message}, {"smtplib.SMTP_SSL", Effect::message}, {"smtplib.SMTP.send_message", Effect::message}, {"smtplib.SMTP.sendmail", Effect::message},
    {"*.chat_postMessage", Effect::message}, {"*.users.messages.send", Effect::message}, {"telegram.Bot.send_message", Effect::message}, {"twilio.rest.Client.messages.create", Effect::message},
    {"sendgrid.SendGridAPIClient.send", Effect::message}, {"resend.Emails.send", Effect::message}, {"nodemailer.createTransport.sendMail", Effect::message}, {"*.sendMail", Effect::message},
    {"*.goto", Effect::browse, 0, "url", "url"}, {"selenium.webdriver.Chrome", Effect::browse}, {"selenium.webdriver.Firefox", Effect::browse},
    {"playwright.sync_api.sync_playwright", Effect::browse}, {"playwright.async_api.async_playwright", Effect::browse}, {"puppeteer.launch", Effect::browse}, {"webbrowser.open", Effect::browse, 0, "url", "url"},
    {"*.execute", Effect::database, 0, "", "sql"}, {"*.executemany", Effect::database, 0, "", "sql"}, {"*.executescript", Effect::database, 0, "", "sql"},
    {"pandas.read_sql", Effect::database, 0, "sql", "sql"}, {"pandas.read_sql_query", Effect::database, 0, "sql", "sql"},
    {"sqlite3.connect", Effect::database}, {"psycopg2.connect", Effect::database}, {"psycopg.connect", Effect::database}, {"pymysql.connect", Effect::database}, {"pymongo.MongoClient", Effect::database},
    {"sqlalchemy.create_engine", Effect::database}, {"duckdb.sql", Effect::database, 0, "", "sql"}, {"duckdb.connect", Effect::database}, {"asyncpg.connect", Effect::database}, {"pg.Pool.query", Effect::database, 0, "", "sql"},
    {"pg.Client.query", Effect::database, 0, "", "sql"}, {"mysql2.createConnection.query", Effect::database, 0, "", "sql"}, {"*.$queryRawUnsafe", Effect::database, 0, "", "sql"}, {"asyncpg.connect.fetch", Effect::database, 0, "", "sql"},
    {"stripe.Charge.create", Effect::transact}, {"stripe.PaymentIntent.create", Effect::transact}, {"stripe.Refund.create", Effect::transact}, {"stripe.Transfer.create", Effect::transact}, {"stripe.Payout.create", Effect::transact},
    {"*.refunds.create", Effect::transact}, {"*.paymentIntents.create", Effect::transact}, {"*.send_raw_transaction", Effect::transact}, {"*.sendTransaction", Effect::transact}, {"*.create_order", Effect::transact},
    // queries of directories and documents
    {"*.search_s", Effect::database, 2, "filterstr", "ldap"}, {"*.search_ext_s", Effect::database, 2, "filterstr", "ldap"}, {"ldap3.Connection.search", Effect::database, 1, "search_filter", "ldap"}, {"*.xpath", Effect::none, 0, "", "xpath"},
    // secrets
    {"keyring.get_password", Effect::secret_store}, {"keytar.getPassword", Effect::secret_store}, {"keytar.findCredentials", Effect::secret_store}, {"*.get_secret_value", Effect::secret_store},
    // pages
    {"flask.render_template_string", Effect::template_text, 0, "source", "template"}, {"jinja2.Template", Effect::template_text, 0, "source", "template"},
    {"jinja2.Environment.from_string", Effect::template_text, 0, "source", "template"}, {"jinja2.sandbox.SandboxedEnvironment.from_string", Effect::none},
    {"mako.template.Template", Effect::template_text, 0, "text", "template"}, {"tornado.template.Template", Effect::template_text, 0, "", "template"}, {"Cheetah.Template.Template", Effect::template_text, 0, "source", "template"},
    {"django.template.Template", Effect::template_text, 0, "", "template"}, {"pystache.render", Effect::template_text, 0, "", "template"}, {"chevron.render", Effect::template_text, 0, "", "template"},
    {"markupsafe.Markup", Effect::html, 0, "", "html"}, {"flask.Markup", Effect::html, 0, "", "html"}, {"fastapi.responses.HTMLResponse", Effect::html, 0, "content", "html"},
    {"starlette.responses.HTMLResponse", Effect::html, 0, "content", "html"}, {"IPython.display.HTML", Effect::html, 0, "", "html"}, {"streamlit.components.v1.html", Effect::html, 0, "", "html"},
    {"django.utils.safestring.mark_safe", Effect::html, 0, "", "html"}, {"gradio.HTML", Effect::html, 0, "", "html"},
    // people
    {"input", Effect::user_input}, {"raw_input", Effect::user_input}, {"streamlit.chat_input", Effect::user_input}, {"streamlit.text_input", Effect::user_input}, {"streamlit.text_area", Effect::user_input},
    {"streamlit.file_uploader", Effect::user_input}, {"chainlit.AskUserMessage", Effect::user_input},
    {"os.getenv", Effect::environment}, {"os.environ.get", Effect::environment}, {"os.environ.copy", Effect::environment}, {"os.environ.items", Effect::environment},
};

const CallRule* rule_of(std::string_view name) {
  static const auto exact = [] {
    std::unordered_map<std::string_view, const CallRule*> table;
    for (const CallRule& r : kRules)
      if (r.name[0] != '*') table.emplace(r.name, &r);
    return table;
  }();
  if (const auto found = exact.find(name); found != exact.end()) return found->second;
  for (const CallRule& r : kRules)
    if (r.name[0] == '*' && name.ends_with(r.name.substr(1))) return &r;
  return nullptr;
}

/// x.execute(...): only a cursor, connection or session of a database runs SQL.
bool is_database(const Names& names, std::string_view name) {
  static constexpr std::string_view modules[] = {"sqlite3", "psycopg2", "psycopg", "pymysql", "MySQLdb", "mysql", "sqlalchemy", "duckdb", "asyncpg", "aiosqlite", "snowflake", "pyodbc", "cx_Oracle", "oracledb", "clickhouse_driver", "trino", "databricks", "sqlmodel", "databases", "pg"};
  for (const auto m : modules)
    if (name.starts_with(m)) return true;
  const auto dot = name.rfind('.');
  std::string_view object = name.substr(0, dot);
  object = object.substr(object.rfind('.') + 1);
  static constexpr std::string_view objects[] = {"cursor", "cur", "conn", "connection", "db", "session", "engine", "con", "database", "_cursor", "_conn", "_connection", "c"};
  if (std::ranges::find(objects, object) == std::end(objects)) return false;
  return std::ranges::any_of(modules, [&](std::string_view m) { return names.imports(m); });
}

bool ends_in(std::string_view name, std::initializer_list<std::string_view> ends) {
  return std::ranges::any_of(ends, [&](std::string_view e) { return name.ends_with(e); });
}

}  // namespace

std::string_view name_of(Effect effect) {
  static constexpr std::array<std::string_view, 24> names{
      "none", "shell", "process", "evaluate", "import", "deserialize", "read-file", "write-file", "remove-file", "permission", "archive", "fetch",
      "send", "message", "browse", "database", "transact", "environment", "secret-store", "listen", "html", "template", "model", "user-input"};
  return names[static_cast<std::size_t>(effect)];
}

std::string_view capability_of(Effect effect) {
  switch (effect) {
    case Effect::shell:
    case Effect::process:
    case Effect::evaluate: return "code-exec";
    case Effect::read_file: return "file-read";
    case Effect::write_file:
    case Effect::permission:
    case Effect::archive: return "file-write";
    case Effect::remove_file: return "delete";
    case Effect::send: return "network-send";
    case Effect::message: return "message-send";
    case Effect::fetch:
    case Effect::browse: return "browse";
    case Effect::database: return "database";
    case Effect::transact: return "transact";
    case Effect::secret_store: return "credential-read";
    default: return {};
  }
}

bool is_shell_line(const Names& names, const Expression& call) {
  const Module& module = names.module();
  if (module.family > Family::javascript) return typed_effect_of(names, call).effect == Effect::shell;
  if (names.boolean_value(module.keyword(call, "shell")) == true) return true;
  const Index first = names.literal_of(module.argument(call, 0));
  if (first == kNone || module.at(first).kind != ExpressionKind::list) return false;
  const auto& parts = module.at(first).parts;
  if (parts.size() < 3) return false;
  const std::string program = names.string_value(parts[0]).value_or(""), option = names.string_value(parts[1]).value_or("");
  return ends_in(program, {"sh", "cmd", "cmd.exe", "powershell", "python", "python3", "node"}) &&
         (option == "-c" || option == "/c" || option == "-Command" || option == "-e" || option == "-lc");
}

CallEffect effect_of(const Names& names, const Expression& call) {
  const Module& module = names.module();
  if (module.family > Family::javascript) return typed_effect_of(names, call);
  const std::string& name = names.callee(call);
  if (name.empty()) return {};
  if (name == "yaml.load") {
    const std::string& loader = names.qualified(module.argument(call, 1, "Loader"));
    if (loader.find("Safe") != std::string::npos || loader.find("BaseLoader") != std::string::npos) return {};
    return {Effect::deserialize, module.argument(call, 0), "deserialize"};
  }
  if (name == "streamlit.markdown" || name == "streamlit.write") {
    if (names.boolean_value(module.keyword(call, "unsafe_allow_html")) != true) return {};
    return {Effect::html, module.argument(call, 0), "html"};
  }
  const CallRule* rule = rule_of(name);
  // A method of a path: `Path(x).read_text()`, `(base / x).open("w")` has no rule through its name when the path is an operation.
  if (!rule) return {};
  if (rule->name[0] == '*' && rule->what == "sql" && !is_database(names, name)) return {};
  CallEffect found{rule->effect, rule->argument < 0 ? kNone : module.argument(call, static_cast<std::size_t>(rule->argument), rule->keyword), rule->what};
  if (name == "open" || name == "io.open" || name == "codecs.open" || name == "aiofiles.open" || name == "pathlib.Path.open") {
    // A mode that someone else chooses may be one for writing.
    const Index given = module.argument(call, name == "pathlib.Path.open" ? 0 : 1, "mode");
    const std::string mode = names.string_value(given).value_or(given == kNone ? "r" : "w");
    if (mode.find_first_of("wax+") != std::string::npos) found.effect = Effect::write_file;
  }
  if (name.starts_with("pathlib.Path.")) {
    // The path is the object: Path(x).unlink().
    const Expression& callee = module.at(call.parts[0]);
    if (callee.kind == ExpressionKind::attribute) { found.argument = callee.parts[0]; found.what = "path"; }
  }
  if ((name == "fetch" || name == "axios" || name == "got") && found.effect == Effect::fetch) {
    const std::string method = names.string_value(module.keyword(call, "method")).value_or("GET");
    if (method != "GET" && method != "get" && method != "HEAD") found.effect = Effect::send;
  }
  if (found.effect == Effect::process && is_shell_line(names, call)) { found.effect = Effect::shell; found.what = "shell"; }
  if (name == "compile" && module.argument(call, 1) == kNone) return {};
  return found;
}

bool is_model_name(std::string_view name) {
  if (name.empty()) return false;
  if (ends_in(name, {"chat.completions.create", "chat.completions.parse", "ChatCompletion.create", "ChatCompletion.acreate", ".messages.create", ".responses.create",
                     ".completions.create", ".generate_content", ".generate_content_async", ".generateContent", ".send_message", "chat.complete", "beta.chat.completions.parse"})) {
    return !name.starts_with("twilio") && !name.starts_with("telegram") && !name.starts_with("discord") && !name.starts_with("slack") && !ends_in(name, {"bot.send_message"}) &&
           (!name.ends_with(".send_message") || name.find("genai") != std::string::npos || name.find("chat") != std::string::npos);
  }
  static constexpr std::string_view functions[] = {"litellm.completion", "litellm.acompletion", "ollama.chat", "ollama.generate", "ai.generateText", "ai.streamText", "ai.generateObject",
                                                   "openai.Completion.create", "cohere.Client.chat", "replicate.run", "agents.Runner.run", "agents.Runner.run_sync", "claude_agent_sdk.query", "dspy.Predict",
                                                   "huggingface_hub.InferenceClient.text_generation", "huggingface_hub.InferenceClient.chat_completion", "dashscope.Generation.call", "zhipuai.model_api.invoke"};
  for (const auto f : functions) if (name == f) return true;
  const bool verb = ends_in(name, {".invoke", ".ainvoke", ".predict", ".apredict", ".run", ".arun", ".run_sync", ".generate", ".complete", ".acomplete", ".chat", ".kickoff", ".query", ".call", ".stream", ".astream", ".initiate_chat"});
  static constexpr std::string_view roots[] = {"langchain", "langgraph", "llama_index", "openai", "anthropic", "autogen", "crewai", "smolagents", "pydantic_ai", "google.generativeai", "google.adk", "google.genai",
                                               "semantic_kernel", "mistralai", "cohere", "ollama", "groq", "together", "vllm", "transformers.pipeline", "ctransformers", "llama_cpp", "gpt4all", "haystack", "dspy", "@langchain", "agno", "phi"};
  const bool known = std::ranges::any_of(roots, [&](std::string_view r) {
    return name.starts_with(r) && (name.size() == r.size() || name[r.size()] == '.' || name[r.size()] == '_' || name[r.size()] == '/' || r == "@langchain" || r == "langchain");
  });
  static constexpr std::string_view nouns[] = {"llm", "llm_chain", "chat_model", "language_model", "chain", "agent_executor", "llm_client", "chat_llm"};
  if (verb) {
    if (known && name.find("ools") == std::string::npos && name.find("tils") == std::string::npos) return true;
    const auto dot = name.rfind('.');
    std::string_view object = name.substr(0, dot);
    object = object.substr(object.rfind('.') + 1);
    return std::ranges::find(nouns, object) != std::end(nouns);
  }
  return false;
}

bool is_model_call(const Names& names, const Expression& call) {
  if (names.module().family > Family::javascript) return is_typed_model_call(names, call);
  const std::string& name = names.callee(call);
  if (is_model_name(name)) return true;
  // A chain or model that is called itself: llm(prompt), ChatOpenAI()(messages), pipeline("text-generation")(x).
  const Expression& callee = names.module().at(call.parts[0]);
  if (callee.kind == ExpressionKind::name || callee.kind == ExpressionKind::attribute) {
    if (callee.text == "llm" || callee.text == "llm_chain" || callee.text == "call_llm" || callee.text == "ask_llm" || callee.text == "query_llm") return true;
    if (name == "transformers.pipeline" && names.binding(call.parts[0]) != kNone) return true;
  }
  return false;
}

}  // namespace stormwatch::code
