// SPDX-License-Identifier: Apache-2.0
// Go, Java and C#: names, tools, flows, and what damaged, deep and long source does.
#include "code/typed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "code/flow.h"

namespace stormwatch::code {
namespace {

constexpr std::string_view kGoSource = R"(package main
import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)
type Store struct { db *sql.DB; names map[string]string }
func (s *Store) find(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	name := request.GetString("name", "")
	rows, err := s.db.Query(fmt.Sprintf("SELECT 1 WHERE n = '%s'", name))
	_ = rows
	return nil, err
}
func run(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	out, err := exec.Command("sh", "-c", request.GetString("line", "")).Output()
	return mcp.NewToolResultText(string(out)), err
}
func read(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	path := request.GetString("path", "")
	if !strings.HasPrefix(path, "/data/") { return nil, nil }
	text, err := os.ReadFile(path)
	return mcp.NewToolResultText(string(text)), err
}
func hook(w http.ResponseWriter, r *http.Request) {
	var body struct{ URL string }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil { return }
	http.Get(body.URL)
	http.Get("https://api.example.com/" + body.URL)
	for i := 0; ; i++ { if i > 3 { break } }
}
func main() {
	s := server.NewMCPServer("demo", "1.0")
	store := &Store{names: map[string]string{"a": "b"}}
	s.AddTool(mcp.NewTool("find", mcp.WithDescription("Finds"), mcp.WithString("name")), store.find)
	s.AddTool(mcp.NewTool("run"), run)
	s.AddTool(mcp.NewTool("read"), read)
}
)";

constexpr std::string_view kJavaSource = R"(package demo;
import java.io.ObjectInputStream;
import java.sql.*;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.web.bind.annotation.*;
public class Desk {
  private final Connection connection;
  Desk(Connection connection) { this.connection = connection; }
  @Tool(name = "order", description = "Finds " + "an order")
  String order(String id, int most) throws Exception {
    Statement statement = connection.createStatement();
    for (String part : id.split(",")) statement.executeQuery(String.format("SELECT 1 WHERE id = '%s'", part));
    try (PreparedStatement p = connection.prepareStatement("SELECT 1 WHERE id = ?")) { p.setString(1, id); }
    return switch (most) { case 1 -> "a"; default -> { yield "b"; } };
  }
  @Tool(description = "Runs") void run(String line) throws Exception { new ProcessBuilder("bash", "-c", line).start(); }
  @Tool(description = "Lists") void list(String name) throws Exception { new ProcessBuilder("ls", name).start(); }
  @PostMapping("/in") void in(jakarta.servlet.http.HttpServletRequest request) throws Exception {
    new ObjectInputStream(request.getInputStream()).readObject();
    Runnable later = () -> System.out.println("x");
  }
}
)";

constexpr std::string_view kCSharpSource = R"(using System.Diagnostics;
using ModelContextProtocol.Server;
namespace Demo;
[McpServerToolType]
public class Desk(HttpClient http, SqlConnection connection)
{
    [McpServerTool(Name = "run_line"), Description("Runs a line")]
    public static string Run(string line)
    {
        var start = new ProcessStartInfo { FileName = "/bin/bash", Arguments = $"-c \"{line}\"" };
        using var p = Process.Start(start);
        return p?.StandardOutput.ReadToEnd() ?? "";
    }
    [McpServerTool, Description("Finds")]
    public async Task<string> Find(string name, int most, CancellationToken token)
    {
        var (a, b) = (1, 2);
        var command = connection.CreateCommand();
        command.CommandText = $"SELECT 1 WHERE n = '{name}'";
        using var other = new SqlCommand("SELECT 1 WHERE n = @n", connection);
        foreach (var x in new[] { 1, 2 }) { if (x is 1 or 2) continue; }
        return @"a\b" + """raw""";
    }
    [McpServerTool, Description("Fetches")] public async Task<string> Fetch(string path) => await http.GetStringAsync($"https://api.example.com/{path}");
    [McpServerTool, Description("Opens")] public string Open(string path) => File.ReadAllText(Path.Combine("/data", Path.GetFileName(path)));
}
)";

std::string_view source_of(Family family) { return family == Family::go ? kGoSource : family == Family::java ? kJavaSource : kCSharpSource; }
constexpr Family kFamilies[] = {Family::go, Family::java, Family::c_sharp};

Module read(Family family, std::string_view text) {
  auto module = read_typed(family, text, Limits{});
  EXPECT_TRUE(module);
  return module ? std::move(*module) : Module{};
}

/// "run: shell, find: sql": each flow that no check guards, by the function it stands in.
std::string flows_of(Family family, std::string_view text) {
  const Module module = read(family, text);
  const Names names(module);
  std::string out;
  for (const Flow& f : follow(names, roles_of(names)).flows) {
    if (f.guarded || !(f.labels & (kToolArgument | kUserInput)) || f.what == "network") continue;
    out += (out.empty() ? "" : ", ") + (f.owner == kNone ? std::string() : module.functions[f.owner].name) + ": " + f.what;
  }
  return out;
}

TEST(Typed, FollowsArgumentsInGo) { EXPECT_EQ(flows_of(Family::go, kGoSource), "find: sql, run: shell, hook: url"); }
TEST(Typed, FollowsArgumentsInJava) { EXPECT_EQ(flows_of(Family::java, kJavaSource), "order: sql, run: shell, in: deserialize"); }
TEST(Typed, FollowsArgumentsInCSharp) { EXPECT_EQ(flows_of(Family::c_sharp, kCSharpSource), "Run: shell, Find: sql"); }

TEST(Typed, AnIfThatLeavesGovernsWhatFollows) {
  const std::string head = "package a\nimport (\n\t\"io/fs\"\n\t\"os\"\n\t\"net/http\"\n)\nfunc drop(place string) { os.Remove(place) }\nfunc h(w http.ResponseWriter, r *http.Request) {\n\tname := r.URL.Query().Get(\"name\")\n";
  EXPECT_EQ(flows_of(Family::go, head + "\tdrop(name)\n}\n"), "drop: path");
  EXPECT_EQ(flows_of(Family::go, head + "\tif !fs.ValidPath(name) {\n\t\treturn\n\t}\n\tdrop(name)\n}\n"), "");
  EXPECT_EQ(flows_of(Family::go, head + "\tif fs.ValidPath(name) {\n\t\tprintln(name)\n\t}\n\tdrop(name)\n}\n"), "drop: path");
  EXPECT_EQ(flows_of(Family::go, head + "\tif name == \"\" {\n\t\treturn\n\t}\n\tdrop(name)\n}\n"), "drop: path");
}

TEST(Typed, FindsTools) {
  const auto said = [](Family family) {
    const Module module = read(family, source_of(family));
    const Names names(module);
    std::string out;
    for (const Role& r : roles_of(names)) out += r.name + "(" + r.description + ") ";
    return out;
  };
  EXPECT_EQ(said(Family::go), "hook() find(Finds) run() read() ");
  EXPECT_EQ(said(Family::java), "order(Finds an order) run(Runs) list(Lists) in() ");
  EXPECT_EQ(said(Family::c_sharp), "run_line(Runs a line) Find(Finds) Fetch(Fetches) Open(Opens) ");
}

TEST(Typed, NamesThroughImportsFieldsAndDeclaredTypes) {
  const Module module = read(Family::go, "package a\nimport (\n\t\"net/http\"\n\tx \"os/exec\"\n\t\"github.com/anthropics/anthropic-sdk-go\"\n)\ntype T struct{ c *http.Client }\nfunc (t *T) f() {\n\tt.c.Get(\"u\")\n\tx.Command(\"ls\")\n\tanthropic.NewClient()\n}\n");
  const Names names(module);
  std::string all;
  for (const Expression& e : module.expressions)
    if (e.kind == ExpressionKind::call) all += names.callee(e) + " ";
  EXPECT_EQ(all, "net/http.Client.Get os/exec.Command github.com/anthropics/anthropic-sdk-go.NewClient ");
}

TEST(Typed, ReadsSourceCutAnywhere) {
  for (const Family family : kFamilies) {
    const std::string_view text = source_of(family);
    for (std::size_t end = 0; end < text.size(); end += 3) {
      const Module module = read(family, text.substr(0, end));
      const Names names(module);
      (void)roles_of(names);
    }
    // Holes: what the grammar promises is missing in the middle.
    for (std::size_t at = 0; at + 9 < text.size(); at += 7) {
      std::string holed(text);
      holed.erase(at, 5);
      const Module module = read(family, holed);
      const Names names(module);
      (void)follow(names, roles_of(names));
    }
  }
}

TEST(Typed, NestsToTheLimitAndSaysSo) {
  for (const Family family : kFamilies) {
    const std::string open = family == Family::go ? "package a\nfunc f() { x := " : family == Family::java ? "class A { int f() { return " : "class A { int F() { return ";
    const Module module = read(family, open + std::string(5000, '(') + "1" + std::string(5000, ')') + "; } }");
    EXPECT_TRUE(module.cut);
    std::string chain = family == Family::go ? "package a\nfunc f() { b" : "class A { void f() { b";
    for (int i = 0; i < 3000; ++i) chain += ".c()";
    EXPECT_TRUE(read(family, chain + "; } }").cut);
    std::string sum = family == Family::go ? "package a\nvar x = \"a\"" : "class A { String x = \"a\"";
    for (int i = 0; i < 5000; ++i) sum += " + \"b\"";
    const Module added = read(family, sum + (family == Family::go ? "\n" : "; }"));
    EXPECT_FALSE(added.cut);
    EXPECT_TRUE(std::ranges::any_of(added.expressions, [](const Expression& e) { return e.kind == ExpressionKind::string && e.text.size() == 5001; }));
  }
}

TEST(Typed, ALongSourceIsAnErrorThatNamesTheLimit) {
  Limits limits;
  limits.source_bytes = 16;
  for (const Family family : kFamilies) {
    const auto module = read_typed(family, source_of(family), limits);
    ASSERT_FALSE(module);
    EXPECT_NE(module.error().message().find("16"), std::string::npos);
  }
}

}  // namespace
}  // namespace stormwatch::code
