"""Shows the lines of `status` and `doctor`: what is wrong first."""

from collections.abc import Sequence
from datetime import datetime

from agent.cli.documents import document
from agent.daemon.items import Item, overall
from texts.catalogue import tr
from texts.codes import word
from texts.shell import emit_json, say, table
from wire.text import N_
from wire.verdicts import CheckVerdict

_ORDER = (
    CheckVerdict.FAIL,
    CheckVerdict.UNKNOWN,
    CheckVerdict.PASS,
    CheckVerdict.NOT_APPLICABLE,
)


def show_items(schema: str, at: datetime, items: Sequence[Item], *, as_json: bool) -> None:
    if as_json:
        listed = [_entry(item) for item in items]
        emit_json(document(schema, at, overall(items).value, items=listed))
        return
    ordered = sorted(items, key=lambda item: _ORDER.index(item.verdict))
    rows = [[word(item.verdict), item.id, item.says] for item in ordered]
    table([tr(N_("result")), tr(N_("subject")), tr(N_("what is so"))], rows)
    for item in ordered:
        if item.mend:
            say(tr(N_("{subject}: {remedy}"), subject=item.id, remedy=item.mend))


def _entry(item: Item) -> dict[str, str]:
    entry = {"id": item.id, "verdict": item.verdict.value, "says": item.says}
    return {**entry, "mend": item.mend} if item.mend else entry
