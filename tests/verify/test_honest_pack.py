"""An honest pack is believed: with an anchor wholly, without one as far as it goes."""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from tests.controller.watched_files import EventChain, pseudonym, suspicion
from tests.verify.small_province import (
    FACILITY,
    Province,
    document,
    findings,
    inventory,
    ten_days,
    waiver,
)
from texts.catalogue import use
from texts.shell import run_program
from verify.anchor import Anchor, read_anchor
from verify.cli import root_command
from verify.errors import AnchorUsageError, UnreadablePackError
from verify.faults import FaultCode, RemarkCode
from verify.page import page
from verify.verdict import PackReport, verify_pack
from wire import acts
from wire.keys import fingerprint
from wire.messages import Baseline, Gap, Rotation, Tombstone
from wire.verdicts import CheckVerdict, Names, PackVerdict


def anchor_of(province: Province) -> Anchor:
    return read_anchor(fingerprint(province.log.public))


def remarks(report: PackReport) -> list[RemarkCode]:
    return [found.code for found in report.findings.remarks if isinstance(found.code, RemarkCode)]


def test_an_honest_pack_is_verified(province: Province, honest_pack: Path) -> None:
    report = verify_pack(honest_pack, anchor_of(province))
    assert report.findings.faults == []
    assert report.verdict is PackVerdict.VERIFIED
    assert remarks(report) == []
    assert report.checked.scores == 10
    assert report.checked.chains == 2
    assert report.checked.envelopes > 50
    assert report.statement is not None
    assert report.statement.facility == FACILITY


def test_scores_with_documents_and_waivers_are_computed_again(
    province: Province, tmp_path: Path
) -> None:
    month = province.now + timedelta(days=30)
    province.speak("a1", findings(province.now, CheckVerdict.FAIL))
    province.act(document("l3.risk.01", province.now, month), by="binh")
    province.act(waiver("l3.access.01", month), by="an")
    before = province.scored()
    province.act(acts.ExceptionDecided("w1", FACILITY, approved=True, text="yes"), by="binh")
    waived = province.scored()
    assert (before.score, before.raw) == (0.4, 0.4)
    assert (waived.score, waived.raw) == (1.0, 0.4)
    province.act(waived)
    province.now = month
    later = province.scored()
    assert (later.score, later.raw) == (0.0, 0.0)
    province.act(later)
    report = verify_pack(province.export(tmp_path / "p.lachan"), anchor_of(province))
    assert report.findings.faults == []
    assert report.checked.scores == 12


def test_a_score_stored_before_waivers_were_known_is_still_verified(
    province: Province, tmp_path: Path
) -> None:
    province.act(msgspec.structs.replace(province.scored(), raw=None, scoring=1))
    report = verify_pack(province.export(tmp_path / "p.lachan"), anchor_of(province))
    assert report.findings.faults == []


def test_without_an_anchor_the_origin_is_not_proved(honest_pack: Path) -> None:
    assert verify_pack(honest_pack, None).verdict is PackVerdict.ORIGIN_NOT_PROVED


@pytest.mark.parametrize("kind", ["order_key", "note", "paper", "checkpoint", "earlier_pack"])
def test_every_kind_of_anchor_proves_the_origin(
    province: Province, tmp_path: Path, kind: str
) -> None:
    earlier = province.export(tmp_path / "earlier.lachan")
    checkpoint = province.given[len(province.lines)]
    province.now += timedelta(days=1)
    for code in ("a1", "a2"):
        province.speak(code, inventory(checkpoint))
    later = province.export(tmp_path / "later.lachan")
    paper = tmp_path / "paper.txt"
    paper.write_text(f"Log: lachan/GL\nAnchor (log key): {fingerprint(province.log.public)}\n")
    note = tmp_path / "note.txt"
    note.write_text(checkpoint)
    given = {
        "order_key": fingerprint(province.order.public).upper(),
        "note": str(note),
        "paper": str(paper),
        "checkpoint": str(note),
        "earlier_pack": str(earlier),
    }[kind]
    report = verify_pack(later, read_anchor(given))
    assert report.findings.faults == []
    assert report.verdict is PackVerdict.VERIFIED


@pytest.mark.parametrize("given", ["", "abcd", "12" * 31, "no-such-file.lachan"])
def test_an_anchor_that_is_none_is_wrong_usage(given: str) -> None:
    with pytest.raises(AnchorUsageError) as caught:
        read_anchor(given)
    assert caught.value.exit_code == 64


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"\xff\xfe", b"hello", b"PK\x05\x06" + bytes(18)]
)
def test_a_file_that_is_no_anchor_is_wrong_usage(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "anchor"
    file.write_bytes(content)
    with pytest.raises(AnchorUsageError):
        read_anchor(str(file))


def test_keys_come_and_go_by_logged_acts(province: Province, tmp_path: Path) -> None:
    agent, next_key = province.agents["a1"], province.new_key()
    public = next_key.public.to_base64()
    province.speak("a1", Rotation(public))
    province.act(acts.KeyRotated("a1", FACILITY, public))
    agent.key = next_key
    province.speak("a1", findings(province.now))
    province.act(acts.AgentRevoked("a2", FACILITY, "sold"))
    report = verify_pack(province.export(tmp_path / "p.lachan"), anchor_of(province))
    assert report.verdict is PackVerdict.VERIFIED
    assert remarks(report) == [RemarkCode.REVOKED]


def test_what_was_dropped_or_not_watched_is_named(province: Province, tmp_path: Path) -> None:
    agent = province.agents["a1"]
    assert agent.state is not None
    before = agent.state
    province.speak("a1", Tombstone("findings", "d" * 64, "too_large"))
    agent.state = type(before)(before.incarnation, before.sequence + 1, "d" * 64)
    province.speak("a1", Gap("integrity", "overflow"))
    report = verify_pack(province.export(tmp_path / "p.lachan"), anchor_of(province))
    assert report.verdict is PackVerdict.VERIFIED
    assert remarks(report) == [RemarkCode.GAP, RemarkCode.DROPPED]


def test_what_is_said_of_watched_files_is_followed(province: Province, tmp_path: Path) -> None:
    chain, now = EventChain(), province.now
    province.speak("a1", chain.say(*chain.events(now, 3)))
    province.speak("a1", chain.say())
    province.speak("a1", chain.say(*chain.events(now, 2)))
    province.speak("a1", replace(suspicion(now), state="dismissed"))
    report = verify_pack(province.export(tmp_path / "good.lachan"), anchor_of(province))
    assert (report.verdict, remarks(report)) == (PackVerdict.VERIFIED, [])
    older = EventChain(last=2, head="older")
    province.speak("a1", older.say(older.event(now)))
    province.speak("a1", suspicion(now))
    first = Baseline(chain.watched, Names.NONE, 1, 1, 0, pseudonym("a"), number=4)
    province.speak("a1", first)
    province.speak("a1", replace(first, number=2, root=pseudonym("b")))
    report = verify_pack(province.export(tmp_path / "p.lachan"), anchor_of(province))
    assert report.verdict is PackVerdict.VERIFIED  # it was said so, and signed
    assert remarks(report) == [RemarkCode.FILES_BREAK, RemarkCode.SUSPICION]
    assert [one.detail["count"] for one in report.findings.remarks] == [2, 1]


def test_a_facility_that_says_nothing_is_named(tmp_path: Path) -> None:
    province = Province()
    province.act(acts.FacilityAdded(FACILITY, "x"))
    report = verify_pack(province.export(tmp_path / "p.lachan"), anchor_of(province))
    assert set(remarks(report)) == {
        RemarkCode.NO_AGENTS,
        RemarkCode.NO_SCORES,
        RemarkCode.NO_WITNESS,
    }


def test_the_same_log_gives_the_same_bytes(tmp_path: Path) -> None:
    one, other = (ten_days().export(tmp_path / name) for name in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str]]:
    def runs(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["lachan-verify", *arguments])
        with pytest.raises(SystemExit) as ended:
            run_program(root_command(), "lachan-verify")
        return int(str(ended.value.code)), capsys.readouterr().out

    return runs


def test_exit_codes_are_those_of_the_verdicts(
    run: Callable[..., tuple[int, str]], province: Province, honest_pack: Path, tmp_path: Path
) -> None:
    digits = fingerprint(province.log.public)
    assert run(str(honest_pack), "--anchor", digits)[0] == 0
    assert run(str(honest_pack))[0] == 2
    assert run(str(honest_pack), "--anchor", "00" * 32)[0] == 1
    assert run(str(honest_pack), "--anchor", "00")[0] == 64
    assert run()[0] == 64
    assert run(str(tmp_path / "missing"))[0] == 2
    assert run(str(tmp_path))[0] == 2


def test_the_json_document_has_the_published_shape(
    run: Callable[..., tuple[int, str]], honest_pack: Path
) -> None:
    code, out = run(str(honest_pack), "--json", "--anchor", "00" * 32)
    shown = json.loads(out)
    assert code == 1
    assert shown["schema"] == "lachan.verify/1"
    assert shown["verdict"] == "FAULTS"
    assert set(shown["checked"]) == {"envelopes", "chains", "proofs", "scores", "documents"}
    assert [(f["where"], f["what"]) for f in shown["faults"]] == [
        ("--anchor", FaultCode.ANCHOR_DIFFERS)
    ]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_tells_an_inspector_what_was_looked_at(
    province: Province, honest_pack: Path, language: str
) -> None:
    use(language)
    try:
        text = page(verify_pack(honest_pack, anchor_of(province)))
    finally:
        use("en")
    assert "VERIFIED" in text
    assert "Sở Y tế Gia Lai" in text
    assert "01/11/2026 08:00" in text
    assert fingerprint(province.log.public) in text
    assert ("chữ ký" in text) == (language == "vi")


def test_a_file_that_is_no_pack_is_said(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"hello")
    with pytest.raises(UnreadablePackError) as caught:
        verify_pack(file, None)
    assert caught.value.exit_code == 2
