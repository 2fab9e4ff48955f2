// SPDX-License-Identifier: Apache-2.0
#include "code/import_lines.h"

#include <gtest/gtest.h>

namespace stormwatch::code {
namespace {

std::string read(ImportSyntax syntax, std::string_view text, std::size_t most = 400) {
  std::string all;
  for (const ImportedModule& one : imported_modules(text, syntax, most)) all += one.module + ":" + std::to_string(one.line) + " ";
  return all;
}

TEST(ImportLines, Python) {
  EXPECT_EQ(read(ImportSyntax::python, "import os, torch.nn as nn\nfrom PIL import Image\nfrom . import own\nfrom ..a import b\n  import yaml\nfrom google.cloud import storage\nm = importlib.import_module('cv2')\nimport torch.nn\n"
                                       "\"\"\"\nimport not_this\n\"\"\"\nimportant = 1\nfrom x\n"),
            "os:1 torch.nn:1 PIL:2 yaml:5 google.cloud:6 google.cloud.storage:6 cv2:7 ");
}
TEST(ImportLines, JavaScript) {
  EXPECT_EQ(read(ImportSyntax::javascript, "import OpenAI from 'openai';\nimport \"./own\";\nconst { a } = require(\"@scope/b/c\"), d = await import('d');\n// import x from 'no'\nexport * from \"e\";\nArray.from('f')\nrequire(`g${h}`)\n"),
            "openai:1 @scope/b/c:3 d:3 e:5 ");
}
TEST(ImportLines, GoJavaCSharpRust) {
  EXPECT_EQ(read(ImportSyntax::go, "package a\nimport (\n\t\"fmt\"\n\to \"github.com/ollama/ollama/api\"\n)\nimport \"x.org/y\"\nvar s = \"not.this/one\"\n"), "fmt:3 github.com/ollama/ollama/api:4 x.org/y:6 ");
  EXPECT_EQ(read(ImportSyntax::java, "import static org.apache.spark.sql.Row;\nimport dev.langchain4j.*;\n"), "org.apache.spark.sql.Row:1 dev.langchain4j.:2 ");
  EXPECT_EQ(read(ImportSyntax::c_sharp, "using Microsoft.SemanticKernel;\n"), "Microsoft.SemanticKernel:1 ");
  EXPECT_EQ(read(ImportSyntax::rust, "pub use async_openai::Client;\nuse std::fs;\n"), "async_openai:1 std:2 ");
}
TEST(ImportLines, IsBounded) {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "import m" + std::to_string(i) + "\n";
  EXPECT_EQ(imported_modules(many, ImportSyntax::python, 7).size(), 7U);
  EXPECT_EQ(read(ImportSyntax::python, "import " + std::string(5000, 'a') + "\nimport b"), "b:2 ");
  for (const char* odd : {"import", "from", "import ", "from  import", "require(", "import(\"", "\"\"\"", "import ("})
    for (const ImportSyntax syntax : {ImportSyntax::python, ImportSyntax::javascript, ImportSyntax::go, ImportSyntax::java, ImportSyntax::rust}) (void)read(syntax, odd);
}

}  // namespace
}  // namespace stormwatch::code
