// SPDX-License-Identifier: Apache-2.0
// The tables of the store and their version (PRAGMA user_version).
#pragma once

#include <string_view>

namespace stormwatch::store {

inline constexpr int kSchemaVersion = 1;
/// Marks our files for other programs (PRAGMA application_id): "StWa".
inline constexpr int kApplicationId = 0x53745761;

inline constexpr std::string_view kSchema = R"sql(
CREATE TABLE scan(
  id INTEGER PRIMARY KEY, started TEXT NOT NULL, finished TEXT NOT NULL, seconds REAL NOT NULL, subject TEXT NOT NULL,
  targets TEXT NOT NULL, tool_version TEXT NOT NULL, advisories_date TEXT NOT NULL,
  files INTEGER NOT NULL, assets INTEGER NOT NULL, findings INTEGER NOT NULL) STRICT;
CREATE INDEX scan_subject ON scan(subject, id);
CREATE TABLE report(scan INTEGER PRIMARY KEY REFERENCES scan(id) ON DELETE CASCADE, json TEXT NOT NULL) STRICT;
CREATE TABLE asset(
  scan INTEGER NOT NULL REFERENCES scan(id) ON DELETE CASCADE, id TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL,
  path TEXT NOT NULL, line INTEGER NOT NULL, PRIMARY KEY(scan, id)) STRICT, WITHOUT ROWID;
CREATE TABLE relation(
  scan INTEGER NOT NULL REFERENCES scan(id) ON DELETE CASCADE, source TEXT NOT NULL, kind TEXT NOT NULL, destination TEXT NOT NULL,
  PRIMARY KEY(scan, source, kind, destination)) STRICT, WITHOUT ROWID;
CREATE TABLE finding(
  scan INTEGER NOT NULL REFERENCES scan(id) ON DELETE CASCADE, id TEXT NOT NULL, rule TEXT NOT NULL, title TEXT NOT NULL, severity TEXT NOT NULL,
  confidence TEXT NOT NULL, vector TEXT NOT NULL, asset TEXT NOT NULL, path TEXT NOT NULL, member TEXT NOT NULL,
  line INTEGER NOT NULL, context TEXT NOT NULL, PRIMARY KEY(scan, id)) STRICT, WITHOUT ROWID;
CREATE TABLE history(
  subject TEXT NOT NULL, id TEXT NOT NULL, rule TEXT NOT NULL, title TEXT NOT NULL, severity TEXT NOT NULL, state TEXT NOT NULL,
  first_seen TEXT NOT NULL, last_seen TEXT NOT NULL, fixed_at TEXT NOT NULL, PRIMARY KEY(subject, id)) STRICT, WITHOUT ROWID;
CREATE TABLE incident(
  scan INTEGER NOT NULL REFERENCES scan(id) ON DELETE CASCADE, id TEXT NOT NULL, type TEXT NOT NULL, title TEXT NOT NULL, asset TEXT NOT NULL,
  level TEXT NOT NULL, p7 REAL NOT NULL, p30 REAL NOT NULL, p90 REAL NOT NULL, low REAL NOT NULL, high REAL NOT NULL,
  PRIMARY KEY(scan, id)) STRICT, WITHOUT ROWID;
)sql";

}  // namespace stormwatch::store
