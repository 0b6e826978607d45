"""What the packet filter records and limits, as the words of its rules say."""

import re
from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts import firewall
from agent.host import Host

_NFT_CAP = re.compile(
    r"\bct count (?:over )?\d|\bmeter\b.*\blimit rate\b|\badd @\S+ \{.*limit rate"
)
_LET_IN = re.compile(r"\saccept(?:\s+comment \"\")?\s*\Z")  # writes down what came in
_IPTABLES_CAP = re.compile(r"-m (?:connlimit|hashlimit)\b|--hitcount \d")
_NFT_LOG = re.compile(
    r"(?:^|[\s;{])log(?:\s+(?:prefix|level|group|flags)\b|\s+(?:drop|reject)|\s*$)"
)
_IPTABLES_LOG = re.compile(r"-j (?:LOG|NFLOG|ULOG)\b")


@dataclass(frozen=True, slots=True)
class PacketTextFacts:
    logs: bool
    caps: bool


def collect(host: Host) -> PacketTextFacts:
    """Comments are left out: their text could say anything."""
    try:
        text = re.sub(r'"[^"]*"', '""', host.run(firewall.NFT, timeout_s=15))
        patterns = (_NFT_LOG, _NFT_CAP)
    except UnreadableFactError as error:
        if error.reason != "missing":
            raise
        text = re.sub(r'"[^"]*"', '""', host.run(firewall.IPTABLES, timeout_s=15))
        patterns = (_IPTABLES_LOG, _IPTABLES_CAP)
    logs, caps = patterns
    return PacketTextFacts(
        logs=any(logs.search(line) and not _LET_IN.search(line) for line in text.splitlines()),
        caps=any(caps.search(line) for line in text.splitlines()),
    )
