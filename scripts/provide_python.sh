#!/usr/bin/env bash
# Make sure that $PYTHON is new enough and can make virtual environments.
set -euo pipefail

python="${PYTHON:-python3}"

if ! command -v "$python" > /dev/null; then
  echo "error: $python not found; install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3" >&2
  exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "error: $("$python" --version) is too old; name one from 3.11 up: make PYTHON=/path/to/python3" >&2
  exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2> /dev/null; then
  package="$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
  "$(dirname "$0")/install_packages.sh" "$package"
fi
