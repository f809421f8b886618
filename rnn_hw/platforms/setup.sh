#!/usr/bin/env bash
# setup.sh of a Gradescope autograder: runs once, when the image is built. Python 3.11 or newer, and rnnhw.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
RNNHW=${RNNHW:-rnn-hw}          # what pip installs: a version, git+https://..., or a wheel in /autograder/source

apt-get update
python=python3
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    apt-get install -y python3.11 python3.11-venv
    python=python3.11
fi
"$python" -c 'import ensurepip' 2>/dev/null || apt-get install -y python3-venv
"$python" -m venv /autograder/rnnhw
/autograder/rnnhw/bin/python -m pip install --quiet "$RNNHW"
