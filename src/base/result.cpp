// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

namespace stormwatch {

std::string Error::message() const {
  std::string line;
  if (!where.empty()) line += where + ": ";
  if (!position.empty()) line += position + ": ";
  line += what;
  if (!expected.empty()) line += " (expected " + expected + ")";
  return line;
}

}  // namespace stormwatch
