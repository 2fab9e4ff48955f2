// SPDX-License-Identifier: Apache-2.0
// HCL 2 (Terraform, OpenTofu, Packer) to blocks whose bodies are Node trees. HCL native syntax specification.
//
// In a body an attribute is its value, a nested block its body (a list of bodies when it stands several times; labels become
// levels), and a `dynamic "x"` block is its content under "x". Literals are values; an expression that is not a literal is a
// string "${expression}" with its source text. jsonencode(x), toset(x) and their like are x.
// A file with syntax errors gives what stands outside the errors, and `broken_line`. Never throws.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/node.h"
#include "base/result.h"

namespace stormwatch::format {

struct HclBlock {
  std::string type;                 ///< "resource"
  std::vector<std::string> labels;  ///< "aws_iam_role", "serving"
  Node body;                        ///< a map
  std::uint32_t line = 0, column = 0;
};

struct HclFile {
  std::vector<HclBlock> blocks;
  Node attributes;                ///< of the top level, as in *.tfvars
  std::uint32_t broken_line = 0;  ///< first line with a syntax error; 0: none
};

Result<HclFile> parse_hcl(std::string_view text, const Limits& limits);

/// Puts the defaults of the file's variables and its locals where "${var.x}" and "${local.x}" stand. A default of null or
/// nothing stays an expression: whoever uses the module sets it. Bounded, cycles are left as they are.
void resolve_references(HclFile& file, const Limits& limits);

}  // namespace stormwatch::format
