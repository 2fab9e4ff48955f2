// SPDX-License-Identifier: Apache-2.0
// What a call does to the world, known from the qualified name of what is called: a table of the standard libraries of Python and
// Node and of the packages that agents use.
#pragma once

#include <cstdint>
#include <string_view>

#include "code/names.h"

namespace stormwatch::code {

enum class Effect : std::uint8_t {
  none, shell, process, evaluate, import_code, deserialize, read_file, write_file, remove_file, permission, archive, fetch, send,
  message, browse, database, transact, environment, secret_store, listen, html, template_text, model, user_input
};
std::string_view name_of(Effect effect);
/// The capability word of posture/facts.h (ToolFacts::capabilities); empty for effects that are none.
std::string_view capability_of(Effect effect);

/// The effect and the argument through which a value steers it (kNone: none in particular).
struct CallEffect {
  Effect effect = Effect::none;
  Index argument = kNone;
  std::string_view what;  ///< exec, eval, shell, sql, html, file, url, path ...: the sink as sightings name it; empty: no sink
};

CallEffect effect_of(const Names& names, const Expression& call);

/// A call whose answer is text made by a model: chat completions, messages, chains, agents.
bool is_model_call(const Names& names, const Expression& call);
/// The same of Python and JavaScript for a qualified name alone: "langchain_openai.ChatOpenAI.invoke".
bool is_model_name(std::string_view name);
/// The argument is a command line for a shell: one string, or a list that starts a shell with -c.
bool is_shell_line(const Names& names, const Expression& call);

}  // namespace stormwatch::code
