"""Looks for what would stop the agent: works also where the configuration is wrong."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator

from agent.clock import Clock
from agent.config.home import Home
from agent.config.load import load
from agent.config.secret_files import secret_file_problems
from agent.daemon.app import App, open_app
from agent.daemon.leftovers import leftovers_item
from agent.daemon.reporting import send_heartbeat
from agent.daemon.status.all_items import status_items
from agent.daemon.status.chains import chains_item
from agent.daemon.status.items import Item
from agent.daemon.status.looking import looked, of_error
from agent.daemon.status.notify import door_item
from agent.daemon.work.inventory import restic_version
from agent.state.errors import StateFolderError
from agent.uplink.errors import NotJoinedError
from agent.uplink.secrets import secret_problem
from texts.moments import show_bytes
from wire.errors import LachanError
from wire.request import CLOCK_TOLERANCE
from wire.text import N_
from wire.verdicts import CheckVerdict

PASS, FAIL, UNKNOWN = CheckVerdict.PASS, CheckVerdict.FAIL, CheckVerdict.UNKNOWN
_LEAST_FREE_BYTES = 512 * 2**20
_KEPT_FROM_STATUS = (
    "daemon",
    "outbox",
    "alarm",
    "state",
    "policy",
    "notify",
    "site_room",
    "strangers",
    "retention",
    "reading",
    "unprotected",
    "excluded",
    "watching",
    "events",
    "suspicion",
)


def doctor_items(
    home: Home, clock: Clock, entropy: Callable[[int], bytes] = os.urandom
) -> list[Item]:
    """All that could be looked at; a wrong configuration ends the list early, and says so."""
    items = [_configuration(home), *looked("secrets", lambda: [_secrets(home)])]
    try:
        app = open_app(home, clock=clock, entropy=entropy)
    except LachanError as error:
        if items[0].verdict is not PASS:
            return items
        return [*items, *looked("room", lambda: [_room(home)]), of_error("state", error)]
    try:
        return [*items, *(item for name, look in _looks(app) for item in looked(name, look))]
    finally:
        app.close()


def _looks(app: App) -> tuple[tuple[str, Callable[[], Iterable[Item]]], ...]:
    """Each by itself: what keeps one from looking, as a full disk does, must not hide the rest."""
    return (
        ("site_keys", lambda: [_key_files(app)]),
        ("room", lambda: [_room(app.home)]),
        ("restic", lambda: [restic_item(app)]),
        ("drills", lambda: [leftovers_item(app)]),
        ("restores", lambda: [_restores(app)]),
        ("chains", lambda: [chains_item(app)]),
        ("mail", lambda: door_item(app)),
        ("controller", lambda: _controller(app)),
        ("state", lambda: _kept(app)),
    )


def _configuration(home: Home) -> Item:
    try:
        load(home)
    except LachanError as error:
        return of_error("configuration", error)
    parameters: dict[str, object] = {"file": str(home.agent_yaml)}
    return Item("configuration", PASS, N_("{file} is good."), parameters)


def _secrets(home: Home) -> Item:
    """Our own secret files: owner only."""
    if not home.secrets.is_dir():
        parameters: dict[str, object] = {"folder": str(home.secrets)}
        return Item(
            "secrets", UNKNOWN, N_("There is no {folder}: nothing was looked at."), parameters
        )
    for file in sorted(home.secrets.glob("*")):
        problem = secret_problem(file)
        if problem and not file.is_dir():
            parameters = {"file": str(file), "problem": problem}
            remedy = N_("Run: chmod 600 {file}")
            return Item("secrets", FAIL, N_("Secret file {file}: {problem}."), parameters, remedy)
    return Item("secrets", PASS, N_("Secret files are for their owner only."))


def _key_files(app: App) -> Item:
    problems = secret_file_problems(app.config)
    if not problems:
        return Item("site_keys", PASS, N_("The sites' key files are there, for their owner only."))
    parameters: dict[str, object] = {"problem": str(problems[0])}
    remedy = N_("Run: lachan-agent config validate")
    return Item("site_keys", FAIL, "{problem}", parameters, remedy)


def _room(home: Home) -> Item:
    free = shutil.disk_usage(home.state_dir).free
    parameters: dict[str, object] = {"free": show_bytes(free), "folder": str(home.state_dir)}
    message = N_("{free} are free for the agent's state in {folder}.")
    remedy = N_("Make room in {folder}: evidence waits there.")
    return Item("room", PASS if free >= _LEAST_FREE_BYTES else FAIL, message, parameters, remedy)


def restic_item(app: App) -> Item:
    version = restic_version(app)
    if version is not None:
        return Item("restic", PASS, N_("restic {version} is installed."), {"version": version})
    needed = bool(app.config.datasets)
    remedy = N_("Run: apt-get install restic")
    message = N_("There is no restic that can be used (0.14 or newer).")
    return Item("restic", FAIL if needed else UNKNOWN, message, {}, remedy)


def _restores(app: App) -> Item:
    """A restore that was cut off is ended here, too: nothing of it lies about among live data."""
    from agent.daemon.work.restore import restore_job

    ended = restore_job.end_interrupted(app)
    if not ended:
        return Item("restores", PASS, N_("No restore was cut off."))
    names = ", ".join(entry.final or entry.stage for entry, _ in ended)
    message = N_("Restores that had been cut off were ended just now; look at {names}.")
    return Item("restores", CheckVerdict.UNKNOWN, message, {"names": names})


def _controller(app: App) -> Iterator[Item]:
    try:
        send_heartbeat(app)
    except NotJoinedError as error:
        yield Item("controller", CheckVerdict.NOT_APPLICABLE, error.message)
        return
    except StateFolderError:
        raise
    except LachanError as error:
        yield of_error("controller", error, UNKNOWN)
        return
    offset = app.outbox.clock_offset_s()
    yield Item("controller", PASS, N_("The controller answers."))
    parameters: dict[str, object] = {"offset": f"{offset:.1f}"}
    near = abs(offset) <= CLOCK_TOLERANCE.total_seconds()
    message = N_("The controller's clock differs by {offset} s.")
    remedy = N_("Set this host's clock: timedatectl set-ntp true")
    yield Item("clock", PASS if near else FAIL, message, parameters, remedy)


def _kept(app: App) -> list[Item]:
    return [item for item in status_items(app) if item.id.split(".")[0] in _KEPT_FROM_STATUS]
