#!/usr/bin/env bash
# Installs the editors that the tests drive, where this is a Debian and we may; else they are skipped.
set -u
missing=()
for package in chromium emacs-nox kate neovim vim; do
  dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "not installed, so not tested: ${missing[*]}" >&2
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
  echo "could not be installed, so not tested: ${missing[*]}" >&2
