"""The options that every command shares, before or after its name."""

from dataclasses import dataclass
from pathlib import Path

import click

from controller.config.home import Home, home_at
from texts.catalogue import language, tr
from wire.text import N_


@dataclass(frozen=True, slots=True)
class Options:
    """What every command gets as its context's object."""

    home: Home
    json: bool
    lang: str


def add_shared_options(command: click.Command, environment: str = "") -> click.Command:
    """Let a command take --home, --json and --lang too, and speak the reader's language.

    Args:
        command: the command, with all commands inside it.
        environment: the variable that gives --home; only the outermost command reads one.
    """
    if any(parameter.name == "home" for parameter in command.params):
        return command
    command.params = [*command.params, *_shared_options(environment)]
    command.help = tr(command.help) if command.help else command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            parameter.help = tr(parameter.help)
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            add_shared_options(inner)
    return command


def options_of(context: click.Context) -> Options:
    """The shared options as they were given anywhere on the line."""
    given = context.meta
    return Options(
        home=home_at(given.get("lachan.home")),
        json=bool(given.get("lachan.json")),
        lang=language(),
    )


def _shared_options(environment: str) -> list[click.Option]:
    return [
        click.Option(
            ["--home"],
            type=click.Path(path_type=Path, file_okay=False),
            envvar=environment or None,
            expose_value=False,
            callback=_keep,
            help=N_("One folder for configuration and state."),
        ),
        click.Option(
            ["--json"],
            is_flag=True,
            expose_value=False,
            callback=_keep,
            help=N_("One JSON document on stdout and nothing else."),
        ),
        click.Option(
            ["--lang"],
            type=click.Choice(["vi", "en"]),
            expose_value=False,
            callback=_keep,
            help=N_("Language of texts; else LANG."),
        ),
    ]


def _keep(context: click.Context, option: click.Parameter, value: object) -> None:
    """`meta` is shared by a command and its parents: the word may stand at any of them."""
    if value:
        if isinstance(value, Path):
            value = value.absolute()
        context.meta[f"lachan.{option.name}"] = value
    context.obj = options_of(context)
