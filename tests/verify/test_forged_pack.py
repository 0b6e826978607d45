"""Every lie is refused or named; and each judge is needed for the lie that it alone sees."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.verify.forgeries import FORGERIES, Forgery, truncated_log
from tests.verify.small_province import FACILITY, Province, findings, inventory, repack, ten_days
from verify import anchor, foundation, history, scores, speakers, subchain, verdict
from verify.anchor import Anchor, read_anchor
from verify.errors import UnreadablePackError
from verify.faults import FaultCode, RemarkCode
from verify.verdict import PackReport, verify_pack
from wire import checkpoint, merkle, pack
from wire.chain import ChainState
from wire.keys import PublicKey, fingerprint
from wire.messages import Gap
from wire.verdicts import PackVerdict


def anchor_of(province: Province) -> Anchor:
    return read_anchor(fingerprint(province.log.public))


def codes(report: PackReport) -> set[object]:
    return {found.code for found in (*report.findings.faults, *report.findings.remarks)}


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.name)
def test_a_lie_is_refused(forgery: Forgery, province: Province, tmp_path: Path) -> None:
    trusted = anchor_of(province)
    report = verify_pack(forgery.forge(province, tmp_path / "p.lachan"), trusted)
    assert report.verdict is PackVerdict.FAULTS
    assert forgery.code in codes(report)
    assert all(found.sentence() for found in report.findings.faults)


def test_every_fault_has_a_pack_that_shows_it() -> None:
    assert {forgery.code for forgery in FORGERIES} == set(FaultCode)


def test_a_wholly_forged_pack_is_never_verified_without_an_anchor(tmp_path: Path) -> None:
    report = verify_pack(ten_days(seed=99).export(tmp_path / "p.lachan"), None)
    assert report.verdict is PackVerdict.ORIGIN_NOT_PROVED


def test_a_truncated_log_is_refused_by_an_earlier_packs_holder(
    province: Province, tmp_path: Path
) -> None:
    earlier = province.export(tmp_path / "earlier.lachan")
    province.now += timedelta(hours=1)
    cut = truncated_log(province, tmp_path / "cut.lachan")
    assert verify_pack(cut, anchor_of(province)).verdict is PackVerdict.VERIFIED
    report = verify_pack(cut, read_anchor(str(earlier)))
    assert codes(report) >= {FaultCode.LOG_SHORTENED}


def test_a_rewritten_log_is_refused_by_an_earlier_packs_holder(
    province: Province, tmp_path: Path
) -> None:
    """The same keys, the same length and more, another past."""
    earlier = province.export(tmp_path / "earlier.lachan")
    rewritten = Province(seed=5, now=province.now)
    rewritten.order, rewritten.log = province.order, province.log
    rewritten.lines, rewritten.leaves, rewritten.heads = [], [], {}
    for place, line in enumerate(province.lines):
        rewritten.now += timedelta(milliseconds=place == 3)
        rewritten.append(line.entry.facility, line.entry.kind, line.envelope.encode())
    rewritten.agents = province.agents
    later = rewritten.export(tmp_path / "later.lachan")
    report = verify_pack(later, read_anchor(str(earlier)))
    assert codes(report) & {FaultCode.HISTORY_REWRITTEN}


def test_an_old_checkpoint_under_a_new_date_is_named(province: Province, tmp_path: Path) -> None:
    moment = province.moment()
    province.now += timedelta(days=7)
    for code in province.agents:
        province.speak(code, findings(province.now))
    report = verify_pack(province.write(tmp_path / "p.lachan", moment), anchor_of(province))
    assert codes(report) >= {RemarkCode.CHECKPOINT_OLD, RemarkCode.QUIET}


def test_a_quiet_agent_and_one_that_never_spoke_are_named(
    province: Province, tmp_path: Path
) -> None:
    province.now += timedelta(days=7)
    province.speak("a1", findings(province.now))
    silent = province.enrol("a4", FACILITY)
    del province.lines[-1], province.leaves[-1]
    head = province.lines[-1].entry
    province.heads[FACILITY] = checkpoint.Head(head.facility_sequence, province.leaves[-1])
    report = verify_pack(province.export(tmp_path / "p.lachan"), anchor_of(province))
    named = {found.detail["agent"]: found.code for found in report.findings.remarks}
    assert named == {"a2": RemarkCode.QUIET, silent.code: RemarkCode.NO_STATEMENTS}


def test_a_checkpoint_that_this_log_did_not_sign_is_named(
    province: Province, tmp_path: Path
) -> None:
    stranger = ten_days(seed=7)
    province.speak("a1", inventory(stranger.sign_checkpoint()))
    report = verify_pack(province.export(tmp_path / "p.lachan"), anchor_of(province))
    assert codes(report) == {RemarkCode.WITNESS_UNREADABLE}


def test_an_anchor_without_a_proof_proves_nothing(province: Province, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text(province.sign_checkpoint())
    province.speak("a1", findings(province.now))
    report = verify_pack(province.export(tmp_path / "p.lachan"), read_anchor(str(note)))
    assert report.verdict is PackVerdict.ORIGIN_NOT_PROVED
    assert codes(report) == {RemarkCode.ANCHOR_UNCONNECTED}


def test_an_anchor_newer_than_the_pack_proves_nothing(province: Province, tmp_path: Path) -> None:
    old = province.export(tmp_path / "old.lachan")
    province.now += timedelta(days=1)
    province.speak("a1", findings(province.now))
    new = province.export(tmp_path / "new.lachan")
    report = verify_pack(old, read_anchor(str(new)))
    assert report.verdict is PackVerdict.ORIGIN_NOT_PROVED


def test_statements_newer_than_the_verifier_are_counted(
    province: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = province.export(tmp_path / "p.lachan")
    for module in (speakers, scores):
        kinds = {kind: body for kind, body in module.type_of_kind.items() if kind != "inventory"}
        monkeypatch.setattr(module, "type_of_kind", kinds)
    report = verify_pack(path, anchor_of(province))
    assert report.verdict is PackVerdict.VERIFIED
    assert codes(report) >= {RemarkCode.NEWER_KIND}


def test_every_flipped_byte_is_refused(tmp_path: Path) -> None:
    """Without the controller's keys nothing at all can be changed: a sample of all places."""
    province = ten_days(days=2)
    honest_pack = province.export(tmp_path / "p.lachan")
    raw, trusted = honest_pack.read_bytes(), anchor_of(province)
    step = max(1, len(raw) // 200)
    places = [*range(0, len(raw), step), *range(60), *range(len(raw) - 60, len(raw))]
    for place in places:
        honest_pack.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        try:
            report = verify_pack(honest_pack, trusted)
        except UnreadablePackError:
            continue
        assert report.verdict is PackVerdict.FAULTS, f"byte {place} of {len(raw)}"


def test_a_shortened_file_is_refused(honest_pack: Path) -> None:
    raw = honest_pack.read_bytes()
    for size in range(0, len(raw), len(raw) // 50):
        honest_pack.write_bytes(raw[:size])
        with pytest.raises(UnreadablePackError):
            verify_pack(honest_pack, None)


def test_more_faults_than_fit_are_counted(province: Province, tmp_path: Path) -> None:
    agent = province.agents["a1"]
    for _ in range(230):
        assert agent.state is not None
        agent.state = ChainState("i1", agent.state.sequence + 1, agent.state.head)
        province.speak("a1", Gap("outbox", "lost"))
    report = verify_pack(province.export(tmp_path / "p.lachan"), anchor_of(province))
    assert len(report.findings.faults) == 200
    assert report.findings.omitted == 30


def accepting(*_arguments: object, **_named: object) -> None:
    """A judge that says yes to everything."""


JUDGES: tuple[tuple[object, str, FaultCode], ...] = (
    (foundation, "_judge_files", FaultCode.FILE_CHANGED),
    (foundation, "_judge_files", FaultCode.FILE_MISSING),
    (foundation, "_judge_files", FaultCode.FILE_UNEXPECTED),
    (verdict, "_judge_checkpoint", FaultCode.CHECKPOINT),
    (verdict, "judge_heads", FaultCode.HEADS_DIFFER),
    (verdict, "judge_heads", FaultCode.NEWEST_MISSING),
    (subchain.Subchain, "take", FaultCode.ENTRY_MISSING),
    (subchain.Subchain, "take", FaultCode.ENTRY_CHANGED),
    (PublicKey, "verify", FaultCode.SIGNATURE),
    (speakers, "_follow", FaultCode.CHAIN),
    (speakers, "_demand_place", FaultCode.WRONG_PLACE),
    (merkle, "verify_inclusion", FaultCode.PROOF_WRONG),
    (merkle, "verify_consistency", FaultCode.HISTORY_REWRITTEN),
    (history, "judge_older", FaultCode.LOG_SHORTENED),
    (scores, "_judge_one", FaultCode.SCORE_DIFFERS),
    (scores, "_judge_one", FaultCode.SCORING),
    (scores, "_judge_one", FaultCode.CATALOGUE),
)


@pytest.mark.parametrize(("owner", "name", "code"), JUDGES)
def test_a_judge_that_always_accepts_lets_its_lie_through(
    owner: object, name: str, code: FaultCode, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The other way round: what `test_a_lie_is_refused` sees, it sees through this judge."""
    lies = [forgery for forgery in FORGERIES if forgery.code is code]
    made = [(lie, ten_days()) for lie in lies]
    packs = [
        (lie, province, lie.forge(province, tmp_path / f"{place}.lachan"))
        for place, (lie, province) in enumerate(made)
    ]
    assert all(code in codes(verify_pack(path, anchor_of(p))) for _, p, path in packs)
    monkeypatch.setattr(owner, name, accepting)
    through = [lie for lie, p, path in packs if code not in codes(verify_pack(path, anchor_of(p)))]
    assert through


def test_the_anchors_judge_is_needed(
    province: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged: Callable[..., bool] = lambda *_arguments: True  # noqa: E731
    path = ten_days(seed=99).export(tmp_path / "p.lachan")
    assert verify_pack(path, anchor_of(province)).verdict is PackVerdict.FAULTS
    monkeypatch.setattr(verdict, "judge_anchor", forged)
    assert verify_pack(path, anchor_of(province)).verdict is PackVerdict.VERIFIED
    assert anchor.judge_anchor is not forged


def test_a_pack_of_an_unreadable_head_list_is_refused(
    province: Province, honest_pack: Path
) -> None:
    path = repack(honest_pack, lambda files: files.update({pack.HEADS: b"\xff"}), province.order)
    assert verify_pack(path, anchor_of(province)).verdict is PackVerdict.FAULTS


@given(
    name=st.sampled_from([*pack.ALWAYS, pack.STATEMENT]),
    place=st.floats(0, 1),
    length=st.integers(0, 40),
    new=st.binary(max_size=40) | st.text('0123456789[]{},:"\\', max_size=40).map(str.encode),
)
@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_a_signer_writes_into_a_file_gives_a_verdict(
    small: tuple[Province, bytes], tmp_path: Path, name: str, place: float, length: int, new: bytes
) -> None:
    """Not one of these bytes may end the verifier otherwise than with its verdict."""
    province, raw = small
    path = tmp_path / "p.lachan"
    path.write_bytes(raw)

    def edit(files: dict[str, bytes]) -> None:
        start = round(place * len(files[name]))
        files[name] = files[name][:start] + new + files[name][start + length :]

    repack(path, edit, None if name == pack.STATEMENT else province.order)
    assert verify_pack(path, anchor_of(province)).verdict in set(PackVerdict)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Province, bytes]:
    province = ten_days(days=2)
    return province, province.export(tmp_path_factory.mktemp("small") / "p").read_bytes()
