// SPDX-License-Identifier: Apache-2.0
// Sightings of source code: on the tool, server or application that the expression belongs to, with a redacted excerpt.
#pragma once

#include "collect/understanding/view.h"

namespace stormwatch::collect {

/// The expression's source text, at most 160 bytes, without what may be a key.
std::string shown(const View& view, code::Index expression);
void sight(View& view, std::string what, std::string subject, std::string detail, code::Index expression, Confidence confidence = Confidence::high);

/// What a tool does or carries that its description does not say: copies, self-declared attacks.
class PossibleValues;
void observe_disguise(View& view, const PossibleValues& values);
/// Orders to the model in results, resources and prompts; descriptions that change after a user has read them.
void observe_planted_text(View& view, const PossibleValues& values);
/// Data that leaves as part of a host name which is looked up.
void observe_name_lookups(View& view);
/// What setup.py does on the machine that installs the package.
void observe_setup(View& view);
/// Memory of conversations that all callers of a route share.
void observe_shared_memory(View& view, const PossibleValues& values);
/// Deserialisers and settings of Go, Java and C#.
void observe_typed_risks(View& view);
/// Routes of Java and C# that drive a model and ask nobody who calls.
void observe_open_routes(View& view);
/// The same of Python and JavaScript.
void observe_open_web_routes(View& view);
/// Tools that let the model choose whose data they open although the session knows.
void observe_tool_identity(View& view);
/// Requests from the European Union that may be worked on anywhere.
void observe_regions(View& view);
/// Code that uses up memory, time, threads or disk without bound.
void observe_exhaustion(View& view, const PossibleValues& values);

}  // namespace stormwatch::collect
