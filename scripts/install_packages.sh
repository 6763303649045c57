#!/usr/bin/env bash
# Install Debian packages quietly as root; tell anybody else what to install.
set -euo pipefail

if [[ "$(id -u)" != 0 ]] || ! command -v apt-get > /dev/null; then
  echo "error: not installed: $*" >&2
  echo "       (Debian: sudo apt-get install --no-install-recommends $*)" >&2
  exit 1
fi

echo "installing $*"
log="$(mktemp)"
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"; } > "$log" 2>&1 < /dev/null; then
  cat "$log" >&2
  exit 1
fi
