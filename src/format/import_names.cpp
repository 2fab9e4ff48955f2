// SPDX-License-Identifier: Apache-2.0
#include "format/import_names.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "format/declared_package.h"

namespace stormwatch::format {
namespace {

/// "module distribution distribution".
constexpr std::string_view kPythonModules[] = {
#include "format/python_import_names.inc"
};

/// Loaded by others by name, started as programs, or only there to build: code that uses them need not import them.
constexpr std::array kUsedUnseen = std::to_array<std::string_view>(
    {"accelerate", "aiofiles", "aiosqlite", "asyncpg", "bitsandbytes", "black", "boto3", "chainlit", "cryptography", "einops", "flash-attn", "grpcio-tools", "gunicorn", "h5py", "huggingface-hub", "hypercorn",
     "ipykernel", "ipython", "jinja2", "jupyter", "jupyterlab", "lxml", "mlflow", "mypy", "mysqlclient", "notebook", "numpy", "onnxruntime", "openpyxl", "pip", "protobuf", "psycopg2", "psycopg2-binary", "pyarrow", "pymysql",
     "pytest", "python-multipart", "ray", "ruff", "safetensors", "sentencepiece", "setuptools", "streamlit", "tabulate", "tensorboard", "tiktoken", "tokenizers", "torch", "torchaudio", "torchvision", "transformers", "triton", "urllib3", "certifi",
     "uv", "uvicorn", "uvloop", "vllm", "sglang", "litellm", "watchfiles", "websockets", "werkzeug", "wheel", "xformers", "pillow", "python-jose", "redis", "pyjwt"});

std::vector<std::string_view> words_of(std::string_view row) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < row.size();) {
    const std::size_t end = std::min(row.find(' ', at), row.size());
    words.push_back(row.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

using Distributions = std::map<std::string_view, std::vector<std::string_view>, std::less<>>;
const Distributions& python_table() {
  static const Distributions table = [] {
    Distributions made;
    for (const std::string_view row : kPythonModules) {
      const std::vector<std::string_view> words = words_of(row);
      made[words.front()].assign(words.begin() + 1, words.end());
    }
    return made;
  }();
  return table;
}

/// "a.b.c" -> "a.b.c", "a.b", "a" with `separator` between; at most the last `most` of them.
std::vector<std::string_view> prefixes_of(std::string_view module, char separator, std::size_t most) {
  std::vector<std::string_view> prefixes;
  for (std::size_t end = module.size(); end != std::string_view::npos && end != 0; end = end == 0 ? std::string_view::npos : module.rfind(separator, end - 1)) prefixes.push_back(module.substr(0, end));
  if (prefixes.size() > most) prefixes.erase(prefixes.begin(), prefixes.end() - static_cast<std::ptrdiff_t>(most));
  return prefixes;
}

std::vector<std::string> python_packages(std::string_view module) {
  std::vector<std::string> packages;
  for (const std::string_view prefix : prefixes_of(module, '.', 4)) {
    if (const auto row = python_table().find(prefix); row != python_table().end()) packages.insert(packages.end(), row->second.begin(), row->second.end());
    packages.push_back(normal_python_name(prefix));
  }
  return packages;
}

/// "@scope/name/part" -> "@scope/name".
std::string npm_package(std::string_view specifier) {
  std::size_t slash = specifier.find('/');
  if (specifier.starts_with('@') && slash != std::string_view::npos) slash = specifier.find('/', slash + 1);
  return std::string(specifier.substr(0, slash));
}

}  // namespace

std::vector<std::string> packages_of_module(std::string_view ecosystem, std::string_view module) {
  if (module.empty()) return {};
  if (ecosystem == "PyPI") return python_packages(module);
  if (ecosystem == "npm") return {npm_package(module)};
  if (ecosystem == "crates.io") {
    std::string dashed(module);
    std::ranges::replace(dashed, '_', '-');
    return {std::string(module), std::move(dashed)};
  }
  const std::vector<std::string_view> prefixes = prefixes_of(module, ecosystem == "Go" ? '/' : '.', 12);
  return {prefixes.begin(), prefixes.end()};
}

bool is_used_by_import(std::string_view ecosystem, std::string_view package) {
  if (ecosystem != "PyPI" || std::ranges::find(kUsedUnseen, package) != kUsedUnseen.end()) return false;
  static const std::set<std::string_view, std::less<>> known = [] {
    std::set<std::string_view, std::less<>> made;
    for (const auto& [module, distributions] : python_table()) made.insert(distributions.begin(), distributions.end());
    return made;
  }();
  return known.contains(package);
}

}  // namespace stormwatch::format
