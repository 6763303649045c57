#!/usr/bin/env bash
# Install what the tests run on and is not there yet: MariaDB, Redis, Chromium, a Korean font.
# PostgreSQL comes with the Python packages.
set -euo pipefail

PATH="$PATH:/usr/sbin:/usr/local/sbin"
packages=()

need() { # package, then programs that all have to be there
  local package="$1" program
  shift
  for program in "$@"; do
    if ! command -v "$program" > /dev/null; then
      packages+=("$package")
      return
    fi
  done
}

need mariadb-server-core mariadbd mariadb-install-db
need mariadb-client-core mariadb my_print_defaults
need redis-server redis-server
need chromium chromium
if [[ -z "$(fc-list :lang=ko 2> /dev/null || true)" ]]; then
  packages+=(fonts-nanum)
fi
if [[ ${#packages[@]} != 0 ]]; then
  "$(dirname "$0")/install_packages.sh" "${packages[@]}"
fi
