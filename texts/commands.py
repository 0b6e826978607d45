"""A program with many commands: each is loaded only when it is called, all share three options."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from texts.catalogue import language, tr
from wire.text import N_

Commands = Mapping[str, tuple[str, str]]
"""Name -> module that holds its `command`, and the line that `--help` shows."""


@dataclass(frozen=True, slots=True)
class Shared:
    """The shared options, given before or after a command's name."""

    folder: Path | None  # what --home named
    json: bool
    lang: str


OptionsOf = Callable[[Shared], object]
"""Makes what every command of a program gets as its context's object."""


class LazyGroup(click.Group):
    """A group that knows its commands' names without importing them."""

    def __init__(self, commands: Commands, options_of: OptionsOf, summary: str) -> None:
        super().__init__(
            help=summary,
            context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
        )
        self.table = commands
        self.options_of = options_of

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in self.table:
            return None
        module, _ = self.table[cmd_name]
        command: click.Command = importlib.import_module(module).command
        return add_shared_options(command, self.options_of)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section(tr(N_("Commands"))):
            formatter.write_dl([(name, tr(line)) for name, (_, line) in self.table.items()])


def program(
    name: str, summary: str, commands: Commands, options_of: OptionsOf, environment: str
) -> LazyGroup:
    """The outermost command; `environment` is the variable that gives --home."""
    group = LazyGroup(commands, options_of, summary)
    add_shared_options(group, options_of, environment)
    group.params.append(version_option(name))
    return group


def add_shared_options(
    command: click.Command, options_of: OptionsOf, environment: str = ""
) -> click.Command:
    """Let a command, and all inside it, take --home, --json and --lang; translate its help."""
    if any(parameter.name == "home" for parameter in command.params):
        return command
    command.params = [*command.params, *_shared_options(options_of, environment)]
    translate_help(command)
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            add_shared_options(inner, options_of)
    return command


_SORTS = {
    "text": N_("TEXT"),
    "integer": N_("NUMBER"),
    "integer range": N_("NUMBER"),
    "float": N_("NUMBER"),
    "float range": N_("NUMBER"),
}
_VALUES = (N_("NAME"), N_("SITE"), N_("TIME"), N_("DIR"))  # what options ask for
_PLACES = (N_("[OPTIONS]"), N_("COMMAND [ARGS]..."), N_("[COMMAND] [ARGS]..."))


def translate_help(command: click.Command) -> None:
    """Say a command's help, and what stands for its values, in the reader's language."""
    command.help = _as_written(_said(command.help))
    command.short_help = _first_sentence(command.help or "")  # click would cut it
    command.epilog = _said(command.epilog)
    command.options_metavar = _said(command.options_metavar)
    if isinstance(command, click.Group):
        command.subcommand_metavar = tr(command.subcommand_metavar)
    for option in (each for each in command.params if isinstance(each, click.Option)):
        option.help = _said(option.help)
        if option.metavar is None and option.type.name in _SORTS:
            option.metavar = tr(_SORTS[option.type.name])
        option.metavar = _said(option.metavar)


def _first_sentence(text: str) -> str:
    sentence, stop, _ = " ".join(text.split("\n\n", maxsplit=1)[0].split()).partition(". ")
    return sentence + stop.strip()


def _as_written(text: str | None) -> str | None:
    """A paragraph that begins with a line of one dot keeps its lines.

    click's own mark for that is a character that no catalogue can hold.
    """
    return text.replace("\n\n.\n", "\n\n\b\n") if text else text


def _said(text: str | None) -> str | None:
    return tr(text) if text else text


def version_option(program_name: str) -> click.Option:
    def show(context: click.Context, _option: click.Parameter, value: object) -> None:
        if value and not context.resilient_parsing:
            from importlib import metadata  # a tenth of what any command needs to begin

            click.echo(f"{program_name} {metadata.version('lachan')}")
            context.exit()

    return click.Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=show,
        help=tr(N_("Show the version.")),
    )


def _shared_options(options_of: OptionsOf, environment: str) -> list[click.Option]:
    def keep(context: click.Context, option: click.Parameter, value: object) -> None:
        """`meta` is shared by a command and its parents: the word may stand at any of them."""
        if value:
            kept = value.absolute() if isinstance(value, Path) else value
            context.meta[f"lachan.{option.name}"] = kept
        given = context.meta
        shared = Shared(given.get("lachan.home"), bool(given.get("lachan.json")), language())
        context.obj = options_of(shared)

    home = click.Option(
        ["--home"],
        type=click.Path(path_type=Path, file_okay=False),
        envvar=environment or None,
        expose_value=False,
        callback=keep,
        help=N_("One folder for configuration and state."),
    )
    json = click.Option(
        ["--json"],
        is_flag=True,
        expose_value=False,
        callback=keep,
        help=N_("One JSON document on stdout and nothing else."),
    )
    lang = click.Option(
        ["--lang"],
        type=click.Choice(["vi", "en"]),
        expose_value=False,
        callback=keep,
        help=N_("Language of texts; else LANG."),
    )
    return [home, json, lang]
