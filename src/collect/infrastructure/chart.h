// SPDX-License-Identifier: Apache-2.0
// A Helm chart that lies in the target: which files are its templates, and what they write with the chart's own values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/node.h"
#include "collect/source.h"

namespace stormwatch::collect {

/// A template file of the chart with the manifests it writes; lines are the template's.
struct ChartFile {
  std::string path;
  std::vector<Node> documents;
};

struct RenderedChart {
  std::vector<ChartFile> files;
  std::vector<Gap> gaps;  ///< templates that could not be written, with the line
};

/// `source` is the Chart.yaml. Subcharts in charts/ (folders and packed: then a file's path is ARCHIVE!/MEMBER), library charts beside
/// it in the target. `other_values`: a file whose values go before the chart's own.
RenderedChart render_chart(const Source& source, const std::string& other_values = {});

/// Paths of other values files beside the chart's own, at most eight: values-prod.yaml, prod-values.yaml ...
std::vector<std::string> other_values_of(const Source& source);

/// An archive in the charts folder of a chart: read with that.
bool is_packed_subchart(const FileIndex* files, std::string_view path);

/// The path is below the templates folder of a chart, or the chart of another's charts folder: then Chart.yaml's collector reads it.
bool is_chart_template(const FileIndex* files, std::string_view path);
bool is_subchart(const FileIndex* files, std::string_view folder);

}  // namespace stormwatch::collect
