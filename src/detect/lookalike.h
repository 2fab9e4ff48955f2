// SPDX-License-Identifier: Apache-2.0
// Names that are read as another, well-known name: of publishers, of packages.
//
// Compared as they are read, not as they are spelled: digits for letters, look-alike letters, separators. What is near by chance is kept
// quiet by length (short names are near to honest ones) and by lists of honest neighbours (known.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "detect/known.h"

namespace stormwatch::detect {

/// Lower case, without separators, digits and letters of other alphabets as the letters they look like.
std::string as_read(std::string_view name);
/// One letter more, less, other, or two neighbours exchanged: Damerau's distance 1.
bool one_slip(std::string_view a, std::string_view b);

Spelling spelling_of(std::string_view name);

struct Lookalike {
  std::string_view meant;  ///< the well-known name; lives as long as `known`
  std::string_view how;    ///< "a letter left out", "another scope" ...
};
/// The well-known package that the name is read as; nullopt for well-known names themselves, their honest neighbours and all others.
/// The name as registries compare it (PyPI: PEP 503).
std::optional<Lookalike> lookalike_of(std::string_view ecosystem, std::string_view name, const Known& known);

}  // namespace stormwatch::detect
