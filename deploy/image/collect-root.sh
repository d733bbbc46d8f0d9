#!/bin/sh
# Copies what Node needs at run time into a folder: its binary, the libraries that it loads, and the
# user of the process. Everything else of the base image stays behind.
set -eu
root=$1

mkdir -p "$root/usr/local/bin" "$root/etc" "$root/tmp" "$root/proc" "$root/dev"
chmod 1777 "$root/tmp"
cp "$(command -v node)" "$root/usr/local/bin/node"
ldd "$root/usr/local/bin/node" | grep -o '/[^ ]*' | sort -u | while read -r library; do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done
# Where an engine mounts its own.
touch "$root/etc/hosts" "$root/etc/resolv.conf"
# The resolver of the C library reads this, and loads no module for `files` and `dns`.
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
echo 'holdfast:x:65532:65532::/tmp:/sbin/nologin' >"$root/etc/passwd"
echo 'holdfast:x:65532:' >"$root/etc/group"
