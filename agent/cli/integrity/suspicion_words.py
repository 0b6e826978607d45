"""A suspicion in words, and what whoever sits before the running watch is told of it."""

from typing import Any

from agent.cli.documents import moment_text
from agent.cli.integrity.events_words import person, program
from agent.files.names import shown
from agent.integrity.ransom.suspicion import Suspicion
from texts.catalogue import tr
from texts.file_words import REASONS, word_of
from texts.moments import show_count
from wire.text import N_


def reason_words(found: Suspicion) -> str:
    return ", ".join(word_of(REASONS, reason.value) for reason in found.reasons)


def who_words(found: Suspicion) -> str:
    if found.who is None:
        return tr(N_("several, or not known"))
    return f"{person(found.who)} ({program(found.who)}, {found.who.pid})"


def alarm(found: Suspicion) -> tuple[str, ...]:
    """Between the lines of changes; it must not be taken for one of them."""
    words = N_("ATTACK SUSPECTED: {count} files under {path} look encrypted or destroyed")
    return (
        "!!! " + tr(words, count=show_count(found.files), path=shown(found.watched or b"/")),
        "!!! " + tr(N_("Why: {reasons}"), reasons=reason_words(found)),
        "!!! " + tr(N_("By: {who}"), who=who_words(found)),
        "!!! " + tr(N_("Look now: lachan-agent integrity suspicions")),
    )


def alarm_entry(found: Suspicion) -> dict[str, Any]:
    """The same as a line for programs."""
    return {
        "suspicion": found.id,
        "path": shown(found.watched or b"/"),
        "at": moment_text(found.at),
        "reasons": [reason.value for reason in found.reasons],
        "files": found.files,
        "who": None if found.who is None else person(found.who),
    }
