"""A problem of a playbook: where it is, what is wrong, what to write instead."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """Message and remedy are message ids with `{named}` places."""

    path: str  # `steps[3].timeout`, or empty for the whole file
    message: str
    remedy: str
    parameters: dict[str, str] = field(default_factory=dict)
