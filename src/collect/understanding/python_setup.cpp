// SPDX-License-Identifier: Apache-2.0
// setup.py runs on the machine that installs a package, with the rights of whoever installs: what attacks there is an install script.
#include "base/text.h"
#include "collect/understanding/sight.h"

namespace stormwatch::collect {

void observe_setup(View& v) {
  if (v.source.name != "setup.py" || v.source.context == "test") return;
  for (Asset& asset : v.out.assets) {
    std::vector<Sighting> attacks;
    for (const Sighting& s : asset.sightings) {
      const bool command = s.what == "dangerous-command" && one_of(s.subject, {"download-and-run", "decode-and-run", "reverse-shell", "persistence", "trace-removal"});
      if (!command && !(s.what == "exfiltration" && s.subject == "credential-sent")) continue;
      Sighting attack = s;
      attack.what = "install-script";
      attack.subject = "setup.py";
      attacks.push_back(std::move(attack));
    }
    std::ranges::move(attacks, std::back_inserter(asset.sightings));
  }
}

}  // namespace stormwatch::collect
