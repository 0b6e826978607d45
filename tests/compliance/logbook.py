"""Statements at places of a log, small catalogues, and one host that says everything good."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from compliance import evidence
from compliance.catalogue import Catalogue, parse
from compliance.logged import Evidence, LoggedAct, LoggedStatement
from recovery.drill_verdict import logged_verdict
from wire.header import FIRST_PREVIOUS, Header
from wire.messages import Body, Findings, Result
from wire.verdicts import CheckVerdict

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HEAD = """
schema: lachan.catalogue/1
id: test
standard: Test
regime: ND331
level: 3
title: {vi: a, en: b}
fresh_for: {checks: P2D, backup: P2D, fleet: P2D, attest: P1Y}
controls:
"""


def fold(entries: Iterable[LoggedStatement | LoggedAct]) -> Evidence:
    """The evidence, with drills judged as the programs judge them."""
    return evidence.fold(entries, logged_verdict)


def said(  # noqa: PLR0913 - a statement has that many sides
    position: int,
    body: Body,
    *,
    agent: str = "ag1",
    systems: tuple[str, ...] = ("S1",),
    made_at: datetime = NOW,
    received_at: datetime | None = None,
    offset_s: float = 0.0,
) -> LoggedStatement:
    """A body at its place in the log."""
    header = Header(
        agent=agent,
        facility="F1",
        host=f"host-of-{agent}",
        systems=systems,
        incarnation="i1",
        sequence=position + 1,
        previous=FIRST_PREVIOUS,
        made_at=made_at,
        boot_id="",
        clock_offset_s=offset_s,
    )
    return LoggedStatement(position, received_at or NOW, "any", header, body)


def findings(verdicts: dict[str, CheckVerdict], age: timedelta = timedelta(0)) -> Findings:
    return Findings(
        results=tuple(
            Result(check=check, verdict=verdict, expected="", collected_at=NOW - age)
            for check, verdict in verdicts.items()
        )
    )


def row(number: int, *lines: str) -> str:
    given = {line.split(":", 1)[0] for line in lines}
    fixed = {
        "id": f"r{number}",
        "clause": f'"1.{number}"',
        "ordinal": "1",
        "group": "g",
        "kind": "host",
        "title": "{vi: a, en: b}",
        "evidence": "{vi: c, en: d}",
        "weight": "1",
        "confidence": "unverified",
        "sources": "[s]",
        "decided_by": "{}",
    }
    words = [f"{key}: {value}" for key, value in fixed.items() if key not in given]
    return "  - " + "\n    ".join([*words, *lines])


def catalogue_of(rows: Sequence[str]) -> Catalogue:
    """A catalogue of rows, each given by the lines that differ (`decided_by`, `weight`, …)."""
    lines = [row(number, *text.split("\n")) for number, text in enumerate(rows)]
    return parse((HEAD + "\n".join(lines) if lines else HEAD.rstrip() + " []").encode())
