// SPDX-License-Identifier: Apache-2.0
// What a tool does to the flow of data, told from its name and arguments: it brings texts of strangers, reads what is secret, or sends out.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace stormwatch::match {

struct ToolFlow {
  bool untrusted = false;  ///< its results are written by others: pages, mails, issues
  bool sensitive = false;  ///< it reads credentials
  bool outbound = false;   ///< it carries data to a place outside
};

/// `texts`: the string arguments.
ToolFlow flow_of(std::string_view tool, std::span<const std::string_view> texts);
/// A path to keys, tokens, passwords: "~/.ssh/id_rsa", ".env", "/etc/shadow".
bool is_secret_path(std::string_view path);
/// A host where what was taken is left for somebody to collect: request bins, tunnels, pastes. Lower case.
bool is_drop_site(std::string_view host);
/// The name that such a host is known by ("webhook"), for asking whether somebody speaks of it; empty if it is none.
std::string_view drop_site_of(std::string_view host);
/// Host of an absolute URL in lower case without port and user; empty if it has none.
std::string host_of(std::string_view url);
/// `*` stands for any run of characters; no other magic. Case is ignored.
bool wildcard_matches(std::string_view pattern, std::string_view name);

}  // namespace stormwatch::match
