#!/usr/bin/env bash
# Install what the tests run on and is not there yet: MariaDB, Redis, Chromium, a Korean font.
# PostgreSQL comes with the Python packages. With "bench" as its argument it installs what the
# benchmarks run on: nchan, which needs an nginx, in the place of Chromium and the font.
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
if [[ "${1:-}" == bench ]]; then
  need nginx nginx
  if [[ -z "$(find /usr/lib*/nginx/modules -name ngx_nchan_module.so 2> /dev/null || true)" ]]; then
    packages+=(libnginx-mod-nchan)
  fi
else
  need chromium chromium
  if [[ -z "$(fc-list :lang=ko 2> /dev/null || true)" ]]; then
    packages+=(fonts-nanum)
  fi
fi
if [[ ${#packages[@]} != 0 ]]; then
  "$(dirname "$0")/install_packages.sh" "${packages[@]}"
fi
