#!/bin/sh
# What a site tells about itself to the probe-only key of a protected host. It reads, prints
# `key value` lines and ends.
#
# One line of ~/.ssh/authorized_keys at the site, per protected host:
#   command="/usr/local/lib/lachan-probe /srv/lachan/HOST",restrict ssh-ed25519 AAAA… lachan-probe
# With an agent at the site, which signs the answer, also its home (and its program, if elsewhere):
#   command="/usr/local/lib/lachan-probe /srv/lachan/HOST /home/lachan/agent",restrict ssh-ed25519 …
#
# Three wishes are heard, and nothing of them but 32 or 64 hex digits is used: `probe canary DIGITS`
# (does this file lie beside the repository?), `probe sign DIGITS` (sign the answer), and
# `janitor aside:index/DIGITS back:snapshots/DIGITS …` (for the janitor, who decides).
#
# A line that cannot be read is left out: the agent counts it as missing, never as different.
set -u
LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
repository=${1:?the folder of the repository}
agent_home=${2:-}
agent=${3:-/usr/bin/lachan-agent}

tell() { # key, value
    [ -n "$2" ] && printf '%s %s\n' "$1" "$2"
}

hex_digits() { # how many, word
    case $2 in
        *[!0-9a-f]*) return 1 ;;
    esac
    [ ${#2} -eq "$1" ]
}

wish() { # aside or back, kind, id
    wishes=$repository.janitor/wishes
    case $1 in aside | back) ;; *) return ;; esac
    case $2 in index | snapshots | locks) ;; *) return ;; esac
    hex_digits 64 "$3" && [ -d "$repository.janitor" ] && [ ! -L "$wishes" ] || return
    [ -z "$(find "$wishes" -size +63k 2>/dev/null)" ] || return
    printf '%s %s %s\n' "$1" "$2" "$3" >>"$wishes"
}

tell version 2
tell boot_id "$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"
tell btime "$(sed -n 's/^btime //p' /proc/stat 2>/dev/null)"
tell machine_id "$(cat /etc/machine-id 2>/dev/null)"
tell board "$(cat /sys/class/dmi/id/product_uuid 2>/dev/null | tr 'A-F' 'a-f')"
# stat(1), --file-system: id in hex, fundamental block size, all blocks, free blocks
tell filesystem "$(stat -f -c '%i %S %b %f' "$repository" 2>/dev/null)"
tell available "$(stat -f -c '%a' "$repository" 2>/dev/null)" # for who is not root: without the reserve
tell mount_type "$(df --output=fstype "$repository" 2>/dev/null | sed -n 2p)"
tell mount_source "$(df --output=source "$repository" 2>/dev/null | sed -n 2p | tr -cd '!-~' | cut -c 1-200)"
# Who stands at the door of this network: the link-layer address of the default gateway.
gateway=$(awk '$2 == "00000000" && $3 != "00000000" {print $3; exit}' /proc/net/route 2>/dev/null)
if hex_digits 8 "$(printf %s "$gateway" | tr 'A-F' 'a-f')"; then
    address=$(printf '%s' "$gateway" | sed 's/\(..\)\(..\)\(..\)\(..\)/0x\4 0x\3 0x\2 0x\1/')
    # shellcheck disable=SC2086 # four words
    address=$(printf '%d.%d.%d.%d' $address)
    tell gateway "$(awk -v a="$address" '$1 == a {print tolower($4); exit}' /proc/net/arp 2>/dev/null)"
fi
if [ -f "$repository/config" ]; then
    tell config "$(sha256sum <"$repository/config" 2>/dev/null | cut -c 1-64)"
fi

case ${SSH_ORIGINAL_COMMAND:-} in
    'probe canary '*)
        word=${SSH_ORIGINAL_COMMAND#probe canary }
        if hex_digits 32 "$word"; then
            canary=unseen
            for folder in "$repository" "$repository/.." "$repository/../.." "$repository/../../.."; do
                [ -e "$folder/.lachan-canary-$word" ] && canary=seen
            done
            tell canary "$canary"
        fi
        ;;
    'probe sign '*)
        word=${SSH_ORIGINAL_COMMAND#probe sign }
        if [ -n "$agent_home" ] && hex_digits 64 "$word"; then
            tell signed "$("$agent" --home "$agent_home" site answer "$word" "$repository" 2>/dev/null)"
        fi
        ;;
    'janitor '*)
        set -f
        for word in ${SSH_ORIGINAL_COMMAND#janitor }; do
            object=${word#*:}
            wish "${word%%:*}" "${object%%/*}" "${object#*/}"
        done
        ;;
esac

# What the site's janitor left, with this machine's time beside it: an old status is a silent janitor.
janitor=$repository.janitor/status
if [ -f "$janitor" ] && [ ! -L "$janitor" ]; then
    tell janitor_now "$(date +%s)"
    head -c 32768 "$janitor" | grep '^janitor'
fi
tell end 1
