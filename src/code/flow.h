// SPDX-License-Identifier: Apache-2.0
// Where data goes within one file, and through the functions of other files that `FindFar` knows: from what people, models, pages and credentials say to what runs, reads, writes or sends.
//
// Each function is walked in source order; branches are joined; a call of a function of the same file uses its summary (which
// parameters come back, which reach a sink). A few rounds reach the fixed point. `x = clean(x)` replaces, any other assignment
// adds. What a test looked at is known where the test governs (guards.h), also in functions it is handed to. Calls of unknown functions let through only the object's data, known conversions let through their arguments, known
// checks and conversions (int, shlex.quote, basename ...) stop it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "code/effects.h"
#include "code/roles.h"

namespace stormwatch::code {

/// kCredential: a credential file, a key store or the whole environment; kSecretVariable: one variable with a secret's name;
/// kPersonal: clipboard, screen, keyboard. kRetrieved: texts of an index, documents, mail (foreign_text.h).
enum Label : std::uint32_t {
  kModelOutput = 1, kUserInput = 2, kToolArgument = 4, kWebContent = 8, kCredential = 16, kFileContent = 32, kDecoded = 64, kEnvironment = 128, kPersonal = 256, kSecretVariable = 512,
  kToolResult = 1024, kRetrieved = 2048
};
/// "model output", "tool argument" ...: the most telling of the labels.
std::string_view name_of_label(std::uint32_t labels);

struct Flow {
  std::uint32_t labels = 0;
  std::string what;       ///< the sink: exec, eval, shell, process, sql, path, url, template, format, ldap, xpath, html, import, deserialize, network, system-prompt, result
  Effect effect{};
  Index call = kNone;     ///< the sink's expression
  Index owner = kNone;    ///< the function it stands in
  Index origin = kNone;   ///< where the data came from, if one place is known
  bool guarded = false;   ///< the value was tested before, or a person agreed
  bool approved = false;  ///< a person agreed before
  std::string guard;      ///< where that is told: "a check in line 12", "a person agrees in line 3 of b.py"; "" when no one place is known
  bool unused = false;    ///< the call's answer is thrown away
  std::string beyond;     ///< the sink stands in another file that `call` leads to: "b.py:12 subprocess.run"; else empty
};

struct Flows {
  std::vector<Flow> flows;                    ///< in source order, one a (call, what)
  std::vector<std::vector<CallEffect>> effects;  ///< by function (last: module level), own and of called functions of this file
  std::vector<std::vector<Index>> calls;         ///< by function: the call expressions of `effects`, same positions
  std::vector<bool> waits;                       ///< by function: something in it runs only when a person agreed
};

/// One sink that a function of another file hands its parameters to.
struct FarSink {
  std::uint32_t parameters = 0;  ///< bit i: the i-th parameter
  std::string what;              ///< as Flow::what
  Effect effect{};
  bool guarded = false, approved = false;
  std::string guard;             ///< as Flow::guard
  std::string beyond;            ///< as Flow::beyond; from `summarise` without the file, which it does not know
  Spot spot;
};

/// What a function does with what it is given and what it gives back, for callers in other files.
struct Summary {
  std::vector<std::string> parameters;
  bool has_object = false;       ///< the first parameter is self or cls
  std::vector<FarSink> sinks;
  std::uint32_t returned = 0;    ///< bit i: the i-th parameter comes back, unchecked
  std::uint32_t labels = 0;      ///< of what it gives back whatever it is given
  std::uint32_t judged = 0;      ///< bit i: its answer says whether the i-th parameter is in order
  std::uint32_t refused = 0;     ///< bit i: it raises when the i-th parameter is not in order
  bool asks = false;             ///< it gives back, or insists on, a person's agreement
  bool insists = false;          ///< it raises when a person did not agree
};

/// The function that `member` names ("run", "Runner.run"; empty: the import itself) in what was imported; null when it is not known.
using FindFar = std::function<const Summary*(const Import& import, std::string_view member)>;

Flows follow(const Names& names, const std::vector<Role>& roles, const FindFar& far = {});

/// The first 16 parameters count. Sinks are those that run, query or rebuild something; paths, addresses and imported names are
/// judged within one file only, where the checks on them are seen.
Summary summarise(const Names& names, Index function, const FindFar& far = {});

/// A path or name of a file that holds credentials: ~/.ssh, ~/.aws/credentials, /etc/shadow, browser profiles ...
bool is_credential_path(std::string_view path);
/// An environment variable whose name says that it holds a secret.
bool is_secret_name(std::string_view name);

}  // namespace stormwatch::code
