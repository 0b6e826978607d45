#!/bin/sh
# What a site tells about itself to the probe-only key of a protected host. It reads, prints
# `key value` lines and ends; it takes nothing from the connection.
#
# One line of ~/.ssh/authorized_keys at the site, per protected host:
#   command="/usr/local/lib/lachan-probe /srv/lachan/HOST",restrict ssh-ed25519 AAAA… lachan-probe
#
# A line that cannot be read is left out: the agent counts it as missing, never as different.
set -u
LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
repository=${1:?the folder of the repository}

tell() { # key, value
    [ -n "$2" ] && printf '%s %s\n' "$1" "$2"
}

tell version 1
tell boot_id "$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"
tell btime "$(sed -n 's/^btime //p' /proc/stat 2>/dev/null)"
tell machine_id "$(cat /etc/machine-id 2>/dev/null)"
# stat(1), --file-system: id in hex, fundamental block size, all blocks, free blocks
tell filesystem "$(stat -f -c '%i %S %b %f' "$repository" 2>/dev/null)"
tell mount_type "$(df --output=fstype "$repository" 2>/dev/null | sed -n 2p)"

# What the site's janitor left, with this machine's time beside it: an old status is a silent janitor.
janitor=$repository.janitor/status
if [ -f "$janitor" ] && [ ! -L "$janitor" ]; then
    tell janitor_now "$(date +%s)"
    head -c 32768 "$janitor" | grep '^janitor'
fi
tell end 1
