"""`lachan-agent run`: the daemon; `--once` does what is due, `--orders` what is ordered."""

import logging
import sys

import click

from agent.cli.options import Options
from agent.daemon.app import App, open_app
from texts.catalogue import tr
from wire.errors import GOOD
from wire.text import N_


@click.command(help=N_("Work as the daemon until SIGTERM; child processes do the long jobs."))
@click.option("--once", is_flag=True, help=N_("One round of everything that is due, then end."))
@click.option(
    "--orders",
    is_flag=True,
    help=N_("Take the controller's orders, carry them out, send the evidence, then end."),
)
@click.option("--job", type=click.Choice(["slow_facts", "names", "suspicion"]), hidden=True)
@click.pass_obj
def command(options: Options, once: bool, orders: bool, job: str | None) -> int:  # noqa: FBT001
    if once and orders:
        raise click.UsageError(tr(N_("Use --once or --orders: one round does all that is due.")))
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s"
    )
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    app = open_app(options.home)
    try:
        if job is not None:
            return {
                "names": _learn_names,
                "slow_facts": _collect_slow_facts,
                "suspicion": _act_on_suspicions,
            }[job](app)
        from agent.daemon.rounds import open_runner, run_once, run_orders

        runner = open_runner(app)
        if orders:
            return run_orders(app, runner)
        if once:
            return run_once(app, runner)
        from agent.daemon import service

        end = service.run_daemon(app, runner)
    finally:
        app.close()
    if end is service.End.CHANGED:
        service.begin_again(options.home)
    return service.exit_code(end)


def _collect_slow_facts(app: App) -> int:
    """In a process of its own: what it reads does not stay in the daemon's memory."""
    from agent.daemon.work import check_job

    check_job.collect_due(app)
    return GOOD


def _learn_names(app: App) -> int:
    """The names of new points, for whoever will have to find something."""
    from agent.backup.course import Course
    from agent.daemon.work.restore import learn_job

    learn_job.learn(app, Course(app.clock))
    return GOOD


def _act_on_suspicions(app: App) -> int:
    """Hold what is old, name the clean point, begin the playbook; make and remove canaries."""
    from agent.daemon.work.integrity import suspicion_job

    suspicion_job.act(app)
    return GOOD
