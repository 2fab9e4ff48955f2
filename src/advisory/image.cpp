// SPDX-License-Identifier: Apache-2.0
// The table holds images that the maintainers of the package publish themselves and tag with the package's own versions.
#include "advisory/image.h"

namespace stormwatch::advisory {
namespace {

struct ImageRow {
  std::string_view registry, repository, ecosystem, name;
};
constexpr ImageRow kImages[] = {
    {"docker.io", "vllm/vllm-openai", "PyPI", "vllm"},
    {"docker.io", "ollama/ollama", "Go", "github.com/ollama/ollama"},
    {"docker.io", "lmsysorg/sglang", "PyPI", "sglang"},
    {"docker.io", "pytorch/pytorch", "PyPI", "torch"},
    {"docker.io", "pytorch/torchserve", "PyPI", "torchserve"},
    {"docker.io", "tensorflow/tensorflow", "PyPI", "tensorflow"},
    {"docker.io", "rayproject/ray", "PyPI", "ray"},
    {"docker.io", "rayproject/ray-ml", "PyPI", "ray"},
    {"docker.io", "rayproject/ray-llm", "PyPI", "ray"},
    {"docker.io", "jupyterhub/jupyterhub", "PyPI", "jupyterhub"},
    {"quay.io", "jupyterhub/jupyterhub", "PyPI", "jupyterhub"},
    {"ghcr.io", "mlflow/mlflow", "PyPI", "mlflow"},
    {"docker.io", "bitnami/mlflow", "Bitnami", "mlflow"},
    {"docker.io", "bitnami/pytorch", "Bitnami", "pytorch"},
    {"docker.io", "bitnami/tensorflow", "Bitnami", "tensorflow"},
    {"docker.io", "bitnami/jupyterhub", "Bitnami", "jupyterhub"},
    {"docker.io", "bitnami/milvus", "Bitnami", "milvus"},
    {"docker.io", "bitnami/airflow", "Bitnami", "airflow"},
    {"docker.io", "bitnami/spark", "Bitnami", "spark"},
    {"docker.io", "bitnami/minio", "Bitnami", "minio"},
    {"ghcr.io", "open-webui/open-webui", "PyPI", "open-webui"},
    {"docker.io", "langflowai/langflow", "PyPI", "langflow"},
    {"docker.io", "flowiseai/flowise", "npm", "flowise"},
    {"docker.io", "n8nio/n8n", "npm", "n8n"},
    {"docker.n8n.io", "n8nio/n8n", "npm", "n8n"},
    {"ghcr.io", "berriai/litellm", "PyPI", "litellm"},
    {"ghcr.io", "berriai/litellm-database", "PyPI", "litellm"},
    {"ghcr.io", "berriai/litellm-non_root", "PyPI", "litellm"},
    {"docker.io", "milvusdb/milvus", "Go", "github.com/milvus-io/milvus"},
    {"docker.io", "semitechnologies/weaviate", "Go", "github.com/weaviate/weaviate"},
    {"cr.weaviate.io", "semitechnologies/weaviate", "Go", "github.com/weaviate/weaviate"},
    {"docker.io", "chromadb/chroma", "PyPI", "chromadb"},
    {"ghcr.io", "chroma-core/chroma", "PyPI", "chromadb"},
    {"docker.io", "localai/localai", "Go", "github.com/mudler/LocalAI"},
    {"docker.io", "xprobe/xinference", "PyPI", "xinference"},
    {"docker.io", "clickhouse/clickhouse-server", "Bitnami", "clickhouse"},
    {"docker.io", "apache/airflow", "PyPI", "apache-airflow"},
    {"docker.io", "apache/spark-py", "PyPI", "pyspark"},
    {"docker.io", "heartexlabs/label-studio", "PyPI", "label-studio"},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The version a tag states: "v0.4.6.post1-cu124" -> 0.4.6.post1, "main-v1.82.3-stable" -> 1.82.3; empty if it states none. At
/// least two numbers: "24" or "latest" name a moving series.
std::string version_of(std::string_view tag) {
  if (tag.starts_with("main-")) tag.remove_prefix(5);
  if (tag.starts_with('v')) tag.remove_prefix(1);
  std::size_t end = 0, dots = 0;
  while (end < tag.size() && (is_digit(tag[end]) || (tag[end] == '.' && end + 1 < tag.size() && is_digit(tag[end + 1]) && end > 0))) dots += tag[end++] == '.';
  if (dots == 0) return {};
  std::string version(tag.substr(0, end));
  std::string_view rest = tag.substr(end);
  for (std::string_view word : {".post", "rc", "a", "b", ".dev"}) {
    if (!rest.starts_with(word) || rest.size() <= word.size() || !is_digit(rest[word.size()])) continue;
    std::size_t stop = word.size();
    while (stop < rest.size() && is_digit(rest[stop])) ++stop;
    return version + std::string(rest.substr(0, stop));
  }
  // "1.2.x", "2.9beta": not a version that stands still.
  return rest.empty() || rest[0] == '-' || rest[0] == '_' ? version : std::string{};
}

}  // namespace

std::optional<ImagePackage> package_of_image(std::string_view image) {
  image = image.substr(0, image.find('@'));
  const std::size_t slash = image.rfind('/'), colon = image.rfind(':');
  if (colon == std::string_view::npos || (slash != std::string_view::npos && colon < slash)) return std::nullopt;
  std::string_view path = image.substr(0, colon), registry = "docker.io";
  const std::string version = version_of(image.substr(colon + 1));
  if (version.empty()) return std::nullopt;
  const std::size_t first = path.find('/');
  if (first != std::string_view::npos && path.substr(0, first).find_first_of(".:") != std::string_view::npos) {
    registry = path.substr(0, first);
    path.remove_prefix(first + 1);
  }
  if (registry == "index.docker.io" || registry == "registry-1.docker.io") registry = "docker.io";
  for (const ImageRow& row : kImages)
    if (row.registry == registry && row.repository == path) return ImagePackage{std::string(row.ecosystem), std::string(row.name), version};
  return std::nullopt;
}

}  // namespace stormwatch::advisory
