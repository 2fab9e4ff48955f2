// SPDX-License-Identifier: Apache-2.0
#include "detect/lookalike.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace stormwatch::detect {
namespace {

std::string meant(std::string_view ecosystem, std::string_view name) {
  const auto like = lookalike_of(ecosystem, name, Known::embedded());
  return like ? std::string(like->meant) : std::string();
}

TEST(Lookalike, ReadsDigitsLettersAndOtherAlphabetsAsWhatTheyLookLike) {
  EXPECT_EQ(as_read("G0og-1e"), as_read("google"));
  EXPECT_EQ(as_read("\xd0\xbepenai"), as_read("openai"));
  EXPECT_EQ(as_read("tokens"), "tokens");
  EXPECT_EQ(as_read("vvandb"), "wandb");
}

TEST(Lookalike, OneSlipIsOneLetterMoreLessOtherOrExchanged) {
  for (const auto& [a, b, is] : std::initializer_list<std::tuple<const char*, const char*, bool>>{
           {"torch", "torhc", true}, {"torch", "torcch", true}, {"torch", "toch", true}, {"torch", "tarch", true}, {"torch", "torch", false}, {"torch", "tocrhh", false}, {"", "a", true}, {"", "ab", false}})
    EXPECT_EQ(one_slip(a, b), is) << a << " " << b;
}

TEST(Lookalike, SlipsOfWellKnownPackagesAreTold) {
  EXPECT_EQ(meant("PyPI", "tenserflow"), "tensorflow");
  EXPECT_EQ(meant("PyPI", "torhc"), "torch");
  EXPECT_EQ(meant("PyPI", "tiketoken"), "tiktoken");
  EXPECT_EQ(meant("PyPI", "lightgmb"), "lightgbm");
  EXPECT_EQ(meant("PyPI", "hugging-face-hub"), "huggingface-hub");
  EXPECT_EQ(meant("PyPI", "transf\xd0\xberrners"), "transformers");
  EXPECT_EQ(meant("Conda", "pytroch"), "pytorch");
  EXPECT_EQ(meant("npm", "@anthropic-a1/sdk"), "@anthropic-ai/sdk");
  EXPECT_EQ(meant("npm", "anthropic-ai-sdk"), "@anthropic-ai/sdk");
  EXPECT_EQ(meant("npm", "@someone-else/claude-code"), "@anthropic-ai/claude-code");
  EXPECT_EQ(meant("crates.io", "safetensros"), "safetensors");
}

TEST(Lookalike, NamesOfTheirOwnAreQuiet) {
  for (const char* name : {"torch", "torchx", "openapi", "panda", "requests", "grequests", "langchain-foo", "my-torch", "vllm-omni", "elasticsearch9", "dataset", "websocket-client", "x", ""})
    EXPECT_EQ(meant("PyPI", name), "") << name;
  for (const char* name : {"@aws-cdk/core", "@langchain/any", "@react-grab/claude-code", "clone", "tcp-proxy", "@types/openai"}) EXPECT_EQ(meant("npm", name), "") << name;
  EXPECT_EQ(meant("Go", "github.com/openai/openai-go"), "");
  for (const char* name : {"python", "jupyter_client", "flask_cors"}) EXPECT_EQ(meant("Conda", name), "") << name;
  // Of registries whose neighbours are not listed only plain tricks count.
  EXPECT_EQ(meant("crates.io", "safetensory"), "");
}

/// Given a file of real names, one a line as "ecosystem name", none may be told: STORMWATCH_REAL_NAMES=FILE.
TEST(Lookalike, NoRealNameIsTold) {
  const char* path = std::getenv("STORMWATCH_REAL_NAMES");
  if (!path) GTEST_SKIP() << "STORMWATCH_REAL_NAMES is not set";
  std::ifstream in(path);
  std::string ecosystem, name;
  std::size_t count = 0, told = 0;
  while (in >> ecosystem >> name) {
    ++count;
    const auto like = lookalike_of(ecosystem, name, Known::embedded());
    told += like.has_value();
    if (like) ADD_FAILURE() << ecosystem << " " << name << " told as " << like->meant << ": " << like->how;
  }
  EXPECT_GT(count, 20'000U);
  EXPECT_EQ(told, 0U);
}

}  // namespace
}  // namespace stormwatch::detect
