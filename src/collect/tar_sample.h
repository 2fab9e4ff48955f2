// SPDX-License-Identifier: Apache-2.0
// A tar archive for tests, made of names and contents.
#pragma once

#include <cstdio>
#include <map>
#include <string>

namespace stormwatch::collect {

inline std::string tar_of(const std::map<std::string, std::string>& members) {
  std::string out;
  for (const auto& [name, data] : members) {
    std::string header(512, '\0');
    header.replace(0, name.size(), name);
    char octal[16];
    std::snprintf(octal, sizeof octal, "%011zo", data.size());
    header.replace(124, 11, octal);
    header.replace(257, 8, std::string("ustar\00000", 8));
    header.replace(148, 8, "        ");
    unsigned sum = 0;
    for (char c : header) sum += static_cast<unsigned char>(c);
    std::snprintf(octal, sizeof octal, "%06o", sum);
    header.replace(148, 7, octal, 7);
    std::string padded = data;
    padded.resize((data.size() + 511) / 512 * 512);
    out += header + padded;
  }
  return out + std::string(1024, '\0');
}

}  // namespace stormwatch::collect
