"""A pack of policies as its owner reads it: what changes, what is new, what is looked at."""

from collections.abc import Sequence
from typing import Any

from agent.checks.pack_rules import paths_looked_at
from agent.cli.documents import moment_text
from agent.daemon.work.policy_pack import Judged, PackStanding
from compliance.policy_pack import Pack
from texts.catalogue import language, tr
from texts.moments import show_moment
from texts.pack_words import pack_reason_words
from texts.shell import say, table
from wire.text import N_

_CHANGED = ("weight", "threshold", "decided_by")


def show_list(found: Sequence[PackStanding]) -> None:
    words = (N_("Pack"), N_("In force"), N_("Newest"), N_("Signed until"), N_("Why not in force"))
    table([tr(each) for each in words], [_line(each) for each in found])


def show_pack(found: PackStanding) -> None:
    """The newest version: it is what the owner has to decide on."""
    table(*_head(found))
    judged = found.newest
    if judged is None:
        return
    for objection in judged.objections:
        say(f"! {objection.check}: {tr(objection.reason)}")
    if judged.pack is not None:
        say(judged.pack.title[language()])
        words = (N_("Kind"), N_("Name"), N_("What is so"))
        rows = [*_changes(judged.pack), *_rows(judged.pack), *_checks(judged.pack)]
        table([tr(each) for each in words], rows)


def pack_document(found: PackStanding, *, whole: bool = False) -> dict[str, Any]:
    judged = found.newest
    head = {
        "pack": found.id,
        "in_force": found.in_force.signed.version if found.in_force else None,
        "newest": found.newest_version,
        "expires_at": moment_text(judged.signed.expires_at) if judged else None,
        "reason": found.reason or None,
    }
    return {**head, **_content(judged)} if whole and judged else head


def _content(judged: Judged) -> dict[str, Any]:
    pack = judged.pack
    objections = [{"check": each.check, "reason": tr(each.reason)} for each in judged.objections]
    if pack is None:
        return {"objections": objections}
    return {
        "title": dict(pack.title),
        "overrides": [dict(change.written) for change in pack.changes],
        "controls": [dict(row.written, catalogue=row.catalogue) for row in pack.rows],
        "checks": [{"family": check.family, **check.written} for check in pack.checks],
        "objections": objections,
    }


def _head(found: PackStanding) -> tuple[list[str], list[tuple[str, ...]]]:
    words = (N_("Pack"), N_("In force"), N_("Newest"), N_("Signed until"), N_("Why not in force"))
    return [tr(each) for each in words], [_line(found)]


def _line(found: PackStanding) -> tuple[str, ...]:
    in_force = str(found.in_force.signed.version) if found.in_force else "-"
    until = show_moment(found.newest.signed.expires_at) if found.newest else "-"
    reason = pack_reason_words(found.reason) if found.reason else ""
    return (found.id, in_force, str(found.newest_version), until, reason)


def _changes(pack: Pack) -> list[tuple[str, str, str]]:
    return [
        (
            tr(N_("changed")),
            change.said.control,
            ", ".join(f"{key}: {change.written[key]}" for key in _CHANGED if key in change.written),
        )
        for change in pack.changes
    ]


def _rows(pack: Pack) -> list[tuple[str, str, str]]:
    return [
        (tr(N_("own row")), row.said.id, str(row.written["title"][language()])) for row in pack.rows
    ]


def _checks(pack: Pack) -> list[tuple[str, str, str]]:
    """What a check looks at here is what the owner must know before anything else."""
    return [
        (tr(N_("own check")), check.id, f"{check.family}: {', '.join(paths_looked_at(check))}")
        for check in pack.checks
    ]
