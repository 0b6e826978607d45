"""`lachan-agent`: the table of commands; each is loaded only when it is called."""

import os
import sys
from typing import NoReturn

from agent.cli.options import options_of
from texts.catalogue import language_from
from texts.commands import LazyGroup, program
from texts.shell import run_program, speak
from wire.errors import LachanError
from wire.text import N_

NAME = "lachan-agent"

COMMANDS: dict[str, tuple[str, str]] = {
    "join": ("agent.cli.join", N_("Join a controller with a token from standard input.")),
    "run": ("agent.cli.run", N_("Work as the daemon, or one round with --once.")),
    "status": ("agent.cli.status", N_("What was done last, and what waits.")),
    "doctor": ("agent.cli.doctor", N_("Look for what would stop the agent, with the remedy.")),
    "check": ("agent.cli.check.command", N_("Check this host against its level.")),
    "integrity": ("agent.cli.integrity.command", N_("Notice what changed in the watched folders.")),
    "backup": (
        "agent.cli.backup.command",
        N_("Back up to both sites, and look at what they hold."),
    ),
    "restore": (
        "agent.cli.restore.command",
        N_("Find a file or folder in the backups and bring it back."),
    ),
    "site": ("agent.cli.site.command", N_("Look whether two sites are two places.")),
    "drill": ("agent.cli.drill", N_("Rehearse recovery from a named site.")),
    "playbook": ("agent.cli.playbook.command", N_("Show and run the steps for a bad day.")),
    "policy": (
        "agent.cli.policy.command",
        N_("The province's packs of policies: look, accept, refuse."),
    ),
    "outbox": ("agent.cli.outbox", N_("The signed evidence that waits here for the controller.")),
    "notify": ("agent.cli.notify", N_("Try whether mails from this host arrive.")),
    "config": ("agent.cli.config", N_("Show, validate, or print a sample configuration.")),
}


def root_command() -> LazyGroup:
    summary = N_("Check, watch, back up and rehearse the recovery of this server.")
    return program(NAME, summary, COMMANDS, options_of, "LACHAN_HOME")


def main() -> NoReturn:
    speak(language_from(sys.argv[1:], dict(os.environ)))
    run_program(root_command(), NAME, _of_the_disk)


def _of_the_disk(error: Exception) -> LachanError | None:
    """A full or broken disk is no fault of the program, wherever it shows."""
    from agent.state.damage import refusal_of
    from agent.state.errors import DiskRefusesError

    reason = refusal_of(error)
    return DiskRefusesError(reason=reason) if reason else None
