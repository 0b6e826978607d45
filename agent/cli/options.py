"""What every command of this program gets."""

from dataclasses import dataclass
from pathlib import Path

from agent.config.home import Home, home_at
from texts.commands import Shared


@dataclass(frozen=True, slots=True)
class Options:
    """The context's object of every command."""

    home: Home
    folder: Path | None  # what --home named; a child process gets the same
    json: bool
    lang: str


def options_of(shared: Shared) -> Options:
    return Options(
        home=home_at(shared.folder),
        folder=shared.folder,
        json=shared.json,
        lang=shared.lang,
    )
