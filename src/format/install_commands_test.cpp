// SPDX-License-Identifier: Apache-2.0
#include "format/install_commands.h"

#include <gtest/gtest.h>

namespace stormwatch::format {
namespace {

std::string names(std::string_view text, bool notebook = false) {
  std::string found;
  for (const DeclaredPackage& p : parse_install_commands(text, notebook, Limits{}).packages) found += p.ecosystem + "/" + p.name + "@" + p.version + ":" + std::to_string(p.line) + " ";
  return found;
}

TEST(InstallCommands, Dockerfile) {
  EXPECT_EQ(names("FROM x\nRUN pip install --no-cache-dir -r requirements.txt \\\n    # why\n    vllm==0.8.4 'ray[serve]>=2.9' \"torch == 2.6.0\" && echo done\n"
                  "RUN uv pip install --system litellm==1.82.7; python3 -m pip install -U openai==1.30.0 $EXTRA ./local\nRUN npm install -g @anthropic-ai/claude-code@1.0.10 n8n\n"
                  "RUN go install github.com/ollama/ollama@v0.3.1\n# pip install no==1\nRUN apt-get install -y curl\n"),
            "PyPI/vllm@0.8.4:2 PyPI/ray@:2 PyPI/torch@2.6.0:2 PyPI/litellm@1.82.7:5 PyPI/openai@1.30.0:5 npm/@anthropic-ai/claude-code@1.0.10:6 npm/n8n@:6 Go/github.com/ollama/ollama@0.3.1:7 Debian/curl@:9 ");
}

TEST(InstallCommands, Notebook) {
  EXPECT_EQ(names("{\n \"source\": [\n  \"!pip install -q transformers==4.30.0 \\\"accelerate>=0.20\\\"\\n\",\n  \"%pip install gradio==3.50.2\"\n ]}\n \"Run pip install nothing==1 first\\n\",\n", true),
            "PyPI/transformers@4.30.0:3 PyPI/accelerate@:3 PyPI/gradio@3.50.2:4 ");
}

TEST(InstallCommands, SystemPackages) {
  EXPECT_EQ(names("RUN apt-get update && apt-get -y install --no-install-recommends python3-pip=22.0.2+dfsg-1 curl\nRUN apk add --no-cache --virtual .build gcc=13.2.1-r0 musl-dev\n"
                  "RUN conda install -y -c conda-forge faiss-cpu=1.7.4 'numpy>=1.26'\nRUN cargo install router --version 2.0.0 && gem install rails -v 7.1.0\nRUN cargo install --git https://x.example/y z\n"),
            "Debian/python3-pip@22.0.2+dfsg-1:1 Debian/curl@:1 Alpine/gcc@13.2.1-r0:2 Alpine/musl-dev@:2 Conda/faiss-cpu@1.7.4:3 Conda/numpy@:3 crates.io/router@2.0.0:4 RubyGems/rails@7.1.0:4 ");
}

TEST(InstallCommands, ShellCellOfANotebook) {
  EXPECT_EQ(names("{\n  \"source\": [\n   \"%%bash\\n\",\n   \"pip3 install langchain==0.0.300\\n\"\n  ]\n },{\n  \"source\": [\n   \"pip install nothing==1\"\n  ]}", true), "PyPI/langchain@0.0.300:4 ");
}

TEST(InstallCommands, NotebookInOneLine) {
  EXPECT_EQ(names(R"({"cells":[{"source":["!pip install -q a==1\n","x = 'pip install no==1'\n"]},{"source":"%%bash\npip install b==2\nuvx c"},{"source":["pip install no==2"]}]})", true), "PyPI/a@1:1 PyPI/b@2:1 ");
}

TEST(InstallCommands, Launchers) {
  EXPECT_EQ(names("npx -y some-mcp@1.0.16 --port 3000\nnpx -p @a/b@2.0.0 run-b no-such\nuvx --from litellm==1.82.8 litellm --port 1\nuvx --python 3.12 tool@0.1.0\nuv tool run x-mcp@latest\npipx run --spec y==2 z\n"
                  "pnpm dlx c@2.3.0\nbunx d\nuv tool install e==1\npipx install f\npoetry add g==3\nuv add h\nyarn global add i@1.0.0\n"),
            "npm/some-mcp@1.0.16:1 npm/@a/b@2.0.0:2 PyPI/litellm@1.82.8:3 PyPI/tool@0.1.0:4 PyPI/x-mcp@:5 PyPI/y@2:6 npm/c@2.3.0:7 npm/d@:8 PyPI/e@1:9 PyPI/f@:10 PyPI/g@3:11 PyPI/h@:12 npm/i@1.0.0:13 ");
}

TEST(InstallCommands, ListsOfWordsInADockerfileAndStepsOfAPipeline) {
  EXPECT_EQ(names("CMD [\"uvx\", \"litellm==1.82.8\", \"--port\", \"1\"]\n"), "PyPI/litellm@1.82.8:1 ");
  EXPECT_EQ(names("    steps:\n      - run: pip install a==1.0\n      - run: |\n          npx -y b@1.0.0\n"), "PyPI/a@1.0:2 npm/b@1.0.0:4 ");
}

TEST(InstallCommands, IndexesOfTheEnvironment) {
  const auto indexes = [](std::string_view text) {
    const Manifest manifest = parse_install_commands(text, false, {});
    std::string all;
    for (const std::string& index : manifest.indexes) all += "instead " + index + " ";
    for (const std::string& index : manifest.extra_indexes) all += "beside " + index + " ";
    return all;
  };
  EXPECT_EQ(indexes("ENV PIP_EXTRA_INDEX_URL=\"https://a.example/simple\"\n"), "beside https://a.example/simple ");
  EXPECT_EQ(indexes("  PIP_INDEX_URL: https://a.example/simple\n"), "instead https://a.example/simple ");
  EXPECT_EQ(indexes("RUN pip config set global.extra-index-url https://a.example/simple\n"), "beside https://a.example/simple ");
  EXPECT_EQ(indexes("# PIP_INDEX_URL=https://a.example\nMY_PIP_INDEX_URL=https://a.example\nENV PIP_INDEX_URL=$URL\nPIP_INDEX_URLS=https://a.example\n"), "");
}

TEST(InstallCommands, BrokenTextEnds) {
  for (const char* odd : {"pip install \"", "pip install", "\\", "pip install -r", "npm i ", "npx ", "uvx --from", "CMD [\"npx\"", "uvx a@", "pip install '\\\n"}) (void)names(odd);
  EXPECT_EQ(names("echo pip installer==1\n"), "");
}

}  // namespace
}  // namespace stormwatch::format
