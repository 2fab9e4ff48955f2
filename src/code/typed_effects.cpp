// SPDX-License-Identifier: Apache-2.0
#include "code/typed_effects.h"

#include "base/text.h"

#include <algorithm>
#include <span>
#include <string>
#include <unordered_map>

namespace stormwatch::code {

namespace {

using enum Effect;

constexpr int kObject = -2;  // the value is what the method is called on

struct Rule {
  std::string_view name;  ///< Go: qualified; Java and C#: the last two or three parts
  Effect effect;
  int argument = -1;
  std::string_view what = {};
};

constexpr Rule kGo[] = {
    {"os/exec.Command", process, 0, "process"}, {"os/exec.CommandContext", process, 1, "process"}, {"syscall.Exec", process, 0, "process"}, {"os.StartProcess", process, 0, "process"},
    {"plugin.Open", import_code, 0, "import"}, {"github.com/traefik/yaegi/interp.New.Eval", evaluate, 0, "eval"}, {"github.com/dop251/goja.New.RunString", evaluate, 0, "eval"}, {"github.com/robertkrimen/otto.New.Run", evaluate, 0, "eval"},
    {"os.ReadFile", read_file, 0, "path"}, {"os.Open", read_file, 0, "path"}, {"os.OpenFile", read_file, 0, "path"}, {"os.ReadDir", read_file, 0, "path"}, {"io/ioutil.ReadFile", read_file, 0, "path"}, {"io/ioutil.ReadDir", read_file, 0, "path"},
    {"path/filepath.Walk", read_file, 0, "path"}, {"path/filepath.WalkDir", read_file, 0, "path"}, {"path/filepath.Glob", read_file}, {"os.WriteFile", write_file, 0, "path"}, {"io/ioutil.WriteFile", write_file, 0, "path"}, {"os.Create", write_file, 0, "path"},
    {"os.Mkdir", write_file, 0, "path"}, {"os.MkdirAll", write_file, 0, "path"}, {"os.Rename", write_file, 1, "path"}, {"os.Symlink", write_file, 1, "path"}, {"os.Link", write_file, 1, "path"}, {"os.Remove", remove_file, 0, "path"}, {"os.RemoveAll", remove_file, 0, "path"},
    {"os.Chmod", permission, 0, "path"}, {"os.Chown", permission, 0, "path"}, {"net/http.Get", fetch, 0, "url"}, {"net/http.Head", fetch, 0, "url"}, {"net/http.Post", send, 0, "url"}, {"net/http.PostForm", send, 0, "url"}, {"net/http.NewRequest", fetch, 1, "url"},
    {"net/http.NewRequestWithContext", fetch, 2, "url"}, {"net/http.Client.Get", fetch, 0, "url"}, {"net/http.Client.Head", fetch, 0, "url"}, {"net/http.Client.Post", send, 0, "url"}, {"net/http.Client.PostForm", send, 0, "url"}, {"net/http.DefaultClient.Get", fetch, 0, "url"},
    {"net/http.DefaultClient.Post", send, 0, "url"}, {"net.Dial", send, 1, "url"}, {"net.DialTimeout", send, 1, "url"}, {"crypto/tls.Dial", send, 1, "url"}, {"net/http.ListenAndServe", listen}, {"net/http.ListenAndServeTLS", listen}, {"net.Listen", listen},
    {"net/smtp.SendMail", message}, {"github.com/slack-go/slack.New.PostMessage", message}, {"github.com/slack-go/slack.Client.PostMessage", message}, {"github.com/slack-go/slack.Client.PostMessageContext", message}, {"gopkg.in/gomail.v2.NewDialer.DialAndSend", message},
    {"github.com/chromedp/chromedp.Navigate", browse, 0, "url"}, {"os.Getenv", environment, 0}, {"os.LookupEnv", environment, 0}, {"github.com/zalando/go-keyring.Get", secret_store}, {"html/template.HTML", html, 0, "html"}, {"html/template.JS", html, 0, "html"},
    {"text/template.New.Parse", template_text, 0, "template"}, {"html/template.New.Parse", template_text, 0, "template"}, {"text/template.Template.Parse", template_text, 0, "template"}, {"html/template.Template.Parse", template_text, 0, "template"},
};

constexpr Rule kJava[] = {
    {"getRuntime.exec", process, 0, "process"}, {"Runtime.exec", process, 0, "process"}, {"ProcessBuilder", process, 0, "process"}, {"ProcessBuilder.command", process, 0, "process"}, {"CommandLine.parse", process, 0, "process"},
    {"ScriptEngine.eval", evaluate, 0, "eval"}, {"getEngineByName.eval", evaluate, 0, "eval"}, {"GroovyShell.evaluate", evaluate, 0, "eval"}, {"GroovyShell.parse", evaluate, 0, "eval"}, {"SpelExpressionParser.parseExpression", evaluate, 0, "eval"}, {"ExpressionParser.parseExpression", evaluate, 0, "eval"},
    {"ELProcessor.eval", evaluate, 0, "eval"}, {"Ognl.getValue", evaluate, 0, "eval"}, {"JexlEngine.createExpression", evaluate, 0, "eval"}, {"JexlEngine.createScript", evaluate, 0, "eval"}, {"MVEL.eval", evaluate, 0, "eval"}, {"JShell.eval", evaluate, 0, "eval"}, {"System.load", import_code, 0, "import"},
    {"System.loadLibrary", import_code, 0, "import"}, {"ObjectInputStream.readObject", deserialize, kObject, "deserialize"}, {"XMLDecoder.readObject", deserialize, kObject, "deserialize"}, {"Hessian2Input.readObject", deserialize, kObject, "deserialize"}, {"XStream.fromXML", deserialize, 0, "deserialize"},
    {"Kryo.readClassAndObject", deserialize, 0, "deserialize"}, {"Files.readString", read_file, 0, "path"}, {"Files.readAllBytes", read_file, 0, "path"}, {"Files.readAllLines", read_file, 0, "path"}, {"Files.lines", read_file, 0, "path"}, {"Files.newBufferedReader", read_file, 0, "path"},
    {"Files.newInputStream", read_file, 0, "path"}, {"Files.list", read_file, 0, "path"}, {"Files.walk", read_file, 0, "path"}, {"Files.newDirectoryStream", read_file, 0, "path"}, {"FileInputStream", read_file, 0, "path"}, {"FileReader", read_file, 0, "path"}, {"FileUtils.readFileToString", read_file, 0, "path"},
    {"Files.write", write_file, 0, "path"}, {"Files.writeString", write_file, 0, "path"}, {"Files.newBufferedWriter", write_file, 0, "path"}, {"Files.newOutputStream", write_file, 0, "path"}, {"Files.createFile", write_file, 0, "path"}, {"Files.createDirectories", write_file, 0, "path"}, {"Files.move", write_file, 1, "path"},
    {"Files.copy", write_file, 1, "path"}, {"FileOutputStream", write_file, 0, "path"}, {"FileWriter", write_file, 0, "path"}, {"FileUtils.writeStringToFile", write_file, 0, "path"}, {"Files.delete", remove_file, 0, "path"}, {"Files.deleteIfExists", remove_file, 0, "path"}, {"File.delete", remove_file, kObject, "path"},
    {"FileUtils.deleteDirectory", remove_file, 0, "path"}, {"FileUtils.forceDelete", remove_file, 0, "path"}, {"Files.setPosixFilePermissions", permission, 0, "path"}, {"newBuilder.uri", fetch, 0, "url"}, {"HttpRequest.newBuilder", fetch, 0, "url"}, {"RestTemplate.getForObject", fetch, 0, "url"},
    {"RestTemplate.getForEntity", fetch, 0, "url"}, {"RestTemplate.exchange", send, 0, "url"}, {"RestTemplate.postForObject", send, 0, "url"}, {"RestTemplate.postForEntity", send, 0, "url"}, {"RestTemplate.put", send, 0, "url"}, {"RestTemplate.delete", send, 0, "url"}, {"URL.openStream", fetch, kObject, "url"},
    {"URL.openConnection", fetch, kObject, "url"}, {"Builder.url", fetch, 0, "url"}, {"Jsoup.connect", fetch, 0, "url"}, {"Socket", send, 0, "url"}, {"ServerSocket", listen}, {"createStatement.executeQuery", database, 0, "sql"}, {"createStatement.executeUpdate", database, 0, "sql"}, {"createStatement.execute", database, 0, "sql"},
    {"Statement.executeQuery", database, 0, "sql"}, {"Statement.executeUpdate", database, 0, "sql"}, {"Statement.execute", database, 0, "sql"}, {"Statement.addBatch", database, 0, "sql"}, {"Connection.prepareStatement", database, 0, "sql"}, {"getConnection.prepareStatement", database, 0, "sql"}, {"JdbcTemplate.query", database, 0, "sql"},
    {"JdbcTemplate.queryForList", database, 0, "sql"}, {"JdbcTemplate.queryForObject", database, 0, "sql"}, {"JdbcTemplate.queryForMap", database, 0, "sql"}, {"JdbcTemplate.queryForRowSet", database, 0, "sql"}, {"JdbcTemplate.update", database, 0, "sql"}, {"JdbcTemplate.execute", database, 0, "sql"},
    {"JdbcClient.sql", database, 0, "sql"}, {"EntityManager.createNativeQuery", database, 0, "sql"}, {"EntityManager.createQuery", database, 0, "sql"}, {"Session.createQuery", database, 0, "sql"}, {"Session.createNativeQuery", database, 0, "sql"}, {"DirContext.search", database, 1, "ldap"}, {"XPath.evaluate", none, 0, "xpath"},
    {"XPath.compile", none, 0, "xpath"}, {"System.getenv", environment, 0}, {"JavaMailSender.send", message}, {"Transport.send", message}, {"WebDriver.get", browse, 0, "url"}, {"ChromeDriver.get", browse, 0, "url"}, {"Page.navigate", browse, 0, "url"}, {"Velocity.evaluate", template_text, 3, "template"},
    {"VelocityEngine.evaluate", template_text, 3, "template"}, {"Handlebars.compileInline", template_text, 0, "template"}, {"SecretsManagerClient.getSecretValue", secret_store}, {"KeyStore.getKey", secret_store}, {"PaymentIntent.create", transact}, {"Charge.create", transact}, {"Refund.create", transact}, {"Payout.create", transact},
};

constexpr Rule kCSharp[] = {
    {"Process.Start", process, 0, "process"}, {"Create.AddScript", shell, 0, "shell"}, {"PowerShell.AddScript", shell, 0, "shell"}, {"CSharpScript.EvaluateAsync", evaluate, 0, "eval"}, {"CSharpScript.RunAsync", evaluate, 0, "eval"}, {"CSharpScript.Create", evaluate, 0, "eval"}, {"ScriptEngine.Execute", evaluate, 0, "eval"},
    {"Assembly.Load", import_code, 0, "import"}, {"Assembly.LoadFrom", import_code, 0, "import"}, {"Assembly.LoadFile", import_code, 0, "import"}, {"BinaryFormatter.Deserialize", deserialize, 0, "deserialize"}, {"NetDataContractSerializer.Deserialize", deserialize, 0, "deserialize"},
    {"SoapFormatter.Deserialize", deserialize, 0, "deserialize"}, {"LosFormatter.Deserialize", deserialize, 0, "deserialize"}, {"File.ReadAllText", read_file, 0, "path"}, {"File.ReadAllTextAsync", read_file, 0, "path"}, {"File.ReadAllBytes", read_file, 0, "path"}, {"File.ReadAllBytesAsync", read_file, 0, "path"},
    {"File.ReadAllLines", read_file, 0, "path"}, {"File.ReadAllLinesAsync", read_file, 0, "path"}, {"File.ReadLines", read_file, 0, "path"}, {"File.OpenRead", read_file, 0, "path"}, {"File.OpenText", read_file, 0, "path"}, {"File.Open", read_file, 0, "path"}, {"FileStream", read_file, 0, "path"},
    {"Directory.GetFiles", read_file, 0, "path"}, {"Directory.EnumerateFiles", read_file, 0, "path"}, {"Directory.GetDirectories", read_file, 0, "path"}, {"Directory.GetFileSystemEntries", read_file, 0, "path"}, {"File.WriteAllText", write_file, 0, "path"}, {"File.WriteAllTextAsync", write_file, 0, "path"},
    {"File.WriteAllBytes", write_file, 0, "path"}, {"File.WriteAllBytesAsync", write_file, 0, "path"}, {"File.AppendAllText", write_file, 0, "path"}, {"File.AppendAllTextAsync", write_file, 0, "path"}, {"File.Create", write_file, 0, "path"}, {"File.Copy", write_file, 1, "path"}, {"File.Move", write_file, 1, "path"},
    {"Directory.CreateDirectory", write_file, 0, "path"}, {"File.Delete", remove_file, 0, "path"}, {"Directory.Delete", remove_file, 0, "path"}, {"ZipFile.ExtractToDirectory", archive}, {"HttpClient.GetAsync", fetch, 0, "url"}, {"HttpClient.GetStringAsync", fetch, 0, "url"}, {"HttpClient.GetByteArrayAsync", fetch, 0, "url"},
    {"HttpClient.GetStreamAsync", fetch, 0, "url"}, {"HttpClient.GetFromJsonAsync", fetch, 0, "url"}, {"CreateClient.GetAsync", fetch, 0, "url"}, {"CreateClient.GetStringAsync", fetch, 0, "url"}, {"HttpClient.PostAsync", send, 0, "url"}, {"HttpClient.PostAsJsonAsync", send, 0, "url"}, {"HttpClient.PutAsync", send, 0, "url"},
    {"HttpClient.PutAsJsonAsync", send, 0, "url"}, {"HttpClient.PatchAsync", send, 0, "url"}, {"HttpClient.DeleteAsync", send, 0, "url"}, {"CreateClient.PostAsync", send, 0, "url"}, {"CreateClient.PostAsJsonAsync", send, 0, "url"}, {"HttpRequestMessage", send, 1, "url"}, {"WebClient.DownloadString", fetch, 0, "url"},
    {"WebClient.DownloadData", fetch, 0, "url"}, {"WebClient.DownloadFile", fetch, 0, "url"}, {"WebClient.UploadString", send, 0, "url"}, {"WebRequest.Create", fetch, 0, "url"}, {"TcpClient", send, 0, "url"}, {"SqlCommand", database, 0, "sql"}, {"NpgsqlCommand", database, 0, "sql"}, {"MySqlCommand", database, 0, "sql"},
    {"SqliteCommand", database, 0, "sql"}, {"SQLiteCommand", database, 0, "sql"}, {"OracleCommand", database, 0, "sql"}, {"OleDbCommand", database, 0, "sql"}, {"OdbcCommand", database, 0, "sql"}, {"SqlDataAdapter", database, 0, "sql"}, {"SqlConnection.Query", database, 0, "sql"}, {"SqlConnection.QueryAsync", database, 0, "sql"},
    {"SqlConnection.Execute", database, 0, "sql"}, {"SqlConnection.ExecuteAsync", database, 0, "sql"}, {"IDbConnection.Query", database, 0, "sql"}, {"IDbConnection.QueryAsync", database, 0, "sql"}, {"IDbConnection.Execute", database, 0, "sql"}, {"IDbConnection.ExecuteAsync", database, 0, "sql"},
    {"Environment.GetEnvironmentVariable", environment, 0}, {"SmtpClient.Send", message}, {"SmtpClient.SendAsync", message}, {"SmtpClient.SendMailAsync", message}, {"Html.Raw", html, 0, "html"}, {"HtmlString", html, 0, "html"}, {"MarkupString", html, 0, "html"}, {"SecretClient.GetSecretAsync", secret_store}, {"SecretClient.GetSecret", secret_store},
    {"TcpListener", listen}, {"HttpListener", listen},
};

/// The last part alone tells, whatever the object.
constexpr Rule kCSharpLast[] = {{"CommandText", database, 0, "sql"}, {"FromSqlRaw", database, 0, "sql"}, {"ExecuteSqlRaw", database, 0, "sql"}, {"ExecuteSqlRawAsync", database, 0, "sql"}, {"SqlQueryRaw", database, 0, "sql"}, {"GotoAsync", browse, 0, "url"}};

using Table = std::unordered_map<std::string_view, const Rule*>;
Table table_of(std::span<const Rule> rules) {
  Table table;
  for (const Rule& r : rules) table.emplace(r.name, &r);
  return table;
}

/// The last `parts` parts of a qualified name.
std::string_view last_parts(std::string_view name, int parts) {
  std::size_t at = name.size();
  for (; parts > 0 && at != std::string_view::npos && at != 0; --parts) at = name.rfind('.', at - 1);
  return at == std::string_view::npos || at == 0 ? name : name.substr(at + 1);
}
bool starts(std::string_view name, std::initializer_list<std::string_view> all) {
  return std::ranges::any_of(all, [&](std::string_view a) { return name.starts_with(a); });
}

/// db.Query(sql) of a database package: the method and the position of the text, one later with a context.
const Rule* go_database(std::string_view name) {
  static constexpr Rule methods[] = {{"Query", database, 0, "sql"}, {"QueryRow", database, 0, "sql"}, {"Exec", database, 0, "sql"}, {"Prepare", database, 0, "sql"}, {"QueryContext", database, 1, "sql"}, {"QueryRowContext", database, 1, "sql"}, {"ExecContext", database, 1, "sql"}, {"PrepareContext", database, 1, "sql"},
                                     {"Raw", database, 0, "sql"}, {"Select", database, 1, "sql"}, {"Get", database, 1, "sql"}, {"MustExec", database, 0, "sql"}, {"Queryx", database, 0, "sql"}, {"NamedExec", database, 0, "sql"}};
  static constexpr Rule with_context[] = {{"Query", database, 1, "sql"}, {"QueryRow", database, 1, "sql"}, {"Exec", database, 1, "sql"}};
  const auto last = last_parts(name, 1);
  if (starts(name, {"github.com/jackc/pgx"})) {
    for (const Rule& r : with_context) if (r.name == last) return &r;
    return nullptr;
  }
  const bool gorm = starts(name, {"gorm.io/gorm.", "github.com/jinzhu/gorm."});
  if (gorm && last != "Raw" && last != "Exec") return nullptr;
  if (!gorm && (last == "Raw" || !starts(name, {"database/sql.", "github.com/jmoiron/sqlx."}))) return nullptr;
  if (name.starts_with("database/sql.") && one_of(last, {"Select", "Get", "MustExec", "Queryx", "NamedExec"})) return nullptr;
  for (const Rule& r : methods) if (r.name == last) return &r;
  return nullptr;
}

const Rule* rule_of(Family family, std::string_view name) {
  static const Table go = table_of(kGo), java = table_of(kJava), c_sharp = table_of(kCSharp), c_sharp_last = table_of(kCSharpLast);
  if (family == Family::go) {
    const auto found = go.find(name);
    return found != go.end() ? found->second : go_database(name);
  }
  const Table& table = family == Family::java ? java : c_sharp;
  for (const int parts : {2, 1}) {
    const auto found = table.find(last_parts(name, parts));
    if (found != table.end()) return found->second;
  }
  if (family == Family::c_sharp)
    if (const auto found = c_sharp_last.find(last_parts(name, 1)); found != c_sharp_last.end()) return found->second;
  return nullptr;
}

bool is_shell(std::string_view program) {
  program = program.substr(program.find_last_of("/\\") + 1);
  return one_of(program, {"sh", "bash", "zsh", "dash", "ash", "cmd", "cmd.exe", "powershell", "powershell.exe", "pwsh"});
}
bool is_shell_option(std::string_view option) { return one_of(option, {"-c", "/c", "/C", "-lc", "-Command", "-command"}); }

/// What `object.member` was given: in the constructor's initializer, or by an assignment in the same function.
Index member_given(const Names& names, Index object, std::string_view member, std::size_t position) {
  const Module& m = names.module();
  const Index made = names.literal_of(object);
  if (made != kNone && m.at(made).kind == ExpressionKind::call)
    if (const Index given = m.argument(m.at(made), position, member); given != kNone) return given;
  if (object == kNone || m.at(object).kind != ExpressionKind::name) return kNone;
  for (const Statement& s : m.statements) {
    if (s.kind != StatementKind::assign || s.targets.size() != 1) continue;
    const Expression& target = m.at(s.targets[0]);
    if (target.kind == ExpressionKind::attribute && target.text == member && target.owner == m.at(object).owner && m.at(target.parts[0]).text == m.at(object).text) return s.value;
  }
  return kNone;
}

/// A shell with its option runs the text that follows; else only who chooses the program runs what he likes.
CallEffect process_of(const Names& names, const Expression& call, CallEffect found, int first) {
  const Module& m = names.module();
  if (m.family == Family::c_sharp) {
    const Index given = m.argument(call, 0);
    if (given == kNone) return {Effect::process, kNone, {}};
    Index program = given, arguments = m.argument(call, 1);
    const Index made = names.literal_of(given);
    if (made != kNone && m.at(made).kind == ExpressionKind::call) {
      program = member_given(names, given, "FileName", 0);
      arguments = member_given(names, given, "Arguments", 1);
    }
    if (program == kNone) return {Effect::process, kNone, {}};
    if (is_shell(names.string_value(program).value_or("")) && arguments != kNone) return {Effect::shell, arguments, "shell"};
    return {Effect::process, program, "process"};
  }
  std::vector<Index> parts;
  const Index list = names.literal_of(m.argument(call, static_cast<std::size_t>(first)));
  const bool listed = list != kNone && (m.at(list).kind == ExpressionKind::list || (m.at(list).kind == ExpressionKind::call && one_of(last_parts(names.callee(m.at(list)), 2), {"List.of", "Arrays.asList"})));
  if (listed) parts.assign(m.at(list).parts.begin() + (m.at(list).kind == ExpressionKind::call ? 1 : 0), m.at(list).parts.end());
  else parts.assign(call.parts.begin() + first + 1, call.parts.end());
  if (parts.size() >= 3 && is_shell(names.string_value(parts[0]).value_or("")) && is_shell_option(names.string_value(parts[1]).value_or(""))) return {Effect::shell, parts[2], "shell"};
  if (parts.empty()) return {Effect::process, kNone, {}};
  // Runtime.exec("git " + x) splits the text itself: the whole of it counts.
  found.argument = parts[0];
  return found;
}

}  // namespace

CallEffect typed_effect_of(const Names& names, const Expression& call) {
  const Module& m = names.module();
  const std::string& name = names.callee(call);
  if (name.empty() || name[0] == '.') return {};
  const Rule* rule = rule_of(m.family, name);
  if (!rule) {
    if (m.family == Family::go && name.starts_with("github.com/stripe/stripe-go") && name.ends_with(".New")) return {Effect::transact};
    return {};
  }
  // A rule of one part is a constructor, but for those that stand for whatever object.
  const bool any_object = std::ranges::any_of(kCSharpLast, [&](const Rule& r) { return &r == rule; });
  if (m.family != Family::go && !any_object && rule->name.find('.') == std::string_view::npos && call.text != "new") return {};
  CallEffect found{rule->effect, kNone, rule->what};
  if (rule->argument >= 0) found.argument = m.argument(call, static_cast<std::size_t>(rule->argument));
  else if (rule->argument == kObject && m.at(call.parts[0]).kind == ExpressionKind::attribute) found.argument = m.at(call.parts[0]).parts[0];
  if (rule->effect == process) return process_of(names, call, found, rule->argument);
  if (m.family == Family::go && rule->effect == fetch && name.find(".NewRequest") != std::string::npos) {
    const Index method = m.argument(call, static_cast<std::size_t>(rule->argument) - 1);
    std::string verb = names.string_value(method).value_or("");
    if (verb.empty() && method != kNone) verb = m.at(method).text;
    if (verb != "GET" && verb != "MethodGet" && verb != "HEAD" && verb != "MethodHead") found.effect = send;
  }
  if (name == "os.OpenFile" && m.argument(call, 1) != kNone) {
    const Expression& flags = m.at(m.argument(call, 1));
    if (!(flags.kind == ExpressionKind::attribute && flags.text == "O_RDONLY")) found.effect = write_file;
  }
  if (rule->name == "FileStream") {
    const Index mode = m.argument(call, 1);
    if (mode != kNone && m.at(mode).text != "Open") found.effect = write_file;
  }
  if (rule->name == "HttpRequestMessage") {
    const Index method = m.argument(call, 0);
    if (method != kNone && m.at(method).text == "Get") found.effect = fetch;
  }
  if (rule->effect == transact && m.family == Family::java && !names.imports("com.stripe")) return {};
  return found;
}

bool is_typed_model_call(const Names& names, const Expression& call) {
  const Family family = names.module().family;
  const std::string& name = names.callee(call);
  if (name.empty() || name[0] == '.') return false;
  const auto last = last_parts(name, 1);
  if (family == Family::go) {
    if (starts(name, {"github.com/sashabaranov/go-openai"})) return one_of(last, {"CreateChatCompletion", "CreateChatCompletionStream", "CreateCompletion", "CreateResponse"});
    if (starts(name, {"github.com/openai/openai-go", "github.com/anthropics/anthropic-sdk-go"})) return one_of(last_parts(name, 2), {"Completions.New", "Completions.NewStreaming", "Messages.New", "Messages.NewStreaming", "Responses.New"});
    if (starts(name, {"github.com/tmc/langchaingo"})) return one_of(last, {"GenerateFromSinglePrompt", "GenerateContent", "Call", "Run", "Predict"});
    if (starts(name, {"google.golang.org/genai", "github.com/google/generative-ai-go"})) return one_of(last, {"GenerateContent", "GenerateContentStream", "SendMessage"});
    if (starts(name, {"github.com/ollama/ollama/api"})) return one_of(last, {"Chat", "Generate"});
    if (starts(name, {"github.com/firebase/genkit"})) return one_of(last, {"Generate", "GenerateText", "GenerateData"});
    return starts(name, {"github.com/cloudwego/eino"}) && one_of(last, {"Generate", "Stream", "Invoke"});
  }
  if (family == Family::java) {
    if (name.find("ChatClient") != std::string::npos && names.imports("org.springframework.ai")) return one_of(last, {"content", "entity", "chatResponse"});
    const auto tail = last_parts(name, 2);
    if (names.imports("org.springframework.ai") && one_of(tail, {"ChatModel.call", "OpenAiChatModel.call", "ChatModel.stream"})) return true;
    if (names.imports("dev.langchain4j") && one_of(tail, {"ChatLanguageModel.generate", "ChatLanguageModel.chat", "ChatModel.chat", "ChatModel.generate", "OpenAiChatModel.generate", "OpenAiChatModel.chat"})) return true;
    return (names.imports("com.openai") || names.imports("com.anthropic")) && one_of(tail, {"completions.create", "messages.create", "responses.create"});
  }
  return one_of(last, {"CompleteChat", "CompleteChatAsync", "CompleteChatStreaming", "GetChatMessageContentAsync", "GetChatMessageContentsAsync", "InvokePromptAsync", "GetStreamingResponseAsync", "GetClaudeMessageAsync"}) ||
         (last == "GetResponseAsync" && names.imports("Microsoft.Extensions.AI"));
}

bool typed_passes(const Names& names, const Expression& call) {
  if (call.text == "new") return true;
  const std::string& name = names.callee(call);
  const auto tail = last_parts(name, 2), last = last_parts(name, 1);
  switch (names.module().family) {
    case Family::go:
      if (starts(name, {"strings.", "bytes.", "bufio.New", "fmt.Sprint", "encoding/base64.", "encoding/hex."})) return true;
      if (name.find("/mcp.NewToolResult") != std::string::npos) return true;
      if (name.find("/mcp.Parse") != std::string::npos) return !one_of(last, {"ParseInt", "ParseFloat64", "ParseBoolean", "ParseInt64", "ParseFloat32"});
      return one_of(name, {"string", "append", "io.ReadAll", "io/ioutil.ReadAll", "encoding/json.Marshal", "encoding/json.MarshalIndent", "path.Join", "path/filepath.Join", "path/filepath.Clean", "path/filepath.Abs", "path.Clean", "path/filepath.FromSlash", "net/url.Parse", "net/url.QueryUnescape",
                           "net/url.PathUnescape", "encoding/json.NewDecoder", "io.MultiReader", "io.TeeReader", "io.LimitReader", "os.ExpandEnv"});
    case Family::java:
      return one_of(tail, {"String.valueOf", "String.join", "Path.of", "Paths.get", "URI.create", "Objects.requireNonNull", "Objects.toString", "Optional.of", "Optional.ofNullable", "List.of", "Arrays.asList", "Map.of", "Set.of", "Stream.of", "Mono.just", "Flux.just", "Collections.singletonList", "URLDecoder.decode"}) ||
             one_of(last, {"resolve", "concat", "readValue", "readTree", "writeValueAsString", "decode", "getBytes", "trim", "strip", "append", "requireNonNullElse"});
    case Family::c_sharp:
      return one_of(tail, {"Path.Combine", "Path.GetFullPath", "Path.Join", "string.Concat", "string.Join", "String.Concat", "String.Join", "Convert.FromBase64String", "UTF8.GetString", "UTF8.GetBytes", "ASCII.GetString", "JsonSerializer.Deserialize", "JsonSerializer.Serialize", "JsonConvert.DeserializeObject",
                           "JsonConvert.SerializeObject", "Convert.ToString", "Task.FromResult", "Uri.UnescapeDataString", "WebUtility.UrlDecode", "HttpUtility.UrlDecode", "JsonDocument.Parse"}) ||
             one_of(last, {"Append", "AppendLine", "Concat"});
    default: return false;
  }
}

bool typed_stops(const Names& names, const Expression& call) {
  const std::string& name = names.callee(call);
  const auto tail = last_parts(name, 2), last = last_parts(name, 1);
  switch (names.module().family) {
    case Family::go:
      return one_of(name, {"len", "int", "int64", "float64", "uint", "strconv.Atoi", "strconv.ParseInt", "strconv.ParseFloat", "strconv.ParseBool", "strconv.ParseUint", "strconv.Itoa", "path/filepath.Base", "path.Base", "path/filepath.Ext", "html.EscapeString", "html/template.HTMLEscapeString", "net/url.QueryEscape", "net/url.PathEscape",
                           "time.Parse", "time.ParseDuration", "regexp.QuoteMeta", "strings.HasPrefix", "strings.HasSuffix", "strings.Contains", "strings.Index", "strings.Count", "strings.EqualFold", "errors.New", "fmt.Errorf", "encoding/hex.EncodeToString", "crypto/sha256.Sum256", "os.Stat"}) ||
             one_of(last, {"SecureJoin", "GetInt", "GetFloat", "GetBool", "RequireInt", "RequireFloat", "RequireBool", "ParseInt", "ParseBoolean"}) || name.starts_with("github.com/google/uuid") || name.ends_with("shellescape.Quote") || name.ends_with("url.Values.Encode");
    case Family::java:
      return one_of(tail, {"Integer.parseInt", "Integer.valueOf", "Long.parseLong", "Long.valueOf", "Double.parseDouble", "Double.valueOf", "Boolean.parseBoolean", "UUID.fromString", "URLEncoder.encode", "HtmlUtils.htmlEscape", "StringEscapeUtils.escapeHtml4", "Encode.forHtml", "FilenameUtils.getName", "LocalDate.parse", "Instant.parse",
                           "Pattern.quote", "Objects.hash", "Files.exists", "Files.isDirectory", "Files.isRegularFile"}) ||
             one_of(last, {"equals", "equalsIgnoreCase", "isEmpty", "isBlank", "length", "size", "hashCode", "contains", "startsWith", "endsWith", "matches", "indexOf", "containsKey", "getStatusCode", "statusCode", "intValue", "longValue", "asInt", "asBoolean", "getFileName"});
    case Family::c_sharp:
      return one_of(tail, {"int.Parse", "int.TryParse", "long.Parse", "double.Parse", "decimal.Parse", "bool.Parse", "Guid.Parse", "Guid.TryParse", "Path.GetFileName", "Path.GetFileNameWithoutExtension", "Path.GetExtension", "WebUtility.HtmlEncode", "HttpUtility.HtmlEncode", "Uri.EscapeDataString", "HttpUtility.UrlEncode", "WebUtility.UrlEncode",
                           "Convert.ToInt32", "Convert.ToInt64", "Convert.ToDouble", "Convert.ToBoolean", "DateTime.Parse", "Default.Encode", "Regex.Escape", "File.Exists", "Directory.Exists", "string.IsNullOrEmpty", "string.IsNullOrWhiteSpace", "Enum.Parse", "Enum.TryParse"}) ||
             one_of(last, {"Equals", "Any", "Count", "Contains", "StartsWith", "EndsWith", "IsMatch", "IndexOf", "ContainsKey", "GetHashCode", "GetInt32", "GetBoolean"});
    default: return false;
  }
}

std::size_t typed_fills(const Names& names, const Expression& call) {
  if (names.module().family != Family::go || call.parts.size() < 2) return 0;
  const auto last = last_parts(names.callee(call), 1);
  if (last == "Unmarshal" && call.parts.size() == 3) return 2;
  return one_of(last, {"Decode", "BindArguments", "BindJSON", "ShouldBindJSON", "ShouldBind", "ShouldBindQuery", "Bind", "BodyParser", "QueryParser"}) ? 1 : 0;
}

}  // namespace stormwatch::code
