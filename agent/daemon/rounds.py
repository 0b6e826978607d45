"""The runner with the daemon's own work, one round of everything that is due, one of orders."""

from agent.daemon.app import App
from agent.daemon.children import Children
from agent.daemon.diary import open_diary
from agent.daemon.inside import of_some_hosts
from agent.daemon.jobs import Job, jobs_of
from agent.daemon.metrics_door import offer_textfile
from agent.daemon.orders import carry_out
from agent.daemon.reporting import send_evidence, send_heartbeat, tell_configuration
from agent.daemon.runner import Runner
from agent.daemon.tell import tell_gaps
from agent.daemon.work.inventory import tell_inventory
from agent.state.lock import hold
from agent.uplink.errors import EvidenceRefusedError, NotJoinedError
from texts.shell import worst_code

_BEFORE, _AFTER = ("heartbeat", "orders"), ("evidence", "metrics", "notify")


def open_runner(app: App) -> Runner:
    """A runner that knows what the daemon does inside itself."""
    children = Children()
    diary = open_diary(app.home, app.clock)

    def send(within: App) -> None:
        sent = send_evidence(within)
        if sent.refused:
            raise EvidenceRefusedError(codes=", ".join(sent.refused))

    def orders(within: App) -> None:
        carry_out(within, children)

    def metrics(within: App) -> None:
        offer_textfile(within, diary)

    inside = {
        "heartbeat": send_heartbeat,
        "evidence": send,
        "orders": orders,
        "inventory": tell_inventory,
        "metrics": metrics,
        **of_some_hosts(children),
    }
    return Runner(app, children, diary, inside)


def _suspicions(app: App, children: Children) -> None:
    from agent.daemon.work.integrity import suspicion_due

    suspicion_due.watch(app, children)


def run_once(app: App, runner: Runner) -> int:
    """One round: ask, do what is overdue, tell; the code is the worst of all.

    Raises:
        BusyError: a daemon works on this home.
    """
    with hold(app.home, "daemon", clock=app.clock):
        tell_gaps(app)
        tell_configuration(app)
        return worst_code([runner.run(job) for job in _in_order(app, runner)])


def run_orders(app: App, runner: Runner) -> int:
    """Ask for orders, carry out what waits, tell; of what is due only the words on this host.

    Raises:
        NotJoinedError: nobody may give this agent an order.
        BusyError: a daemon works on this home, and carries them out itself.
    """
    if not app.joined:
        raise NotJoinedError
    jobs = {job.name: job for job in jobs_of(app)}
    words = [jobs["inventory"]] if runner.is_overdue(jobs["inventory"]) else []
    with hold(app.home, "daemon", clock=app.clock):
        tell_configuration(app)
        round_ = (jobs["heartbeat"], jobs["orders"], *words, jobs["evidence"])
        return worst_code([runner.run(job) for job in round_])


def _in_order(app: App, runner: Runner) -> tuple[Job, ...]:
    jobs = {job.name: job for job in jobs_of(app)}
    first = [jobs[name] for name in _BEFORE if name in jobs]
    last = [jobs[name] for name in _AFTER if name in jobs]
    due = [job for job in jobs.values() if job not in (*first, *last) and runner.is_overdue(job)]
    return (*first, *due, *last)
