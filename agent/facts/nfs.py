"""What this host exports over NFS, to whom, with which options, as the server itself keeps it."""

import shlex
from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts.absent import SubjectAbsentError
from agent.host import Host, list_if_present, read_if_present

TABLE, WANTED = "/var/lib/nfs/etab", "/etc/exports"
WANTED_FOLDER = "/etc/exports.d"


@dataclass(frozen=True, slots=True)
class Export:
    path: str
    client: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NfsFacts:
    exports: tuple[Export, ...]


def collect(host: Host) -> NfsFacts:
    """What the server gives now; where it gives nothing, what its files tell it to give.

    Raises:
        SubjectAbsentError: neither the server nor its files name anything.
    """
    exports = parse(read_if_present(host, TABLE) or "") or _wanted(host)
    if not exports:
        raise SubjectAbsentError("not_used", f"{TABLE} 0, {WANTED} 0")
    return NfsFacts(exports)


def _wanted(host: Host) -> tuple[Export, ...]:
    names = [n for n in list_if_present(host, WANTED_FOLDER) if n.endswith(".exports")]
    paths = (WANTED, *(f"{WANTED_FOLDER}/{name}" for name in names))
    return tuple(one for path in paths for one in parse_wanted(read_if_present(host, path) or ""))


def parse_wanted(text: str) -> tuple[Export, ...]:
    """Lines `path client(option,…) client …`; exports(5).

    A client without a bracket has the options behind the lone hyphen; a bracket without a client
    is for everybody.
    """
    exports = []
    for line in text.replace("\\\n", " ").splitlines():
        try:
            words = shlex.split(line, comments=True)
        except ValueError as error:
            raise UnreadableFactError(WANTED, "unparsable") from error
        if words and not words[0].startswith("/"):  # exportfs refuses it too
            raise UnreadableFactError(WANTED, "unparsable")
        defaults: tuple[str, ...] = ()
        for word in words[1:] or (["*"] if words else []):
            if word.startswith("-"):
                defaults = tuple(word[1:].split(","))
                continue
            client, opening, options = word.partition("(")
            own = tuple(options.rstrip(")").split(",")) if opening else ()
            exports.append(Export(words[0], client or "*", (*defaults, *own)))
    return tuple(exports)


def parse(text: str) -> tuple[Export, ...]:
    """Lines `path<tab>client(option,…)`; exportfs(8)."""
    exports = []
    for line in text.splitlines():
        path, _, rest = line.strip().partition("\t")
        client, opening, options = rest.partition("(")
        if not line.strip():
            continue
        if not opening or not options.endswith(")"):
            raise UnreadableFactError(TABLE, "unparsable")
        exports.append(Export(path, client, tuple(options[:-1].split(","))))
    return tuple(exports)
