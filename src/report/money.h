// SPDX-License-Identifier: Apache-2.0
// Sums of money as people read them.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace stormwatch::report {

/// "$950", "$24k", "$1.3M"; "EUR 24k". `digits`: behind the point of thousands.
inline std::string money(double amount, std::string_view currency = "USD", int digits = 0) {
  const std::string sign = currency == "USD" ? "$" : std::string(currency) + " ";
  if (amount >= 1e6) return fmt::format("{}{:.{}f}M", sign, amount / 1e6, digits + 1);
  if (amount >= 1e3) return fmt::format("{}{:.{}f}k", sign, amount / 1e3, digits);
  return fmt::format("{}{:.0f}", sign, amount);
}

}  // namespace stormwatch::report
