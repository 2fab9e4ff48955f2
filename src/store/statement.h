// SPDX-License-Identifier: Apache-2.0
// SQLite handles that close themselves, and prepared statements; every failure is an Error with SQLite's own message.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace stormwatch::store {

struct CloseConnection {
  void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Connection = std::unique_ptr<sqlite3, CloseConnection>;

inline Error error_of(sqlite3* connection, const std::string& path) {
  return Error{std::string(sqlite3_errmsg(connection)), path, {}, {}};
}

/// A prepared statement. Parameters are bound in order; text is copied.
class Statement {
 public:
  Statement(sqlite3* connection, std::string_view sql) {
    sqlite3_stmt* raw = nullptr;
    good_ = sqlite3_prepare_v2(connection, sql.data(), static_cast<int>(sql.size()), &raw, nullptr) == SQLITE_OK;
    statement_.reset(raw);
  }
  Statement& bind(std::string_view text) {
    good_ = good_ && sqlite3_bind_text64(statement_.get(), ++next_, text.data() ? text.data() : "", text.size(), SQLITE_TRANSIENT, SQLITE_UTF8) == SQLITE_OK;
    return *this;
  }
  Statement& bind(std::int64_t number) {
    good_ = good_ && sqlite3_bind_int64(statement_.get(), ++next_, number) == SQLITE_OK;
    return *this;
  }
  Statement& bind(double number) {
    good_ = good_ && sqlite3_bind_double(statement_.get(), ++next_, number) == SQLITE_OK;
    return *this;
  }
  /// True: a row is there. False: the end, or a failure; then `failed()`.
  bool step() {
    if (!good_) return false;
    int state = sqlite3_step(statement_.get());
    good_ = state == SQLITE_ROW || state == SQLITE_DONE;
    return state == SQLITE_ROW;
  }
  /// Runs to the end and makes ready for the next row of parameters.
  bool run() {
    while (step()) {}
    sqlite3_reset(statement_.get());
    next_ = 0;
    return good_;
  }
  [[nodiscard]] bool failed() const { return !good_; }
  [[nodiscard]] std::string text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    return bytes ? std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))) : std::string{};
  }
  [[nodiscard]] std::int64_t number(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  [[nodiscard]] int columns() const { return sqlite3_column_count(statement_.get()); }
  [[nodiscard]] std::string column_name(int column) const {
    const char* name = sqlite3_column_name(statement_.get(), column);
    return name ? name : "";
  }

 private:
  std::unique_ptr<sqlite3_stmt, FinalizeStatement> statement_;
  int next_ = 0;
  bool good_ = true;
};

}  // namespace stormwatch::store
