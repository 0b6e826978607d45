"""What this host exports over NFS, to whom, with which options, as the server itself keeps it."""

from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts.absent import SubjectAbsentError
from agent.host import Host, read_if_present

TABLE, WANTED = "/var/lib/nfs/etab", "/etc/exports"


@dataclass(frozen=True, slots=True)
class Export:
    path: str
    client: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NfsFacts:
    exports: tuple[Export, ...]


def collect(host: Host) -> NfsFacts:
    text = read_if_present(host, TABLE)
    if text is None:
        raise SubjectAbsentError("not_installed", f"no {TABLE}")
    exports = parse(text)
    if not exports:
        raise SubjectAbsentError("not_used", f"{TABLE}: 0")
    return NfsFacts(exports)


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
