#!/bin/bash
# What `make test` needs beyond Python, Node and make: two browsers, fonts for the scripts people write in, a debugger,
# what makes networks for a desk that has none, and PostgreSQL: the package's programs, of which tests start their own;
# the server that Debian sets up is not used.
#
#   deploy/tools.sh           installs what is missing (Debian; as root, or with sudo)
#   deploy/tools.sh --check   says what is missing, exit 1 if anything is
set -euo pipefail

# command or file that shows a package is there (a pattern may stand for its version) -> package
declare -A NEEDED=(
  [/usr/bin/chromium]=chromium
  [/usr/bin/firefox-esr]=firefox-esr
  [/usr/bin/gdb]=gdb
  [/sbin/ip]=iproute2
  [/usr/lib/postgresql/*/bin/postgres]=postgresql
  [/usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf]=fonts-noto-core
  [/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf]=fonts-droid-fallback
)

missing=()
for sign in "${!NEEDED[@]}"; do
  compgen -G "$sign" >/dev/null || missing+=("${NEEDED[$sign]}")
done

if [[ ${#missing[@]} -eq 0 ]]; then
  exit 0
fi
if [[ ${1:-} == --check ]]; then
  echo "missing: ${missing[*]}   (make tools installs them)" >&2
  exit 1
fi

as_root=()
if [[ $EUID -ne 0 ]]; then
  command -v sudo >/dev/null || { echo "tools: needs root or sudo to install: ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
"${as_root[@]}" apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
