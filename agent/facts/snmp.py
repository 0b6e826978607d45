"""Whether the SNMP service still answers to a mere word (versions 1 and 2c)."""

from agent.errors import UnreadableFactError
from agent.facts import presence
from agent.host import Host, list_if_present, read_if_present

PROGRAM = "snmpd"
FILE, FOLDER, PERSISTENT = (
    "/etc/snmp/snmpd.conf",
    "/etc/snmp/snmpd.conf.d",
    "/var/lib/snmp/snmpd.conf",
)
OLD_WORDS = (
    "authcommunity",
    "rocommunity",
    "rwcommunity",
    "rocommunity6",
    "rwcommunity6",
    "com2sec",
    "com2sec6",
)
INCLUDES = ("includefile", "includedir", "includesearch")


def collect(host: Host) -> tuple[str, ...]:
    """The directives of the old versions, without the word itself: it is a password."""
    presence.require(host, ("/usr/sbin/snmpd",), (PROGRAM,))
    presence.require_running(host, PROGRAM)
    inside = [n for n in list_if_present(host, FOLDER) if n.endswith(".conf")]
    texts = [host.read(FILE), *(host.read(f"{FOLDER}/{name}") for name in inside)]
    texts.append(read_if_present(host, PERSISTENT) or "")
    for text in texts:
        _demand_no_other_place(text)
    return tuple(word for text in texts for word in old_words(text))


def _demand_no_other_place(text: str) -> None:
    """Raises UnreadableFactError: what counts may stand in files that nobody looked at here."""
    for line in text.splitlines():
        words = line.split()
        if words and words[0].lower() in INCLUDES and words[1:2] != [FOLDER]:
            raise UnreadableFactError(FILE, "unparsable", " ".join(words[:2]))


def old_words(text: str) -> tuple[str, ...]:
    """Source: snmpd.conf(5), traditional access control."""
    first = (line.split(None, 1)[0].lower() for line in text.splitlines() if line.strip())
    return tuple(word for word in first if word in OLD_WORDS)
