"""Jobs, the diary, orders as commands, and the figures."""

import sqlite3
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta

import click
import pytest

from agent.cli.main import root_command
from agent.config.home import Home
from agent.daemon.app import App
from agent.daemon.children import Children
from agent.daemon.diary import MIGRATIONS, Diary, open_diary
from agent.daemon.jobs import Job, jobs_of
from agent.daemon.metrics import metrics_text
from agent.daemon.orders import dataset_behind, words_of
from agent.daemon.reporting import tell_configuration
from agent.daemon.rounds import open_runner
from agent.daemon.runner import Runner
from agent.daemon.tell import tell
from agent.daemon.work.inventory import os_names, tell_inventory
from agent.errors import AgentError, UnreadableFactError
from agent.state.database import open_state
from wire.messages import Backup, Findings, Result
from wire.orders import Order
from wire.verdicts import BackupVerdict, CheckVerdict, Names

CONFIGURED = """
facility: GL-BVDK
integrity: [{path: /srv/SECRET-FOLDER}]
sites: [{name: a, kind: local, held_by: owned, path: /mnt/a}]
datasets:
  - {name: SECRET-DATASET, paths: [/srv], schedule: "15 */4 * * *", rpo: 8h}
  - {name: his, paths: [/var], schedule: "0 1 * * *", rpo: 1d}
"""


@pytest.fixture
def configured(home: Home, opened: Callable[[Home], App]) -> App:
    home.agent_yaml.write_text(CONFIGURED)
    return opened(home)


def order(app: App, kind: str, **fields: str) -> Order:
    now = app.clock.now()
    return Order("a-1", "o-1", 1, kind, now, now + timedelta(hours=1), **fields)


def test_an_agent_alone_speaks_to_nobody(app: App) -> None:
    assert [job.name for job in jobs_of(app)] == ["inventory", "metrics", "slow_facts", "check"]


def test_every_dataset_has_its_own_job(configured: App) -> None:
    jobs = {job.name: job for job in jobs_of(configured)}
    assert jobs["backup:his"].cron == "0 1 * * *"
    words = ("backup", "run", "--dataset", "his", "--trigger", "schedule", "--json")
    assert jobs["backup:his"].words == words
    assert {"integrity", "site", "drill_d0", "drill_d1"} <= jobs.keys()


def test_an_order_becomes_one_of_our_own_commands(configured: App) -> None:
    assert words_of(order(configured, "check"), "") == ("check", "--json")
    assert words_of(order(configured, "scan"), "") == ("integrity", "scan", "--json")
    assert words_of(order(configured, "backup"), "his") == (
        "backup", "run", "--dataset", "his", "--trigger", "order", "--json",
    )  # fmt: skip
    drill = order(configured, "drill", drill_class="D0", site="b", nonce="abc")
    assert words_of(drill, "his") == (
        "drill", "run", "--dataset", "his", "--order", "o-1",
        "--class", "D0", "--site", "b", "--nonce", "abc", "--json",
    )  # fmt: skip


def test_the_command_line_understands_every_job_and_order(configured: App) -> None:
    drill = order(configured, "drill", drill_class="D1", site="a", nonce="n")
    lines = [job.words for job in jobs_of(configured) if job.words]
    lines += [words_of(order(configured, kind), "his") for kind in ("check", "scan", "backup")]
    lines += [words_of(order(configured, "verify"), ""), words_of(drill, "his")]
    for words in lines:
        understood(root_command(), list(words))


def understood(command: click.Command, words: list[str]) -> None:
    """Parse as the program would, down to the last command, and run nothing."""
    with command.make_context("x", words) as context:
        if isinstance(command, click.Group):
            rest = [*context._protected_args, *context.args]  # noqa: SLF001 - click keeps them so
            _, inner, rest = command.resolve_command(context, rest)
            assert inner is not None
            understood(inner, rest)


def test_an_order_that_we_do_not_know_becomes_no_command(configured: App) -> None:
    assert words_of(order(configured, "restore"), "") == ()
    assert words_of(order(configured, "sh"), "") == ()


def test_only_this_facility_finds_the_dataset_behind_a_pseudonym(configured: App) -> None:
    pseudonym = configured.pseudonyms.of("dataset", "his")
    assert dataset_behind(configured, pseudonym) == "his"
    assert dataset_behind(configured, "") == ""
    assert dataset_behind(configured, "p" + "0" * 32) is None


def test_the_diary_keeps_the_last_success_through_a_failure(app: App) -> None:
    diary = open_diary(app.home, app.clock)
    diary.began("check")
    diary.succeeded("check")
    first = diary.record("check")
    diary.began("check")
    diary.failed("check", "exit 2")
    second = diary.record("check")
    diary.close()
    assert first is not None
    assert second is not None
    assert second.succeeded_at == first.succeeded_at
    assert (second.result, second.runs, second.failures) == ("exit 2", 2, 1)


class _ToldError(AgentError):
    pass


def _runner(app: App, work: Callable[[App], None]) -> Runner:
    return Runner(app, Children(), open_diary(app.home, app.clock), {"job": work})


def test_an_error_in_one_job_is_written_down_and_ends_nothing(app: App) -> None:
    def fail(_: App) -> None:
        raise _ToldError

    runner = _runner(app, fail)
    assert runner.run(Job("job")) == 2
    record = runner.diary.record("job")
    assert record is not None
    assert (record.result, record.succeeded_at) == ("_Told", None)


def test_a_fault_in_one_job_is_written_down_and_ends_nothing(app: App) -> None:
    runner = _runner(app, lambda _: print(1 // 0))  # noqa: T201
    assert runner.run(Job("job")) == 70
    record = runner.diary.record("job")
    assert record is not None
    assert record.result == "ZeroDivisionError"


def _write_on_a_full_disk(_: App) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA max_page_count=1")
    connection.execute("CREATE TABLE thing (name TEXT)")


def test_a_full_disk_in_one_job_is_no_fault_of_the_program(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    runner = _runner(app, _write_on_a_full_disk)
    assert runner.run(Job("job")) == 2
    record = runner.diary.record("job")
    assert record is not None
    assert record.result == "StateDisk"
    assert "database or disk is full" in caplog.text
    assert "Traceback" not in caplog.text


def test_why_a_job_fails_is_logged_when_it_is_news(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    fails = [True, True, False, True]

    def work(_: App) -> None:
        if fails.pop(0):
            raise _ToldError

    runner = _runner(app, work)
    for _ in range(4):
        runner.run(Job("job"))
    assert [one.message for one in caplog.records] == ["job job: _Told"] * 2


def test_a_job_runs_though_the_diary_cannot_be_written(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[App] = []
    connection = open_state(app.home, "daemon", MIGRATIONS, app.clock)
    connection.execute("PRAGMA query_only=ON")
    runner = Runner(app, Children(), Diary(connection, app.clock), {"job": done.append})
    assert runner.run(Job("job")) == 0
    assert done == [app]
    assert "the diary of jobs cannot be written" in caplog.text


def test_a_job_that_looked_and_found_something_wrong_has_run(app: App) -> None:
    runner = _runner(app, lambda _: None)
    assert runner.run(Job("check", words=("config", "validate"))) == 0
    assert runner.run(Job("bad", words=("bogus",))) == 64
    good, bad = runner.diary.record("check"), runner.diary.record("bad")
    assert good is not None
    assert bad is not None
    assert good.succeeded_at is not None
    assert (bad.result, bad.succeeded_at) == ("exit 64", None)


def test_the_configuration_is_stated_once_until_it_changes(
    app: App, home: Home, opened: Callable[[Home], App]
) -> None:
    tell_configuration(app)
    tell_configuration(app)
    assert [row.kind for row in app.outbox.recent(9)].count("configuration") == 1
    home.agent_yaml.write_text("facility: GL-BVDK\norders: [check]\n")
    changed = opened(home)
    tell_configuration(changed)
    assert [row.kind for row in changed.outbox.recent(9)].count("configuration") == 2


def test_the_inventory_says_what_the_host_is(app: App) -> None:
    tell_inventory(app)
    assert app.outbox.recent(1)[0].kind == "inventory"


def test_os_release_is_read_and_its_absence_is_no_default() -> None:
    assert os_names('NAME="x y"\nID=debian\nVERSION_ID="12"\n#ID=no\n')["VERSION_ID"] == "12"
    with pytest.raises(UnreadableFactError):
        os_names("NAME=x\n")


def test_the_figures_pass_promtool_and_name_nothing(configured: App) -> None:
    runner = open_runner(configured)
    now = configured.clock.now()
    tell(configured, _findings(now))
    pseudonym = configured.pseudonyms.of("dataset", "SECRET-DATASET")
    backup = Backup(pseudonym, Names.FULL, BackupVerdict.RED, 1.0, (), name="SECRET-DATASET")
    tell(configured, backup)
    tell(configured, backup)
    for job in ("backup:SECRET-DATASET", "backup:his"):
        runner.diary.began(job)
    runner.diary.succeeded("backup:his")
    text = metrics_text(configured, runner.diary)
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert b"SECRET" not in text
    assert pseudonym.encode() not in text
    assert b"_created" not in text
    assert b'lachan_agent_checks{verdict="FAIL"} 1.0' in text
    assert b'lachan_agent_datasets{verdict="RED"} 1.0' in text
    assert b'lachan_agent_job_runs_total{job="backup"} 2.0' in text
    assert b'lachan_agent_job_success_timestamp_seconds{job="backup"} 0.0' in text


def _findings(now: datetime) -> Findings:
    return Findings((Result("sshd.x", CheckVerdict.FAIL, "no", now),))
