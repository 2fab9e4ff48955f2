#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Proves that ./run.sh and ./test.sh work on a bare Debian 12: makes a root with debootstrap, copies the checkout in, runs both.
# Needs root, debootstrap and the network of the package managers; takes about 20 minutes. Not part of test.sh.
#
#   tests/fresh_machine.sh [FOLDER]     the root is made in FOLDER (a new temporary one), and removed at the end
set -euo pipefail
checkout=$(cd "$(dirname "$0")/.." && pwd)
root=${1:-$(mktemp -d /var/tmp/stormwatch-fresh.XXXXXX)}
suite=bookworm
[ "$(id -u)" -eq 0 ] || { echo "run as root: debootstrap and chroot need it" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "debootstrap is not installed" >&2; exit 1; }

finish() {
  for mount in proc dev; do mountpoint -q "$root/$mount" && umount -l "$root/$mount"; done
  [ -n "${KEEP:-}" ] || rm -rf --one-file-system "$root"
}
trap finish EXIT

mirror=$(sed -n 's/^URIs: *//p; s/^deb \(\[[^]]*\] \)\?\([^ ]*\) .*/\2/p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | grep -m1 debian || true)
debootstrap --variant=minbase "$suite" "$root" ${mirror:+"$mirror"} >"$root.log" 2>&1 || { tail -n 20 "$root.log" >&2; exit 1; }
rm -f "$root.log"
# the machine's own way to the package managers, and nothing else of it
for file in /etc/apt/sources.list /etc/apt/apt.conf /etc/resolv.conf /etc/hosts /root/.npmrc /etc/npmrc; do
  [ -f "$file" ] && install -D "$file" "$root$file"
done
for folder in /etc/apt/sources.list.d /etc/apt/apt.conf.d /etc/apt/trusted.gpg.d /etc/apt/keyrings /etc/ssl/certs /usr/local/share/ca-certificates; do
  [ -d "$folder" ] && mkdir -p "$root$folder" && cp -aL "$folder/." "$root$folder/" 2>/dev/null
done
mkdir -p "$root/src/stormwatch"
git -C "$checkout" archive HEAD | tar -x -C "$root/src/stormwatch"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev" && mount --make-rslave "$root/dev"

inside() { env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
  ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} ${npm_config_registry:+npm_config_registry="$npm_config_registry"} \
  chroot "$root" sh -c "cd /src/stormwatch && $1"; }
inside './run.sh'
inside 'test -s stormwatch-report.html'
inside './test.sh'
echo "both commands work on a bare Debian 12 ($suite)"
