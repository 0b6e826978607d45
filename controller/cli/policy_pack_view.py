"""How the province's pack is shown: what it changes, what it adds, and which agents use it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from compliance.policy_pack import Pack
from controller.cli.documents import document
from controller.store.engine import Connection
from controller.store.queries_current import current_statements
from controller.store.queries_packs import StoredPack
from texts.catalogue import language, said, tr
from texts.pack_words import pack_reason_words
from texts.shell import emit_json, say, table
from wire.messages import Configuration, PackUse
from wire.text import N_


@dataclass(frozen=True, slots=True)
class Use:
    """What one agent says it makes of a pack; None: it has said nothing of it yet."""

    facility: str
    agent: str
    accepts: str
    said: PackUse | None


def pack_uses(connection: Connection, pack: str) -> list[Use]:
    return [
        Use(each.facility, each.agent, each.body.accept_packs, _said(each.body, pack))
        for each in current_statements(connection, "configuration")
        if isinstance(each.body, Configuration)
    ]


def _said(body: Configuration, pack: str) -> PackUse | None:
    return next((use for use in body.policy_packs if use.pack == pack), None)


def pack_document(stored: StoredPack) -> dict[str, Any]:
    fields = ("pack", "version", "issued_at", "expires_at", "digest")
    return {name: getattr(stored, name) for name in fields}


def show_pack(stored: StoredPack, pack: Pack, uses: Sequence[Use], *, as_json: bool) -> None:
    if as_json:
        emit_json(_document(stored, pack, uses))
        return
    say(f"{pack.id} {pack.version}: {pack.title[language()]}")
    words = (N_("Kind"), N_("Name"), N_("What is so"))
    table([tr(each) for each in words], [*_changes(pack), *_rows(pack), *_checks(pack)])
    heads = (N_("Facility"), N_("Agent"), N_("Accepts"), N_("In force"), N_("Newest"), N_("Why"))
    table([tr(each) for each in heads], [_use_line(use) for use in uses])


def _changes(pack: Pack) -> list[tuple[str, str, str]]:
    return [
        (
            tr(N_("changed")),
            change.said.control,
            ", ".join(f"{key}: {change.written[key]}" for key in change.written if key in _SHOWN),
        )
        for change in pack.changes
    ]


_SHOWN = ("weight", "threshold", "decided_by")


def _rows(pack: Pack) -> list[tuple[str, str, str]]:
    return [(tr(N_("own row")), row.said.id, _in_language(row.said.title)) for row in pack.rows]


def _checks(pack: Pack) -> list[tuple[str, str, str]]:
    return [
        (
            tr(N_("own check")),
            check.id,
            f"{said(check.title)}; {check.family}: {check.written.get('with')}",
        )
        for check in pack.checks
    ]


def _in_language(text: Any) -> str:  # noqa: ANN401 - a title in both languages
    return str(text.vi if language() == "vi" else text.en)


def _use_line(use: Use) -> tuple[str, ...]:
    said = use.said or PackUse("-")
    versions = (str(said.in_force or "-"), str(said.newest or "-"))
    reason = pack_reason_words(said.reason)
    return (use.facility, use.agent, use.accepts or "-", *versions, reason)


def _document(stored: StoredPack, pack: Pack, uses: Sequence[Use]) -> dict[str, Any]:
    return document(
        "policy.pack",
        **pack_document(stored),
        title=dict(pack.title),
        overrides=[dict(change.written) for change in pack.changes],
        controls=[dict(row.written, catalogue=row.catalogue) for row in pack.rows],
        checks=[{"family": check.family, **check.written} for check in pack.checks],
        agents=[
            {"facility": use.facility, "agent": use.agent, "accepts": use.accepts, "use": use.said}
            for use in uses
        ],
    )
