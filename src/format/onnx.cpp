// SPDX-License-Identifier: Apache-2.0
#include "format/onnx.h"

#include <algorithm>
#include <array>
#include <set>

#include "format/protobuf.h"

namespace stormwatch::format {
namespace {

constexpr int kDeepest = 24;
constexpr std::size_t kMost = 200;

constexpr std::array<std::string_view, 12> kStandardDomains{"", "ai.onnx", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview.training", "ai.onnx.preview", "com.microsoft",
                                                            "com.microsoft.nchwc", "com.microsoft.experimental", "com.ms.internal.nhwc", "org.pytorch.aten", "ai.onnx.spox"};

bool is_standard(std::string_view domain) {
  return std::find(kStandardDomains.begin(), kStandardDomains.end(), domain) != kStandardDomains.end() || domain.starts_with("pkg.onnxscript") ||
         domain.starts_with("pkg.torch") || domain.starts_with("onnxscript");
}

bool says_python(std::string_view name) {
  return name.starts_with("Py") || name.find("Python") != std::string_view::npos || name.find("PyOp") != std::string_view::npos || name.find("pyfunc") != std::string_view::npos;
}

bool looks_like_script(std::string_view text) {
  for (std::string_view word : {"import ", "exec(", "eval(", "os.system", "subprocess", "lambda ", "def ", "__import__", "#!/", "powershell", "/bin/sh", "socket."})
    if (text.find(word) != std::string_view::npos) return true;
  return false;
}

class Walk {
 public:
  Walk(Bytes file, OnnxModel& model) : start_(file.data()), model_(model) {}

  void read_model(Bytes message) {
    ProtobufReader reader(message);
    int known = 0;
    bool graph = false;
    while (auto field = reader.next()) {
      switch (field->number) {
        case 1: model_.ir_version = field->value; known += field->wire == 0; break;
        case 2: model_.producer = field->text().substr(0, 200); known += field->wire == 2; break;
        case 3: model_.producer_version = field->text().substr(0, 80); break;
        case 6: model_.doc = field->text().substr(0, 4096); break;
        case 7:
          if (field->wire != 2) break;
          graph = true;
          graphs_.push_back(field->bytes);
          break;
        case 8: known += field->wire == 2; break;
        case 14: read_metadata(field->bytes); break;
        case 25: read_function(field->bytes); break;
        default: break;
      }
    }
    if (reader.broken()) broke("the model message breaks", message, reader.offset());
    model_.is_onnx = graph && known >= 1;
    // Functions of the model itself are its own operators, whatever their domain.
    for (Bytes body : graphs_) read_graph(body, 0);
    for (Bytes body : functions_) read_nodes_of_function(body);
  }

 private:
  [[nodiscard]] std::uint64_t offset_of(Bytes part) const { return static_cast<std::uint64_t>(part.data() - start_); }
  void broke(std::string why, Bytes message, std::size_t at) {
    if (!model_.broken.empty()) return;
    model_.broken = std::move(why);
    model_.broken_at = offset_of(message) + at;
  }

  std::pair<std::string, std::string> entry(Bytes message) {
    std::pair<std::string, std::string> out;
    ProtobufReader reader(message);
    while (auto field = reader.next()) {
      if (field->number == 1) out.first = field->text().substr(0, 256);
      if (field->number == 2) out.second = field->text().substr(0, 65536);
    }
    return out;
  }
  void read_metadata(Bytes message) {
    if (model_.metadata.size() < kMost) model_.metadata.push_back(entry(message));
  }

  void read_function(Bytes message) {
    ProtobufReader reader(message);
    std::string name, domain;
    while (auto field = reader.next()) {
      if (field->number == 1) name = field->text().substr(0, 256);
      if (field->number == 10) domain = field->text().substr(0, 256);
    }
    local_.insert(domain + "\n" + name);
    if (functions_.size() < 10'000) functions_.push_back(message);
    if (model_.function_domains.size() < kMost && std::find(model_.function_domains.begin(), model_.function_domains.end(), domain) == model_.function_domains.end())
      model_.function_domains.push_back(domain);
  }
  void read_nodes_of_function(Bytes message) {
    ProtobufReader reader(message);
    while (auto field = reader.next())
      if (field->number == 7 && field->wire == 2) read_node(field->bytes, 1);
  }

  void read_graph(Bytes message, int depth) {
    if (depth > kDeepest) return broke("graphs nested too deep", message, 0);
    ProtobufReader reader(message);
    while (auto field = reader.next()) {
      if (field->wire != 2) continue;
      switch (field->number) {
        case 1: read_node(field->bytes, depth); break;
        case 2:
          if (depth == 0) model_.graph = field->text().substr(0, 200);
          break;
        case 5: read_tensor(field->bytes); break;
        case 15: {
          ProtobufReader sparse(field->bytes);
          while (auto part = sparse.next())
            if (part->wire == 2 && part->number <= 2) read_tensor(part->bytes);
          break;
        }
        default: break;
      }
    }
    if (reader.broken()) broke("a graph message breaks", message, reader.offset());
  }

  void read_node(Bytes message, int depth) {
    ++model_.nodes;
    ProtobufReader reader(message);
    OnnxOperator found;
    found.offset = offset_of(message);
    while (auto field = reader.next()) {
      if (field->wire != 2) continue;
      if (field->number == 3) found.node = field->text().substr(0, 200);
      if (field->number == 4) found.type = field->text().substr(0, 200);
      if (field->number == 7) found.domain = field->text().substr(0, 200);
      if (field->number == 5) read_attribute(field->bytes, depth, found.script);
    }
    if (reader.broken()) broke("a node message breaks", message, reader.offset());
    if (is_standard(found.domain) || local_.contains(found.domain + "\n" + found.type)) {
      if (!says_python(found.type)) return;
    }
    found.python = says_python(found.type) || says_python(found.domain);
    if (model_.custom.size() < kMost && seen_.insert(found.domain + "\n" + found.type).second) model_.custom.push_back(std::move(found));
  }

  void read_attribute(Bytes message, int depth, std::string& script) {
    ProtobufReader reader(message);
    while (auto field = reader.next()) {
      if (field->wire != 2) continue;
      switch (field->number) {
        case 4: case 9:
          if (script.empty() && field->bytes.size() < (1 << 20) && looks_like_script(field->text())) script = field->text().substr(0, 200);
          break;
        case 5: case 10: read_tensor(field->bytes); break;
        case 6: case 11: read_graph(field->bytes, depth + 1); break;
        default: break;
      }
    }
  }

  void read_tensor(Bytes message) {
    ++model_.initializers;
    ProtobufReader reader(message);
    OnnxExternal found;
    while (auto field = reader.next()) {
      if (field->wire != 2) continue;
      if (field->number == 8) found.tensor = field->text().substr(0, 200);
      if (field->number != 13) continue;
      auto [key, value] = entry(field->bytes);
      if (key != "location") continue;
      found.location = value.substr(0, 1000);
      found.offset = offset_of(field->bytes);
    }
    if (!found.location.empty() && model_.external.size() < kMost && locations_.insert(found.location).second) model_.external.push_back(std::move(found));
  }

  const std::byte* start_;
  OnnxModel& model_;
  std::vector<Bytes> graphs_, functions_;
  std::set<std::string> local_, seen_, locations_;
};

}  // namespace

OnnxModel read_onnx(Bytes bytes) {
  OnnxModel model;
  Walk(bytes, model).read_model(bytes);
  return model;
}

bool leaves_folder(std::string_view path) {
  if (path.empty()) return false;
  if (path[0] == '/' || path[0] == '\\' || path[0] == '~' || path.find("://") != std::string_view::npos) return true;
  if (path.size() > 1 && path[1] == ':') return true;
  for (std::size_t start = 0; start <= path.size();) {
    std::size_t end = std::min(path.find_first_of("/\\", start), path.size());
    if (path.substr(start, end - start) == "..") return true;
    start = end + 1;
  }
  return path.find('\0') != std::string_view::npos;
}

}  // namespace stormwatch::format
