"""A real controller's pack, from its real database, is one that the verifier believes."""

from datetime import timedelta
from pathlib import Path

import pytest

from controller.cli.export import write_pack_file
from controller.errors import UnknownThingError, WrongValueError
from controller.fleet.add_facility import add_facility
from controller.fleet.province import Province
from controller.fleet.revoke import revoke_agent
from controller.fleet.score_systems import store_scores
from tests.controller.speaking import Clock, SpokenHost
from verify.anchor import read_anchor
from verify.verdict import verify_pack
from wire.keys import SigningKey, fingerprint
from wire.messages import Findings, Inventory, Result, Rotation
from wire.verdicts import CheckVerdict, PackVerdict


def _work(province: Province, host: SpokenHost, clock: Clock, days: int) -> None:
    """Some days of findings, a score a day, and what the agent holds of the log."""
    for day in range(days):
        clock.forward(timedelta(days=1))
        with province.database.writing() as connection:
            _, note = province.checkpoint(connection, clock())
        verdict = CheckVerdict.PASS if day % 2 else CheckVerdict.FAIL
        result = Result("sshd.root_login_denied", verdict, "no", clock())
        inventory = Inventory("debian", "12", "6.1", "0.1.0", "0.14.0", 2, 2**30, "", note)
        answer = host.send(host.statement(inventory), host.statement(Findings((result,))))
        assert answer.status_code == 200, answer.text
        store_scores(province)


def _pack(province: Province, folder: Path, name: str = "BV.lachan") -> Path:
    write_pack_file(province, "BV", folder / name, "test")
    return folder / name


def test_a_packs_scores_proofs_and_witnesses_hold(
    province: Province, host: SpokenHost, clock: Clock, tmp_path: Path
) -> None:
    add_facility(province, "test", "TT", "Trung tâm")
    host.send(host.opening())
    _work(province, host, clock, days=3)
    anchor = read_anchor(fingerprint(province.keys.log.public))
    report = verify_pack(_pack(province, tmp_path), anchor)
    assert report.findings.faults == []
    assert report.findings.remarks == []
    assert report.verdict is PackVerdict.VERIFIED
    assert report.checked.scores == 3


def test_an_earlier_pack_is_an_anchor_for_a_later_one(
    province: Province, host: SpokenHost, clock: Clock, tmp_path: Path
) -> None:
    host.send(host.opening())
    earlier = _pack(province, tmp_path, "earlier.lachan")
    _work(province, host, clock, days=1)
    report = verify_pack(_pack(province, tmp_path), read_anchor(str(earlier)))
    assert report.findings.faults == []
    assert report.verdict is PackVerdict.VERIFIED


def test_rotated_and_revoked_keys_are_followed(
    province: Province, host: SpokenHost, clock: Clock, tmp_path: Path
) -> None:
    host.send(host.opening())
    next_key = SigningKey.from_bytes(bytes(range(32)))
    assert host.send(host.statement(Rotation(next_key.public.to_base64()))).status_code == 200
    host.key = next_key
    _work(province, host, clock, days=1)
    revoke_agent(province, "test", host.agent, "sold")
    anchor = read_anchor(fingerprint(province.keys.order.public))
    report = verify_pack(_pack(province, tmp_path), anchor)
    assert report.findings.faults == []
    assert [found.code.value for found in report.findings.remarks] == ["REVOKED"]


def test_a_pack_that_cannot_be_made_leaves_no_file(province: Province, tmp_path: Path) -> None:
    with pytest.raises(UnknownThingError):
        write_pack_file(province, "NOBODY", tmp_path / "x.lachan", "test")
    with pytest.raises(WrongValueError):
        write_pack_file(province, "BV", tmp_path / "no" / "x.lachan", "test")
    assert list(tmp_path.rglob("*.lachan*")) == []
