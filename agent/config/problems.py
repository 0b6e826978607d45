"""What is wrong with a configuration: every problem at once, each with its remedy."""

from dataclasses import dataclass, field
from typing import Any

from agent.errors import ConfigurationError
from texts.catalogue import tr
from wire.text import N_

_SHOWN = 48  # characters of a found value
_SECRET_WORDS = ("password", "passwd", "secret", "token", "passphrase")


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem. Its text is made where it is read, in the reader's language."""

    path: str
    found: str
    remedy: str  # message id
    parameters: dict[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        return tr(
            N_("{path}: found {found}. {remedy}"),
            path=self.path or "agent.yaml",
            found=self.found,
            remedy=self.remedy_sentence,
        )

    @property
    def remedy_sentence(self) -> str:
        return tr(self.remedy, **self.parameters)


class ProblemList:
    """Shown one problem a line."""

    def __init__(self, file: str, problems: tuple[Problem, ...]) -> None:
        self.file = file
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join([self.file, *(f"  - {problem}" for problem in self.problems)])


class ConfigurationProblemsError(ConfigurationError):
    """agent.yaml cannot be used; `problems` lists everything that must change."""

    def __init__(self, file: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(problem=ProblemList(file, problems))
        self.problems = problems


def shown(key: str, value: Any) -> str:  # noqa: ANN401 - whatever YAML held
    """A found value, short, and never a secret."""
    if isinstance(value, dict):
        return tr(N_("a group of keys"))
    if isinstance(value, list):
        return tr(N_("a list"))
    if value is None:
        return tr(N_("nothing"))
    if any(word in key.lower() for word in _SECRET_WORDS):
        return tr(N_("a value that is not shown"))
    text = str(value)
    if "@" in text and ":" in text:  # perhaps user:password@host
        return tr(N_("an address"))
    return f"“{text[:_SHOWN]}…”" if len(text) > _SHOWN else f"“{text}”"
