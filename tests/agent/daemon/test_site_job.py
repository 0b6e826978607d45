"""What was proved of a place cannot be shaken off; a place that changes is looked at again."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
import yaml

from agent.backup.records.records import (
    KnownRepository,
    KnownSeparation,
    Records,
    Run,
    open_records,
)
from agent.backup.repositories import remember
from agent.config.home import Home
from agent.daemon.app import App
from agent.daemon.work.sites import attack_job, site_job, site_watch
from agent.daemon.work.sites.site_job import Probed
from agent.daemon.work.sites.site_watch import PROBE, PROBE_IF_CHANGED
from agent.sites.door import places_of
from agent.sites.opening import open_site
from demo.ssh_site import SshSite, free_port
from tests.real.light_repositories import Born
from wire.codec import decode_statement
from wire.envelope import peek_payload
from wire.messages import Gap, SiteEvidence
from wire.verdicts import Separation

GONE = {"kind": "append_only_ssh", "user": "lachan", "host": "127.0.0.1"}
Configure = Callable[..., App]


@pytest.fixture(autouse=True)
def no_attacks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attacks on sites have tests of their own."""
    monkeypatch.setattr(attack_job, "run", lambda *_: ())


@pytest.fixture
def configure(home: Home, tmp_path: Path, pair: Born, opened: Callable[[Home], App]) -> Configure:
    """An agent with two sites on this machine; keywords change site b."""
    (tmp_path / "data").mkdir()
    for name in ("a", "b"):
        pair.give(home, name, tmp_path / name / "r")

    def write(name: str = "b", a: dict[str, object] | None = None, **b: object) -> App:
        site_a = {"name": "a", "kind": "local", "held_by": "owned", "path": str(tmp_path / "a/r")}
        site_b = {"name": name, "held_by": "owned", "kind": "local", "path": str(tmp_path / "b/r")}
        if b.get("kind", "local") != "local":
            del site_b["path"]
        document = {
            "datasets": [
                {
                    "name": "d",
                    "paths": [str(tmp_path / "data")],
                    "schedule": "0 4 * * *",
                    "rpo": "8h",
                }
            ],
            "sites": [{**site_a, **(a or {})}, {**site_b, **b}],
        }
        home.agent_yaml.write_text(yaml.safe_dump(document))
        return opened(home)

    return write


@pytest.fixture
def hidden(tmp_path: Path) -> dict[str, object]:
    """A site somewhere where nobody answers."""
    (tmp_path / "key").touch(mode=0o600)
    files = {"key_file": str(tmp_path / "key"), "known_hosts_file": str(tmp_path / "key")}
    return {**GONE, **files, "port": free_port(), "address": "elsewhere"}


@contextmanager
def records_of(app: App) -> Iterator[Records]:
    with closing(open_records(app.home, app.clock)) as records:
        yield records


def made(app: App, probed: Probed) -> None:
    """As after a first backup: the repositories' ids are known."""
    with records_of(app) as records:
        for name in ("a", "b"):
            door = open_site(next(s for s in app.config.sites if s.name == name), app.home)
            ident = _id_of(door.repository.address, app)
            remember(records, KnownRepository(name, ident, "x"), app.clock.now())
    assert probed.evidence.verdict is Separation.NOT_SEPARATE


def _id_of(_address: str, app: App) -> str:
    from agent.restic import reading
    from agent.restic.door import Restic
    from agent.sites.opening import workplace_of

    site = next(site for site in app.config.sites if str(site.path) == _address)
    return reading.config(Restic(open_site(site, app.home).repository, workplace_of(app.home))).id


def sealed(app: App, kind: str) -> list[object]:
    found = app.outbox.latest(kind, 1)
    return [decode_statement(kind, peek_payload(one.raw)).body for one in found]


def test_a_new_address_and_a_hidden_probe_shake_nothing_off(
    configure: Configure, hidden: dict[str, object]
) -> None:
    app = configure()
    made(app, site_job.run(app))

    moved = site_job.run(configure(**hidden))

    assert moved.evidence.verdict is Separation.NOT_SEPARATE
    pair = moved.evidence.pairs[-1]
    assert ("boot_id" in pair.hard, "boot_id" in pair.missing) == (True, True)
    assert moved.decided_at[(pair.a, pair.b)]
    again = site_job.run(configure(**{**hidden, "address": "somewhere else"}))
    assert again.evidence.verdict is Separation.NOT_SEPARATE


def test_another_name_for_the_same_repository_shakes_nothing_off(
    configure: Configure, hidden: dict[str, object]
) -> None:
    app = configure()
    made(app, site_job.run(app))
    with records_of(app) as records:
        same = records.repository("b")
        assert same is not None
        remember(records, KnownRepository("c", same.repository, "x"), app.clock.now())

    probed = site_job.run(configure("c", **hidden))

    assert [pair.b for pair in probed.evidence.pairs] == ["a", "c", "c"]
    assert "boot_id" in probed.evidence.pairs[-1].hard


def test_a_person_who_says_that_a_site_has_moved_is_recorded(
    configure: Configure, hidden: dict[str, object]
) -> None:
    app = configure()
    made(app, site_job.run(app))
    app = configure(**hidden)

    probed = site_job.run(app, ["b"])

    by_name = {(pair.a, pair.b): pair.verdict for pair in probed.evidence.pairs}
    assert by_name[("host", "a")] is Separation.NOT_SEPARATE
    assert by_name[("host", "b")] is by_name[("a", "b")] is Separation.INCONCLUSIVE
    gap = next(body for body in sealed(app, "gap") if isinstance(body, Gap))
    assert (gap.subject, gap.reason, gap.count) == ("site.b", "SITE_MOVED", 2)


def test_a_site_that_nobody_knows_and_nobody_can_ask_is_never_separate(
    configure: Configure, hidden: dict[str, object]
) -> None:
    probed = site_job.run(configure("c", **hidden))
    assert [pair.verdict for pair in probed.evidence.pairs[1:]] == [Separation.INCONCLUSIVE] * 2
    assert {lack.why.value for lack in probed.lacks[("a", "c")]} >= {"not_asked", "no_document"}


def test_a_disk_that_is_not_mounted_is_no_proof_against_its_site(
    configure: Configure, tmp_path: Path
) -> None:
    """A NAS whose mount has gone leaves a folder on the server's own disk."""
    app = configure()
    with records_of(app) as records:
        remember(records, KnownRepository("a", "known", "x"), app.clock.now())
    shutil.rmtree(tmp_path / "a" / "r")
    (tmp_path / "a" / "r").mkdir()

    probed = site_job.run(app)

    assert probed.evidence.pairs[0].verdict is Separation.INCONCLUSIVE
    assert "a" in probed.faults
    with records_of(app) as records:
        before = records.pairs().known("host", "known")
    assert before is None or before.pair.hard == ()


def test_coordinates_leave_only_where_their_owner_says_so(
    configure: Configure, tmp_path: Path
) -> None:
    paper = tmp_path / "giay.pdf"
    paper.write_bytes(b"%PDF")
    app = configure(
        a={"coordinates": [13.98, 108.0], "place_shown": "full"},
        coordinates=[13.95, 108.65],
        address="Phòng kín",
        documents=[{"what": "Biên bản", "date": "2026-05-31", "file": str(paper)}],
    )
    evidence = site_job.run(app).evidence
    host, a, b = evidence.places
    assert (host.name, host.latitude, host.own_agent) == ("host", None, True)
    assert (a.latitude, a.longitude, a.kind) == (13.98, 108.0, "local")
    assert (b.latitude, b.longitude) == (None, None)
    assert [document.dated for document in b.documents] == ["2026-05-31"]
    assert evidence.pairs[-1].distance_km == pytest.approx(70.2, abs=0.5)
    told = msgspec.json.encode(next(b for b in sealed(app, "sites")))
    for secret in ("Phòng kín", "giay.pdf", "Biên bản", "13.95", "108.65"):
        assert secret.encode() not in told


def test_what_is_due_follows_what_has_changed(configure: Configure) -> None:
    app = configure()
    assert site_watch.due(app) == PROBE  # nobody has ever looked
    site_job.run(app)
    assert site_watch.due(app) == ()
    assert site_watch.due(configure(address="Nhà B")) == PROBE
    assert site_watch.due(configure(coordinates=[13.95, 108.65])) == PROBE
    assert site_watch.due(configure()) == ()


def test_a_disk_that_stays_away_is_looked_at_once(configure: Configure) -> None:
    app = configure()
    site_job.run(app)
    with records_of(app) as records:
        records.traits().keep("a", {"filesystem": "1 4096"}, app.clock.now())
    assert [site_watch.due(app) for _ in range(2)] == [PROBE, ()]


@pytest.mark.parametrize("verdict", [Separation.SEPARATE, Separation.SUSPECT])
def test_a_change_here_makes_good_news_old_and_leaves_bad_news(
    configure: Configure, verdict: Separation
) -> None:
    app = configure()
    site_job.run(app)
    doors = tuple(open_site(site, app.home) for site in app.config.sites)
    with records_of(app) as records:
        places = places_of(doors)
        records.set_separation(KnownSeparation(verdict, app.clock.now(), places))
        records.traits().keep("a", {"filesystem": "1 4096"}, app.clock.now())
    assert site_watch.due(app) == PROBE
    with records_of(app) as records:
        known = records.separation()
    assert known is not None
    assert (known.places == places) == (verdict is Separation.SUSPECT)


def test_after_a_backup_the_sites_over_the_network_are_asked_whether_they_changed(
    configure: Configure, ssh_b: dict[str, object]
) -> None:
    app = configure(**ssh_b)
    assert site_watch.changed_at_sites(app) is False  # seen for the first time
    with records_of(app) as records:
        now = app.clock.now()
        doors = tuple(open_site(site, app.home) for site in app.config.sites)
        records.set_separation(KnownSeparation(Separation.INCONCLUSIVE, now, places_of(doors)))
        assert site_watch.due(app) == ()
        records.add_run(Run("d", now + timedelta(seconds=1), None, 1, 1, ""))
        assert site_watch.due(app) == PROBE_IF_CHANGED
        records.traits().keep("b", {"host_key": "another"}, now)
    assert site_watch.changed_at_sites(app) is True
    assert site_watch.changed_at_sites(app) is False
    with records_of(app) as records:
        known = records.separation()
    assert known is not None
    assert known.places == ""


@pytest.fixture
def ssh_b(site_b: SshSite) -> dict[str, object]:
    files = ("key_file", "probe_key_file", "known_hosts_file")
    paths = {name: str(getattr(site_b, name)) for name in files}
    return {**GONE, **paths, "user": site_b.user, "port": site_b.port}


def test_evidence_is_what_was_judged(configure: Configure) -> None:
    app = configure()
    probed = site_job.run(app)
    told = next(body for body in sealed(app, "sites") if isinstance(body, SiteEvidence))
    assert told == probed.evidence
