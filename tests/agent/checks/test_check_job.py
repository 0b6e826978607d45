"""A look is sealed, and what must stay at the facility stays there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.checks.catalogue import CHECK_BY_ID, SINGLES, SLOW_FACTS
from agent.checks.history import Direction
from agent.checks.model import Finding
from agent.config.home import Home, home_at
from agent.daemon.app import App, open_app
from agent.daemon.own_score import own_scores, worst
from agent.daemon.standing import DEFAULT, standing
from agent.daemon.work import check_job
from agent.facts.slow import open_slow_facts
from tests.agent.checks.fake_host import NOW, FakeHost
from tests.agent.checks.test_cases import CASES, finding_of
from wire.codec import decode_statement, encode
from wire.envelope import peek_payload
from wire.messages import Findings
from wire.privacy import Privacy
from wire.verdicts import CheckVerdict, Regime

NAMES_IN_CASES = (
    "tam", "hoa", "toor", "/srv", "/home", "cloud", "chia", "cron.d/backup", "his.list", "10.0.0",
    "/usr/local/bin/tool", "auth.log",
)  # fmt: skip
SECRET = "tam-nguyen-khoa-ngoai"  # noqa: S105 - a name planted to be looked for
TRANSCRIPT = (
    "$ cat /proc/sys/kernel/random/boot_id\n0a0b0c0d-0000-0000-0000-000000000000\n\n"
    f"$ cat /etc/passwd\nroot:x:0:0:root:/root:/bin/bash\n{SECRET}:x:0:0::/x:/bin/bash\n\n"
    "$ cat /etc/group\nroot:x:0:\n\n$ cat /proc/sys/kernel/randomize_va_space\n2\n\n"
    "$ ls /usr/lib/sysctl.d\n\n$ ls /usr/local/lib/sysctl.d\n\n$ ls /run/sysctl.d\n\n"
    "$ ls /etc/sysctl.d\n\n$ stat /usr/lib/systemd/systemd-sysctl\n755 0 0 1 0 regular\n"
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = home_at(tmp_path)
    home.agent_yaml.write_text(
        "facility: GL-BVDK\nsystems: [{code: FS-01, regime: ND331, level: 3}]\n"
    )
    return home


@pytest.fixture
def app(home: Home) -> Iterator[App]:
    app = open_app(home, host=FakeHost(TRANSCRIPT))
    yield app
    app.close()


def test_a_look_is_sealed_with_every_check(app: App) -> None:
    look = check_job.run(app)
    (row,) = app.outbox.latest("findings", 10)
    body = decode_statement("findings", peek_payload(row.raw)).body
    assert isinstance(body, Findings)
    assert row.sequence == look.sequence
    asked = [check.id for check in check_job.own_standing(app).checks]
    assert [result.check for result in body.results] == asked


def test_what_a_local_check_observed_leaves_only_as_a_count(app: App) -> None:
    look = check_job.run(app)
    (found,) = [f for f in look.findings if f.check == "accounts.only_root_has_uid_0"]
    assert (found.verdict, SECRET in found.observed) == (CheckVerdict.FAIL, True)
    (row,) = app.outbox.latest("findings", 10)
    assert SECRET.encode() not in peek_payload(row.raw)
    (result,) = check_job.statement((found,)).results
    assert (result.observed, result.observed_count) == ("", 1)


def test_what_a_public_check_observed_is_told(app: App) -> None:
    look = check_job.run(app)
    (found,) = [f for f in look.findings if f.check == "kernel.setting.randomize_va_space"]
    (result,) = check_job.statement((found,)).results
    assert result.observed == "kernel.randomize_va_space = 2"


@pytest.mark.parametrize("check_id", CHECK_BY_ID)
def test_the_longest_observation_fits_the_wire(check_id: str) -> None:
    finding = Finding(check_id, CheckVerdict.FAIL, CHECK_BY_ID[check_id].expected, NOW, "x" * 5000)
    assert encode(check_job.statement((finding,)))


@pytest.mark.parametrize("check_id", CHECK_BY_ID)
def test_an_error_s_source_and_detail_never_leave(check_id: str) -> None:
    finding = Finding(
        check_id, CheckVerdict.UNKNOWN, "x", NOW, reason="failed", unreadable=SECRET, detail=SECRET
    )
    assert SECRET.encode() not in encode(check_job.statement((finding,)))


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_name_of_a_case_leaves_the_host(case: Path) -> None:
    sealed = encode(check_job.statement((finding_of(case),))).decode()
    assert [name for name in NAMES_IN_CASES if name in sealed] == []


def test_checks_that_see_names_are_local() -> None:
    named = ("accounts.", "sudo.asks", "files.homes", "files.ownerless", "files.open", "nfs.")
    seeing = [
        c for c in SINGLES if c.id.startswith(named) and c.judge.__name__ != "managed_centrally"
    ]
    public = [c.id for c in seeing if c.observed_is is Privacy.PUBLIC]
    assert public == ["accounts.root_password_locked"]  # says only: locked or usable


def test_slow_facts_are_collected_when_due_and_not_again(app: App, home: Home) -> None:
    assert check_job.collect_due(app) == len(SLOW_FACTS)
    assert check_job.collect_due(app) == 0
    store = open_slow_facts(home, app.clock)
    assert all(store.recall(fact.name) for fact in SLOW_FACTS)
    store.close()


def test_a_slow_fact_is_collected_now_though_it_is_not_due(app: App, home: Home) -> None:
    (fact,) = check_job.slow_facts_of([CHECK_BY_ID["updates.no_security_update_waits"]])
    check_job.collect_now(app, fact)
    store = open_slow_facts(home, app.clock)
    assert [bool(store.recall(one.name)) for one in SLOW_FACTS].count(True) == 1
    store.close()


def test_a_part_is_never_recorded_as_the_whole(app: App) -> None:
    findings = check_job.look_at(
        app, [CHECK_BY_ID["kernel.setting.randomize_va_space"]], standing(None, ())
    )
    assert [finding.verdict for finding in findings] == [CheckVerdict.PASS]
    assert app.outbox.latest("findings", 10) == ()


def test_the_second_look_tells_what_changed_since_the_first(app: App, home: Home) -> None:
    first = check_job.run(app)
    again = check_job.run(app)
    assert (first.changes, again.changes) == ((), ())
    app.close()
    worse = open_app(home, host=FakeHost(TRANSCRIPT.replace("_space\n2", "_space\n0")))
    (change,) = check_job.run(worse).changes
    worse.close()
    assert (change.check, change.direction) == (
        "kernel.setting.randomize_va_space",
        Direction.WORSE,
    )


def test_the_score_has_its_coverage_and_rises_only_by_what_was_seen(app: App) -> None:
    rows = standing(None, ((Regime.ND331, 3),))
    (before,) = own_scores(app, rows, app.clock.now())
    check_job.run(app)
    (after,) = own_scores(app, rows, app.clock.now())
    assert before.value == 0.0
    assert after.coverage is not None
    assert 0 < after.coverage < 1
    assert worst((after,)) is after


def test_a_level_without_policy_has_no_score(app: App) -> None:
    rows = standing(None, ((Regime.ND85, 9),))
    (score,) = own_scores(app, rows, app.clock.now())
    assert (score.value, score.coverage, worst((score,))) == (None, None, None)
    assert rows.catalogues == {}
    assert rows.weight("sshd.root_login_denied") > (0, 0), DEFAULT
