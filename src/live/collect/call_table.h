// SPDX-License-Identifier: Apache-2.0
// Which calls make an export of a running system: data (calls/*.yaml), a table each platform. Only calls that read are let in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/node.h"
#include "base/result.h"

namespace stormwatch::live {

/// How a service is spoken to.
struct CalledService {
  enum class Speaks : std::uint8_t { rest, json, query, xml };
  std::string name, host;     ///< host may hold {region}
  Speaks speaks = Speaks::rest;
  std::string signs, target, version, region;  ///< of AWS: signing name, prefix of X-Amz-Target, version of the interface, the one region it has
};

struct Call {
  std::string name;       ///< of its file; empty for one within another
  std::string service, operation, method, path, accept;
  Node with;              ///< parameters: JSON body, query or form, as the service speaks
  std::string items;      ///< way to the list in the answer, "*" goes through a list; empty: the answer is one thing
  std::string kind;       ///< type of its items for the readers; empty: the items say it
  std::string called;     ///< where an item's name stands
  std::string take, as;   ///< part of the answer to add to the item, and its name there
  std::string needs;      ///< the answer counts only if it has this member
  std::string page_from, page_to;  ///< way to the next page's token, and the parameter it is sent as ("url": it is the address of the next page)
  bool paged_in_query = false;
  bool once = false;      ///< the same in every region
  bool silent = false;    ///< its items are only asked about further, not kept
  bool names_only = false;  ///< of an item only name, namespace and type are kept
  std::vector<std::string> none;   ///< statuses and error codes that say that there is none
  std::vector<Call> then;
};

struct CallTable {
  std::string platform;
  std::vector<CalledService> services;
  std::vector<Call> calls;
  std::vector<Call> identity;  ///< none or one: who is asking
  std::vector<Call> scopes;    ///< none or one: what there is to ask about (subscriptions)

  [[nodiscard]] const CalledService* service(std::string_view name) const;
};

/// The table that the executable carries for aws, azure, gcp or kubernetes. An unknown key, an unknown service or a call that may
/// write is an Error with its line.
Result<CallTable> load_calls(std::string_view platform);
Result<CallTable> read_calls(std::string_view yaml, const std::string& file);

}  // namespace stormwatch::live
