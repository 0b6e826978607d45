"""What a setting must be, as data says it: one of some words, or a number within bounds."""

import re

import msgspec

_NUMBER = re.compile(r"-?[0-9]{1,15}", re.ASCII)


class Demand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`one_of` words count besides the bounds: `{at_least: 600, one_of: [never]}`.

    Letter case means nothing.
    """

    one_of: tuple[str, ...] = ()
    at_least: int | None = None
    at_most: int | None = None

    def __post_init__(self) -> None:
        if not self.one_of and self.at_least is None and self.at_most is None:
            raise ValueError("one_of, at_least or at_most is missing")

    @property
    def bounded(self) -> bool:
        return self.at_least is not None or self.at_most is not None

    def met_by(self, value: str | None) -> bool:
        """A setting that is not there, or no number where one is asked for, meets nothing."""
        if value is None:
            return False
        if value.lower() in {word.lower() for word in self.one_of}:
            return True
        return self.bounded and bool(_NUMBER.fullmatch(value)) and self.holds(int(value))

    def holds(self, number: int) -> bool:
        return (self.at_least is None or number >= self.at_least) and (
            self.at_most is None or number <= self.at_most
        )

    def said(self, name: str) -> str:
        """`deny 1 … 5`, `unlock_time ≥ 600 or never`, `Storage = persistent`."""
        low, high = self.at_least, self.at_most
        if low is not None and high is not None:
            bounds = [f"{low} … {high}"]
        else:
            bounds = [f"≥ {low}"] * (low is not None) + [f"≤ {high}"] * (high is not None)
        sign = "" if bounds else " ="
        return f"{name}{sign} {' or '.join((*bounds, *self.one_of))}"

    @property
    def example(self) -> str:
        """A value that meets it, for the command that mends."""
        if self.at_most is not None:
            return str(self.at_most)
        return self.one_of[0] if self.one_of else str(self.at_least)
