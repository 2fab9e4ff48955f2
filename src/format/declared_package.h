// SPDX-License-Identifier: Apache-2.0
// A package that a manifest or lock file names, as far as the file itself says it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stormwatch::format {

struct DeclaredPackage {
  std::string ecosystem;    ///< as OSV writes it: "PyPI", "npm", "Go", "crates.io"
  std::string name;         ///< as the file writes it
  std::string version;      ///< the one version that is meant; empty when the file leaves a choice
  std::string requirement;  ///< what the file says of versions: ">=0.3,<0.4", "^1.2", "git+https://...@v1"
  std::string source;       ///< URL, repository or path it comes from, when that is not the default registry
  std::uint32_t line = 0;
  bool hashed = false;
  bool direct = true;
  bool development = false;
  bool install_script = false;  ///< the lock file says that installing runs a script of it
};

struct Manifest {
  std::vector<DeclaredPackage> packages;
  std::vector<std::string> includes;       ///< other manifests it reads: "-r base.txt"
  std::vector<std::string> indexes;        ///< Python: the index that takes the default one's place, each as written
  std::vector<std::string> extra_indexes;  ///< registries beside it
};

/// PEP 503: lower case, runs of '-', '_' and '.' are one '-'.
std::string normal_python_name(std::string_view name);
/// Name and version of a wheel or source archive from its file name ("torch-2.5.1+cu121-cp311-cp311-linux_x86_64.whl");
/// false if it is none.
bool read_archive_name(std::string_view file, std::string& name, std::string& version);
/// A PEP 508 requirement without comment: name, extras, versions or URL, marker. False if it is none.
bool read_requirement(std::string_view text, DeclaredPackage& package);

}  // namespace stormwatch::format
