// SPDX-License-Identifier: Apache-2.0
// What a name in a pickle can do when it is called: vetted reconstructors first, then what is known to be dangerous, then what
// kind of unknown it is. Knowledge about names only; how bad a use is, is judged in detect.
#pragma once

#include <cstdint>
#include <string_view>

namespace stormwatch::format {

enum class GlobalGroup : std::uint8_t {
  vetted,              ///< only builds data
  torchscript_class,   ///< __torch__...: compiled code of the same archive
  custom_class,        ///< a class outside the vetted libraries
  custom_reducer,      ///< an unknown function whose name is that of a reducer: _rebuild_x, _unpickle_y
  custom_function,     ///< an unknown function of an unknown module
  library_function,    ///< a function of a known library that is no known reconstructor
  standard_library,    ///< something of Python's standard library that is no known reconstructor
  resolver,            ///< turns text into code: getattr, import, resolve_name
  cipher,              ///< decrypts: weights need no key
  files,               ///< reads, writes or deletes files
  network,             ///< opens connections
  loads_code,          ///< loads pickles, modules, native libraries, packages
  runs_process,        ///< starts programs
  runs_code            ///< evaluates code
};

std::string_view name_of(GlobalGroup group);
constexpr bool is_dangerous(GlobalGroup group) { return group >= GlobalGroup::resolver; }

/// `name` may be a qualified one ("Bdb.run"); Python 2 module names and aliases reached through another module
/// ("shutil" + "os.system") are understood. Names of more than 1024 bytes or 16 parts count as resolvers: nobody writes them.
GlobalGroup group_of_global(std::string_view module, std::string_view name);

/// Splits "package.module.Class.method" where the module is not known: at the last part that begins in lower case before a
/// class, or before the last part.
GlobalGroup group_of_global(std::string_view dotted);

bool is_standard_module(std::string_view top_module);
/// Names that code needs to do harm: eval, exec, system, Popen, urlopen ...
bool is_dangerous_word(std::string_view name);

}  // namespace stormwatch::format
