"""What every command of this program gets."""

from dataclasses import dataclass

from controller.config.home import Home, home_at
from texts.commands import Shared


@dataclass(frozen=True, slots=True)
class Options:
    """The context's object of every command."""

    home: Home
    json: bool
    lang: str


def options_of(shared: Shared) -> Options:
    return Options(
        home=home_at(shared.folder),
        json=shared.json,
        lang=shared.lang,
    )
