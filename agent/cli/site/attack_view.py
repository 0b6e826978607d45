"""How attacks on the sites are shown: what was refused, what was not, what could not be tried."""

from collections.abc import Iterable, Iterator
from typing import Any

from agent.daemon.work.sites.attack_job import SiteAttack
from texts.catalogue import tr
from texts.codes import word
from wire.text import N_
from wire.verdicts import Protection

ATTACKS = {
    "delete": N_("delete an object"),
    "overwrite": N_("overwrite an object"),
    "truncate": N_("empty an object"),
    "rename": N_("rename an object"),
    "remove_key": N_("remove a key"),
    "remove_snapshot": N_("remove a snapshot"),
    "remove_index": N_("remove an index"),
    "flood_locks": N_("leave locks that cannot be removed"),
    "stop_versions": N_("switch the keeping of versions off"),
    "shell": N_("open a shell"),
    "command": N_("run a command"),
    "sftp": N_("open files by SFTP"),
    "forward": N_("tunnel through the site"),
    "listen": N_("open a port at the site"),
    "objects": N_("reach the objects"),
}
REASONS = {
    "SITE_UNREACHABLE": N_("the site does not answer"),
    "HOST_KEY_CHANGED": N_("its host key or certificate is not the known one"),
    "DISK_FULL": N_("its disk is full"),
    "NO_CREDENTIAL": N_("our credentials file cannot be used"),
    "NO_REPOSITORY": N_("there is no repository"),
    "NO_SACRIFICE": N_("the object that is to be attacked could not be laid down"),
    "NO_WRITING": N_("the site takes nothing at the moment"),
    "NO_ANSWER": N_("no answer that decides it"),
    "COULD_NOT_LOOK": N_("our key or its file cannot be used"),
}
_MENDING = {
    "local": N_("A folder cannot refuse its owner: let the second site be append-only."),
    "sftp": N_("SFTP cannot refuse its user: serve the repository by rclone, docs/site-b.md."),
    "append_only_ssh": N_(
        "Give the key a forced command with --append-only and `restrict`: docs/site-b.md."
    ),
    "rest": N_("Start the server with --append-only: docs/site-b.md."),
    "s3": N_("Keep versions, and take the right to delete them from this key: docs/site-b.md."),
}


def attacks_document(attacks: Iterable[SiteAttack]) -> list[dict[str, Any]]:
    return [
        {
            "site": one.site,
            "protection": one.result.protection,
            "succeeded": one.result.succeeded,
            "refused": one.result.refused,
            "untried": dict(one.result.untried),
            "attacked_at": one.attacked_at,
        }
        for one in attacks
    ]


def attack_lines(attacks: Iterable[SiteAttack]) -> Iterator[str]:
    """A few lines for each site; nothing where none was attacked."""
    for one in attacks:
        result = one.result
        sentence = N_("Attacked {site} with our own credential. Protection: {words}")
        yield tr(sentence, site=one.site, words=word(result.protection))
        if result.refused:
            yield "  " + tr(N_("Refused: {attacks}"), attacks=_named(result.refused))
        if result.succeeded:
            yield "  " + tr(N_("Not refused: {attacks}"), attacks=_named(result.succeeded))
        for code, reason in result.untried.items():
            sentence = N_("Could not be tried: {attack} ({reason})")
            yield "  " + tr(sentence, attack=_named([code]), reason=_why(reason))
        if result.protection is Protection.NONE:
            yield "  " + tr(N_("What to do: {hint}"), hint=tr(_MENDING[one.kind]))


def _named(codes: Iterable[str]) -> str:
    return ", ".join(tr(ATTACKS[code]) for code in codes)


def _why(reason: str) -> str:
    return tr(REASONS[reason]) if reason in REASONS else reason  # HTTP_503: as it is
