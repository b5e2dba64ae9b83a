#!/usr/bin/env bash
# Installs the servers that tests talk to, where this is a Debian and we may; else they are skipped.
set -u
command -v mariadbd >/dev/null || [ -x /usr/sbin/mariadbd ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "not installed, so not tested: MariaDB" >&2
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends mariadb-server-core >/dev/null ||
  echo "could not be installed, so not tested: MariaDB" >&2
