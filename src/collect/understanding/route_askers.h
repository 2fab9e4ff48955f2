// SPDX-License-Identifier: Apache-2.0
// Whether something of Python or JavaScript asks who calls: dependencies, decorators, middlewares, guards, and the body of a handler.
//
// What asks is known by its name or by its code: it refuses with 401, reads a session or a token that the caller sent. What can be
// neither named nor read may ask: doubt is "yes".
#pragma once

#include "collect/understanding/near_files.h"

namespace stormwatch::collect {

/// A name of something that asks: verify_token, requireAuth, CurrentUser. An Author is nobody's login.
bool is_name_of_asking(std::string_view name);
/// Code that asks: it refuses with 401, reads a session, a user, a token or a signature that the caller sent.
bool asks_in_text(std::string_view code);
/// The same of a function that a handler calls: only what refuses or names the caller, for what it reads may be its own rights elsewhere.
bool refuses_in_text(std::string_view code);
/// The function asks, or one that it calls (to a small depth).
bool function_asks(NearFiles& files, const CodeFile& file, code::Index function, int depth = 0);
/// A dependency, decorator, middleware or guard given as a value: `Depends(get_user)`, `requireAuth`, `[authenticate, handle]`.
bool value_asks(NearFiles& files, const CodeFile& file, code::Index value, int depth = 0);
/// What the parameters of a Python function bring: Depends(...), Annotated types, headers of authorization.
bool parameters_ask(NearFiles& files, const CodeFile& file, code::Index function);
/// The file puts something that asks before all routes: middlewares, dependencies of an application, router or mount, hooks, guards.
bool asks_of_all(NearFiles& files, const CodeFile& file);

}  // namespace stormwatch::collect
