#!/usr/bin/env bash
# Install Node.js if it is missing, and what tests/node/package.json pins.
set -euo pipefail

here="$(cd "$(dirname "$0")" && pwd)"
place="$here/../tests/node"
packages=()
command -v node > /dev/null || packages+=(nodejs)
command -v npm > /dev/null || packages+=(npm)
if [[ ${#packages[@]} != 0 ]]; then
  "$here/install_packages.sh" "${packages[@]}"
fi

stamp="$place/node_modules/.provided"
if ! cmp -s "$place/package.json" "$stamp"; then
  echo "installing what tests/node needs"
  # No package's own script runs; none of these needs one.
  npm install --prefix "$place" --ignore-scripts --no-package-lock --no-audit --no-fund --silent
  cp "$place/package.json" "$stamp"
fi
