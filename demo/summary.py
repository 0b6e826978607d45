"""The page that the demonstration ends with: what is so, in a tired admin's words."""

from collections.abc import Iterator
from typing import Any

from demo.steps import Story
from texts.catalogue import tr
from texts.codes import cause_sentence, word
from texts.moments import show_bytes, show_count, show_duration, show_share
from texts.shell import say
from wire.text import N_
from wire.verdicts import BackupVerdict, Cause, DrillVerdict, PackVerdict, Separation

_WORST = 5


def summarise(story: Story, seconds: float) -> None:
    say()
    say("=" * 78)
    for label, text in _lines(story):
        say(f"{tr(label):<22} {text}")
    say("-" * 78)
    say(tr(N_("The five worst findings:")))
    for result in _worst(story.found["check"]["results"]):
        say(f"  {result['verdict']:<8} {result.get('title', result['id'])}")
        say(f"           → {result['remedy']}")
    say("-" * 78)
    say(
        tr(N_("Page: {url}  (this machine's own certificate: the browser will ask)"), url=story.url)
    )
    say(tr(N_("First admin, one-time link: {link}"), link=story.found["province"]["link"]))
    say(tr(N_("Every step above really happened; not everything is green, and that is the point.")))
    say(tr(N_("Total: {time}"), time=show_duration(seconds)))
    say("=" * 78)


def _lines(story: Story) -> Iterator[tuple[str, str]]:
    found = story.found
    yield N_("Score, level 3"), _score(found["score"])
    yield N_("Backup"), _backup(found["backup"])
    yield N_("Two sites"), _sites(found["sites"])
    yield N_("Changes found"), _changes(found["scan"])
    for name in ("D0", "D1"):
        yield name, _drill(found[name])
    yield N_("Recovery time"), _recovery(found["D1"])
    yield N_("Evidence pack"), _pack(found["pack"])


def _score(score: dict[str, Any]) -> str:
    return tr(
        N_("{score} with {coverage} coverage ({controls} controls)"),
        score=show_share(score["score"]),
        coverage=show_share(score["coverage"]),
        controls=score["controls"],
    )


def _backup(backup: dict[str, Any]) -> str:
    dataset = backup["datasets"][0]
    verdict = BackupVerdict(dataset["verdict"])
    why = f": {cause_sentence(Cause(dataset['cause']))}" if dataset.get("cause") else ""
    return f"{verdict.value} ({word(verdict)}){why}"


def _sites(sites: dict[str, Any]) -> str:
    verdict = Separation(sites["verdict"])
    hard = sorted({sign for pair in sites["pairs"] for sign in pair["hard"]})
    signs = tr(N_("; hard signs: {signs}"), signs=", ".join(hard)) if hard else ""
    return f"{verdict.value} ({word(verdict)}){signs}"


def _changes(scan: dict[str, Any]) -> str:
    return tr(
        N_("{changes} of {files} files, {size}"),
        changes=len(scan["changes"]),
        files=show_count(scan["files"]),
        size=show_bytes(scan["bytes"]),
    )


def _drill(drill: dict[str, Any]) -> str:
    verdict = DrillVerdict(drill["verdict"])
    return tr(
        N_("{verdict} from site {site}: {files} files, {size}, {mismatches} mismatches"),
        verdict=f"{verdict.value} ({word(verdict)})",
        site=drill["site"],
        files=show_count(drill["files"]),
        size=show_bytes(drill["bytes"]),
        mismatches=drill["mismatches"],
    )


def _recovery(drill: dict[str, Any]) -> str:
    return tr(
        N_("measured {measured}, predicted {predicted}, objective {objective}"),
        measured=show_duration(drill["rto_seconds"]),
        predicted=show_duration(drill["predicted_rto_seconds"]),
        objective=show_duration(drill["objective_seconds"]),
    )


def _pack(pack: dict[str, Any]) -> str:
    verdict = PackVerdict(pack["verdict"])
    return tr(
        N_("{verdict}: {envelopes} envelopes, {scores} scores recomputed"),
        verdict=f"{verdict.value} ({word(verdict)})",
        envelopes=pack["checked"]["envelopes"],
        scores=pack["checked"]["scores"],
    )


def _worst(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What weighs most in the standard comes first; what failed before what is unknown."""
    bad = [result for result in results if result["verdict"] in {"FAIL", "UNKNOWN"}]
    heaviest = sorted(bad, key=lambda result: result["weight"], reverse=True)
    return sorted(heaviest, key=lambda result: result["verdict"])[:_WORST]
