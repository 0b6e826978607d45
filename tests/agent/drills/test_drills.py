"""Drills over two real sites: only the named site's own bytes make them pass."""

import re
import shutil
from itertools import count
from pathlib import Path

import pytest

from agent.daemon.work import drill_job
from agent.daemon.work.backup import backup_job
from agent.drills import companion, scratch
from agent.drills.companion import Held
from agent.drills.errors import UnknownDrillClassError, UnknownDrillError, WrongNonceError
from agent.restic import reading
from agent.sites.errors import UnknownSiteError
from recovery.backup_verdict import SiteJudgement
from recovery.drill_verdict import judge_statement
from recovery.proof import SAMPLE_SIZE, sample_indexes
from tests.agent.drills.conftest import DATASET, Hospital, damage
from wire.verdicts import Assurance, BackupVerdict, Cause, DrillVerdict

FILES = 498


def test_a_full_drill_brings_everything_back_and_verifies_its_site_only(
    hospital: Hospital,
) -> None:
    journal = hospital.drill("D1")
    assert (journal.verdict, journal.cause) == (DrillVerdict.PASSED, None)
    assert (journal.files, journal.mismatches, journal.unproven) == (FILES, 0, 0)
    assert journal.assurance is Assurance.SELF
    assert set(journal.phases) == {"open", "locate", "restore", "compare", "clean_up"}
    assert journal.rto_s == pytest.approx(
        sum(journal.phases.values()) - journal.phases["clean_up"], abs=0.01
    )
    assert journal.predicted_rto_s is not None
    assert journal.objective_s == 24 * 3600
    with hospital.records() as records:
        assert records.verified_at(DATASET, "b") == journal.ended_at
        assert records.verified_at(DATASET, "a") is None
    told = {copy.site: copy.verified_at for copy in hospital.newest_backup().copies}
    assert told == {"a": None, "b": journal.ended_at}
    assert list(hospital.home.scratch.iterdir()) == []


def test_a_spot_drill_answers_the_nonce_and_anyone_can_judge_it(hospital: Hospital) -> None:
    nonce = "c0ffee" * 8
    journal = hospital.drill("D0", nonce=nonce)
    assert (journal.verdict, journal.cause) == (DrillVerdict.PASSED, None)
    assert journal.rto_s is None
    drill, manifest = hospital.newest_drill(), hospital.newest_manifest()
    asked = sample_indexes(nonce, manifest.root, manifest.leaves)
    assert len(asked) == SAMPLE_SIZE
    assert set(asked) <= {answer.index for answer in drill.answers}
    assert judge_statement(drill, manifest).verdict is DrillVerdict.PASSED
    assert judge_statement(drill, None).verdict is not DrillVerdict.PASSED
    with hospital.records() as records:
        assert records.verified_at(DATASET, "b") is None  # a sample is no restore


def test_the_largest_file_is_always_asked_for(hospital: Hospital) -> None:
    hospital.drill("D0", nonce=_nonce_without(hospital, "largest.bin"))
    index = _index_of(hospital, "largest.bin")
    assert index in {answer.index for answer in hospital.newest_drill().answers}


def test_answers_change_with_the_nonce_and_with_the_facility_key(hospital: Hospital) -> None:
    answers = []
    for nonce in ("0" * 32, "1" * 32):
        hospital.drill("D0", nonce=nonce)
        drill = hospital.newest_drill()
        answers.append({answer.index: answer.keyed for answer in drill.answers})
    common = answers[0].keys() & answers[1].keys()
    assert common
    assert all(answers[0][index] != answers[1][index] for index in common)


@pytest.mark.parametrize("drill_class", ["D0", "D1"])
def test_nothing_but_the_site_is_needed(hospital: Hospital, drill_class: str) -> None:
    shutil.rmtree(hospital.share)
    shutil.rmtree(hospital.root / "nas")
    shutil.rmtree(hospital.home.state_dir / "restic")  # caches too
    for file in hospital.home.state_dir.glob("*"):
        if re.match(r"(recovery|ledger|drills|integrity)\.sqlite", file.name):
            file.unlink()
    journal = hospital.drill(drill_class)
    assert (journal.verdict, journal.cause) == (DrillVerdict.PASSED, None)


def test_a_damaged_pack_at_b_fails_the_full_drill_though_a_is_whole(
    hospital: Hospital, big_pack: Path
) -> None:
    damage(big_pack)
    journal = hospital.drill("D1")
    assert (journal.verdict, journal.cause) == (
        DrillVerdict.FAILED,
        Cause.REPOSITORY_DAMAGED,
    )
    assert journal.mismatches == 1
    assert journal.rto_s is None  # it did not come back
    assert journal.files >= FILES - 1
    assert hospital.drill("D1", site="a").verdict is DrillVerdict.PASSED
    with hospital.records() as records:
        assert records.verified_at(DATASET, "b") is None


def test_a_damaged_pack_at_b_fails_a_spot_drill_that_asks_for_a_file_in_it(
    hospital: Hospital, big_pack: Path
) -> None:
    damage(big_pack)
    asking, sparing = _nonce_with(hospital, "big.bin"), _nonce_without(hospital, "big.bin")
    journal = hospital.drill("D0", nonce=asking)
    assert journal.verdict is DrillVerdict.FAILED
    assert journal.mismatches == 1
    committed = hospital.newest_manifest()
    assert judge_statement(hospital.newest_drill(), committed).verdict is DrillVerdict.FAILED
    assert hospital.drill("D0", nonce=sparing).verdict is DrillVerdict.PASSED
    assert hospital.drill("D0", "a", nonce=f"{asking}.a").verdict is DrillVerdict.PASSED


def test_a_site_that_failed_a_drill_is_red_until_it_is_found_whole(
    hospital: Hospital, big_pack: Path
) -> None:
    assert _site_b(hospital).verdict is not BackupVerdict.RED
    damage(big_pack)
    assert hospital.drill("D1").verdict is DrillVerdict.FAILED
    hospital.back_up()  # a run that reads no stored data cannot make it good again
    site = _site_b(hospital)
    assert (site.verdict, site.cause) == (BackupVerdict.RED, Cause.REPOSITORY_DAMAGED)
    told = {copy.site: copy.cause for copy in hospital.newest_backup().copies}
    assert told["b"] is Cause.REPOSITORY_DAMAGED


@pytest.mark.parametrize("drill_class", ["D0", "D1"])
def test_a_site_that_was_put_back_to_an_older_copy_fails(
    hospital: Hospital, drill_class: str
) -> None:
    repository, older = hospital.site_b.repository, hospital.root / "older"
    shutil.rmtree(older, ignore_errors=True)
    shutil.copytree(repository, older)
    (hospital.share / "new").write_text("since then")
    hospital.back_up()
    shutil.rmtree(repository)
    older.rename(repository)
    journal = hospital.drill(drill_class)
    assert (journal.verdict, journal.cause) == (DrillVerdict.FAILED, Cause.SNAPSHOTS_VANISHED)
    assert _site_b(hospital).verdict is BackupVerdict.RED


def test_damaged_folder_listings_at_b_are_not_answered_from_a_cache(hospital: Hospital) -> None:
    hospital.drill("D1")  # whatever could be cached is cached now
    for pack in hospital.packs_b:
        if pack.stat().st_size < 400_000:
            damage(pack)
    assert hospital.drill("D1").verdict is DrillVerdict.FAILED


@pytest.mark.parametrize("drill_class", ["D0", "D1"])
def test_without_its_companion_at_the_site_a_drill_cannot_conclude(
    hospital: Hospital, drill_class: str
) -> None:
    with hospital.records() as records:
        gone = {point.companion for point in records.points(DATASET, "b")}
    for one in gone:
        (hospital.site_b.repository / "snapshots" / str(one)).unlink()
    journal = hospital.drill(drill_class)
    assert (journal.verdict, journal.cause) == (DrillVerdict.INCONCLUSIVE, Cause.NO_MANIFEST)
    assert hospital.drill(drill_class, site="a").verdict is DrillVerdict.PASSED


def test_without_a_snapshot_at_the_site_a_drill_fails(hospital: Hospital) -> None:
    for snapshot in (hospital.site_b.repository / "snapshots").iterdir():
        snapshot.unlink()
    journal = hospital.drill("D1")
    assert (journal.verdict, journal.cause) == (DrillVerdict.FAILED, Cause.NO_SNAPSHOT)


def test_a_site_that_does_not_answer_concludes_nothing(hospital: Hospital) -> None:
    hospital.site_b.known_hosts_file.rename(hospital.root / "kept")
    try:
        journal = hospital.drill("D1")
    finally:
        (hospital.root / "kept").rename(hospital.site_b.known_hosts_file)
    assert journal.verdict is DrillVerdict.INCONCLUSIVE
    assert journal.cause is not None
    assert hospital.newest_drill().cause is journal.cause
    assert list(hospital.home.scratch.iterdir()) == []


def test_a_manifest_other_than_the_recorded_one_fails(hospital: Hospital) -> None:
    with hospital.records() as records:
        records._connection.execute("UPDATE manifests SET root = ?", ("0" * 64,))  # noqa: SLF001
    journal = hospital.drill("D1")
    assert (journal.verdict, journal.cause) == (DrillVerdict.FAILED, Cause.CONTENT_DIFFERS)


def test_a_nonce_is_used_once(hospital: Hospital) -> None:
    nonce = "0123456789abcdef" * 2
    assert hospital.drill("D0", nonce=nonce).nonce == nonce
    sealed = hospital.app.outbox.head()
    with pytest.raises(WrongNonceError):
        hospital.drill("D0", nonce=nonce)
    assert hospital.app.outbox.head() == sealed


@pytest.mark.parametrize("nonce", ["short", "x" * 97, "có dấu cách và chữ Việt", "a" * 20 + "\n"])
def test_a_malformed_nonce_is_refused(hospital: Hospital, nonce: str) -> None:
    with pytest.raises(WrongNonceError):
        hospital.drill("D0", nonce=nonce)


def test_what_is_not_configured_is_refused(hospital: Hospital) -> None:
    with pytest.raises(UnknownSiteError):
        hospital.drill("D1", site="c")
    with pytest.raises(UnknownDrillClassError):
        hospital.drill("D7")
    with pytest.raises(UnknownDrillError):
        drill_job.one(hospital.app, "D1-0")


def test_without_a_named_site_the_sites_take_turns(hospital: Hospital) -> None:
    sites = [hospital.drill("D1", site="").site for _ in range(3)]
    assert sites == ["a", "b", "a"]


def test_the_journal_is_kept_and_listed_newest_first(hospital: Hospital) -> None:
    held = [hospital.drill("D1"), hospital.drill("D0")]
    assert drill_job.recent(hospital.app, 5) == tuple(reversed(held))
    assert drill_job.one(hospital.app, held[0].drill_id) == held[0]


def test_nothing_of_names_contents_or_restic_leaves(hospital: Hospital) -> None:
    journal = hospital.drill("D0")
    sealed = hospital.newest_envelope("drill")
    statement = hospital.newest_drill()
    said = repr(statement).encode() + sealed
    for secret in (DATASET, "bệnh án", "largest", "share", journal.snapshot, journal.snapshot[:8]):
        assert secret.encode() not in said
        assert secret not in repr(statement)


def test_the_sealed_folder_is_closed_to_others(hospital: Hospital) -> None:
    sealed = scratch.make(hospital.home, "D1-test", hospital.app.clock)
    assert sealed.folder.stat().st_mode & 0o777 == 0o700
    assert hospital.home.scratch.stat().st_mode & 0o777 == 0o700
    scratch.remove(sealed.folder)


def _site_b(hospital: Hospital) -> SiteJudgement:
    (dataset,) = backup_job.look(hospital.app)
    return dataset.judgement.sites[1]


def _index_of(hospital: Hospital, name: str) -> int:
    """The place of a file in the newest manifest, read from A's companion."""
    for index, entry in enumerate(_held(hospital).entries()):
        if entry.path == f"/{name}".encode():
            return index
    raise AssertionError(name)


def _held(hospital: Hospital) -> Held:
    folder = hospital.root / "companion-of-a"
    shutil.rmtree(folder, ignore_errors=True)
    with hospital.records() as records:
        point = records.newest_point(DATASET, "a")
    assert point is not None
    assert point.companion is not None
    reading.restore(hospital.restic("a"), point.companion, folder)
    return companion.read(folder, "a")


def _nonce_with(hospital: Hospital, name: str) -> str:
    return _nonce(hospital, name, asked=True)


def _nonce_without(hospital: Hospital, name: str) -> str:
    return _nonce(hospital, name, asked=False)


def _nonce(hospital: Hospital, name: str, *, asked: bool) -> str:
    manifest, index = hospital.newest_manifest(), _index_of(hospital, name)
    for number in count():
        nonce = f"{number:032x}"
        if (index in sample_indexes(nonce, manifest.root, manifest.leaves)) is asked:
            return nonce
    raise AssertionError
