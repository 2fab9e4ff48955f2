// SPDX-License-Identifier: Apache-2.0
// Look-ups of package versions in the database of advisories, and how long the database takes to open: processor time of one thread, the
// least of several rounds.
//
//   lookup_bench TABLE [DATABASE.adb]
// TABLE is tab-separated with a head line that names the columns `ecosystem`, `package` or `name`, and `version`. Without a database
// the embedded table is asked.
#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "advisory/database.h"
#include "advisory/table.h"

namespace {

using stormwatch::advisory::Database;

double least_ms(int rounds, const std::function<void()>& work) {
  double least = 1e9;
  for (int round = 0; round < rounds; ++round) {
    const std::clock_t start = std::clock();
    work();
    least = std::min(least, 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  return least;
}

std::vector<std::array<std::string, 3>> packages_in(const char* path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  std::array<std::size_t, 3> columns{99, 99, 99};
  const auto head = stormwatch::advisory::split(line, '\t');
  for (std::size_t i = 0; i < head.size(); ++i) {
    if (head[i] == "ecosystem") columns[0] = i;
    if (head[i] == "package" || head[i] == "name") columns[1] = i;
    if (head[i] == "version") columns[2] = i;
  }
  std::vector<std::array<std::string, 3>> packages;
  while (std::getline(in, line)) {
    const auto cells = stormwatch::advisory::split(line, '\t');
    if (std::all_of(columns.begin(), columns.end(), [&](std::size_t column) { return column < cells.size(); }))
      packages.push_back({std::string(cells[columns[0]]), std::string(cells[columns[1]]), std::string(cells[columns[2]])});
  }
  return packages;
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) return std::fputs("lookup_bench TABLE [DATABASE.adb]\n", stderr), 1;
  const auto packages = packages_in(words[1]);
  if (packages.empty()) return std::fputs("no packages in the table\n", stderr), 1;
  const Database* asked = &Database::embedded();
  stormwatch::Result<Database> own = std::unexpected(stormwatch::Error{});
  if (count > 2) {
    const double opened = least_ms(20, [&] { own = Database::open(words[2]); });
    if (!own) return std::fputs((own.error().message() + "\n").c_str(), stderr), 1;
    const double first = least_ms(1, [&] { (void)own->look_up("PyPI", "torch", "2.0.0"); });
    std::printf("opened in %.3f ms, the first look-up took %.3f ms, %zu advisories\n", opened, first, own->count());
    asked = &*own;
  } else {
    const double first = least_ms(1, [&] { (void)asked->look_up("PyPI", "torch", "2.0.0"); });
    std::printf("embedded, the first look-up took %.3f ms, %zu advisories\n", first, asked->count());
  }
  std::size_t matches = 0;
  const double all = least_ms(9, [&] {
    matches = 0;
    for (const auto& [ecosystem, name, version] : packages) matches += asked->look_up(ecosystem, name, version).size();
  });
  std::printf("%zu look-ups, %zu matches, %.2f ms: %.1f ms for 10,000\n", packages.size(), matches, all, all * 10'000 / static_cast<double>(packages.size()));
  return 0;
}
