// SPDX-License-Identifier: Apache-2.0
#include "collect/keras_config.h"

#include <set>

#include "format/pickle_globals.h"

namespace stormwatch::collect {
namespace {

constexpr std::string_view kLayers =
    " Sequential Functional Model InputLayer Input Dense Activation Embedding EmbeddingBag Masking Lambda Conv1D Conv2D Conv3D Conv1DTranspose Conv2DTranspose "
    "Conv3DTranspose SeparableConv1D SeparableConv2D DepthwiseConv1D DepthwiseConv2D Convolution1D Convolution2D MaxPooling1D MaxPooling2D MaxPooling3D "
    "AveragePooling1D AveragePooling2D AveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D GlobalAveragePooling1D GlobalAveragePooling2D "
    "GlobalAveragePooling3D AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveMaxPooling1D AdaptiveMaxPooling2D LSTM GRU SimpleRNN TimeDistributed "
    "Bidirectional ConvLSTM1D ConvLSTM2D ConvLSTM3D RNN StackedRNNCells LSTMCell GRUCell SimpleRNNCell CuDNNLSTM CuDNNGRU LSTMV2 GRUV2 "
    "TextVectorization Normalization Discretization CategoryEncoding Hashing HashedCrossing StringLookup IntegerLookup RandomCrop RandomFlip RandomTranslation "
    "RandomRotation RandomZoom RandomHeight RandomWidth RandomContrast RandomBrightness RandomColorJitter RandomSharpness RandomHue RandomSaturation "
    "RandomGrayscale RandomShear RandomErasing RandomInvert RandomPerspective RandomPosterization RandomElasticTransform AutoContrast Equalization Solarization "
    "MixUp CutMix RandAugment AugMix Pipeline STFTSpectrogram MelSpectrogram Resizing Rescaling CenterCrop MaxNumBoundingBoxes "
    "BatchNormalization BatchNormalizationV1 BatchNormalizationV2 SyncBatchNormalization LayerNormalization UnitNormalization GroupNormalization "
    "SpectralNormalization RMSNormalization Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D GaussianDropout GaussianNoise AlphaDropout "
    "ActivityRegularization MultiHeadAttention GroupedQueryAttention GroupQueryAttention Attention AdditiveAttention Reshape Flatten RepeatVector Permute "
    "Cropping1D Cropping2D Cropping3D UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D Concatenate Average Maximum Minimum Add "
    "Subtract Multiply Dot Merge ReLU Softmax LeakyReLU PReLU ELU ThresholdedReLU EinsumDense LocallyConnected1D LocallyConnected2D DenseFeatures "
    "TFOpLambda SlicingOpLambda TensorFlowOpLayer TFSMLayer TorchModuleWrapper JaxLayer FlaxLayer Identity Wrapper ClassMethod InstanceMethod InstanceProperty "
    "NotEqual TFClassMethodDispatcher Highway MaxoutDense ";

bool is_own_layer(std::string_view name) {
  return !name.empty() && name.find(' ') == std::string_view::npos && kLayers.find(" " + std::string(name) + " ") != std::string_view::npos;
}

bool is_keras_module(std::string_view module) {
  for (std::string_view own : {"keras", "tensorflow", "tf_keras", "keras_core", "keras_hub", "keras_nlp", "keras_cv", "builtins"})
    if (module == own || module.starts_with(std::string(own) + ".")) return true;
  return module.empty();
}

std::string decoded_base64(std::string_view text) {
  std::string out;
  unsigned held = 0;
  int bits = 0;
  for (char c : text) {
    int value = c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : c >= '0' && c <= '9' ? c - '0' + 52 : c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
    if (value < 0) continue;
    held = held << 6 | static_cast<unsigned>(value);
    if ((bits += 6) >= 8) {
      bits -= 8;
      out += static_cast<char>(held >> bits & 0xff);
    }
    if (out.size() > (1 << 20)) break;
  }
  return out;
}

/// Dangerous names among the words of marshalled bytecode.
std::string words_of(std::string_view code) {
  std::set<std::string> found;
  std::string word;
  for (char c : code) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (letter) {
      word += c;
      continue;
    }
    // Marshal writes lengths and type marks as single bytes before a name; they may be letters.
    for (std::size_t skip = 0; skip < 3 && skip < word.size(); ++skip)
      if (format::is_dangerous_word(std::string_view(word).substr(skip))) found.insert(word.substr(skip));
    word.clear();
  }
  if (format::is_dangerous_word(word)) found.insert(word);
  std::string names;
  for (const std::string& name : found) (names += names.empty() ? "" : ", ") += name;
  return names;
}

class Walk {
 public:
  Walk(const Source& source, std::int64_t offset, Observation& observation, Asset& asset)
      : source_(source), offset_(offset), observation_(observation), asset_(asset) {}

  void read(const Node& node, bool layer, int depth) {
    if (depth > 60 || ++nodes_ > 500'000) return;
    if (node.is_list()) {
      for (const Node& item : node.items) read(item, layer, depth + 1);
      return;
    }
    if (!node.is_map()) return;
    std::string_view name = node.text("class_name");
    if (!name.empty()) read_object(node, name, layer);
    for (const Node::Member& member : node.members)
      read(member.value, member.key == "layers" || member.key == "layer" || member.key == "cell", depth + 1);
  }

 private:
  void say(std::string subject, std::string detail, const Node& node) {
    Sighting sighting = sighting_at(source_, "embedded-code", std::move(subject), std::move(detail), offset_);
    if (offset_ < 0) {
      sighting.place.line = node.line;
      sighting.place.column = node.column;
    }
    add_sighting(source_, observation_, asset_, std::move(sighting));
  }

  void read_lambda(const Node& node) {
    const Node* config = node.find("config");
    const Node* function = config ? config->find("function") : nullptr;
    if (!function) function = config && config->find("code") ? config : nullptr;
    if (!function) return say("keras-lambda", "a Lambda layer without a function", node);
    std::string_view code;
    if (function->is_list() && !function->items.empty()) code = function->items[0].scalar;
    else if (const Node* inner = function->find("config"); inner && inner->is_map()) code = inner->text("code");
    else if (function->is_map()) code = function->text("code");
    if (!code.empty()) {
      std::string words = words_of(decoded_base64(code));
      return say("keras-lambda", "a Lambda layer with marshalled bytecode" + (words.empty() ? "" : " that uses " + words), node);
    }
    say("keras-named-function", "a Lambda layer that calls the function " + std::string(function->is_string() ? std::string_view(function->scalar) : function->text("config")).substr(0, 100), node);
  }

  void read_object(const Node& node, std::string_view name, bool layer) {
    std::string module(node.text("module"));
    std::string registered(node.text("registered_name"));
    if (name == "Lambda" || name == "__lambda__") return read_lambda(node);
    // Keras 3 imports `module` and takes `class_name` from it, or for functions the name in `config`.
    std::string wanted(name == "function" || name == "builtin_function_or_method" ? node.text("config") : name);
    if (!module.empty()) {
      format::GlobalGroup group = format::group_of_global(module, wanted);
      std::string top = module.substr(0, module.find('.'));
      bool foreign = !is_keras_module(module);
      if ((foreign || module == "builtins") && (format::is_dangerous(group) || (foreign && format::is_standard_module(top))))
        return say("keras-dangerous-object", std::string(format::name_of(group)) + ": " + module + "." + wanted, node);
      if (foreign) return say("keras-custom-class", module + "." + wanted + (registered.empty() ? "" : ", registered as " + registered), node);
    }
    if (module.empty() && layer && !is_own_layer(name)) say("keras-custom-class", std::string(name), node);
  }

  const Source& source_;
  std::int64_t offset_;
  Observation& observation_;
  Asset& asset_;
  int nodes_ = 0;
};

}  // namespace

bool is_keras_config(const Node& root) {
  return root.is_map() && root.find("class_name") && root.find("config") && (root.find("config")->is_map() || root.find("config")->is_list());
}

void add_keras_config(const Source& source, const Node& root, std::int64_t offset, Observation& observation, Asset& asset) {
  auto& facts = std::get<ModelFacts>(asset.facts);
  if (facts.architecture.empty()) facts.architecture = excerpt_of(root.text("class_name"), 120);
  Walk(source, offset, observation, asset).read(root, true, 0);
}

}  // namespace stormwatch::collect
