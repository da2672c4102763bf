#!/usr/bin/env bash
# Writes requirements.lock (what runs) and requirements-dev.lock (what tests need besides) from the packages' pyproject.toml.
# Arguments go to "uv pip compile", for example: deploy/local/lock.sh --upgrade-package fastapi
set -euo pipefail
cd "$(dirname "$0")/../.."
compile() {
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
    --no-emit-package contracts --no-emit-package chassis "$@" \
    libs/*/pyproject.toml services/*/pyproject.toml clients/*/pyproject.toml simulators/*/pyproject.toml \
    deploy/local/pyproject.toml deploy/demo/pyproject.toml bench/pyproject.toml
}
compile "$@" --group build --output-file requirements.lock
compile "$@" --group build --group dev --constraint requirements.lock --output-file requirements-dev.lock
