"""`lachan-agent`: the table of commands; each is loaded only when it is called."""

import importlib
import os
import sys
from importlib import metadata
from typing import NoReturn

import click

from agent.cli.options import add_shared_options
from texts.catalogue import language_from, tr
from texts.shell import run_program, speak
from wire.text import N_

COMMANDS: dict[str, tuple[str, str]] = {
    "join": ("agent.cli.join", N_("Join a controller with a token from standard input.")),
    "run": ("agent.cli.run", N_("Work as the daemon, or one round with --once.")),
    "status": ("agent.cli.status", N_("What was done last, and what waits.")),
    "doctor": ("agent.cli.doctor", N_("Look for what would stop the agent, with the remedy.")),
    "check": ("agent.cli.check", N_("Check this host against its level.")),
    "integrity": ("agent.cli.integrity", N_("Notice what changed in the watched folders.")),
    "backup": ("agent.cli.backup", N_("Back up to both sites, and look at what they hold.")),
    "restore": ("agent.cli.restore", N_("Bring a folder or a file back into a new place.")),
    "site": ("agent.cli.site", N_("Look whether two sites are two places.")),
    "drill": ("agent.cli.drill", N_("Rehearse recovery from a named site.")),
    "playbook": ("agent.cli.playbook", N_("Show and run the steps for a bad day.")),
    "outbox": ("agent.cli.outbox", N_("The signed evidence that waits here for the controller.")),
    "config": ("agent.cli.config", N_("Show, validate, or print a sample configuration.")),
}
"""Name -> module that holds its `command`, and the line that `--help` shows."""


class LazyGroup(click.Group):
    """A group that knows its commands' names without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        command: click.Command = importlib.import_module(module).command
        return add_shared_options(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section(tr(N_("Commands"))):
            formatter.write_dl([(name, tr(line)) for name, (_, line) in COMMANDS.items()])


def root_command() -> LazyGroup:
    group = LazyGroup(
        help=N_("Check, watch, back up and rehearse the recovery of this server."),
        context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
    )
    add_shared_options(group, environment="LACHAN_HOME")
    group.params.append(_version_option())
    return group


def main() -> NoReturn:
    speak(language_from(sys.argv[1:], dict(os.environ)))
    run_program(root_command(), "lachan-agent")


def _version_option() -> click.Option:
    return click.Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_show_version,
        help=tr(N_("Show the version.")),
    )


def _show_version(context: click.Context, _option: click.Parameter, value: object) -> None:
    if value and not context.resilient_parsing:
        click.echo(f"lachan-agent {metadata.version('lachan')}")
        context.exit()
