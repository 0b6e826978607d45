"""The PAM stacks of this host, with their includes, in the order in which they are asked."""

from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts.include_limit import IncludeLimit
from agent.host import Host, read_if_present

FOLDERS = ("/etc/pam.d", "/usr/lib/pam.d")
DEPTH_LIMIT = 8
_ENDING_CONTROLS = ("sufficient", "success=done", "success=end")


@dataclass(frozen=True, slots=True)
class Line:
    kind: str  # auth | account | password | session
    control: str
    module: str
    options: tuple[str, ...]

    def option(self, name: str) -> str | None:
        """The value of `name=value`; empty for a bare `name`; None when absent."""
        for option in self.options:
            key, equals, value = option.partition("=")
            if key == name:
                return value if equals else ""
        return None

    @property
    def demands(self) -> bool:
        """Whether a refusal of this module refuses the whole stack."""
        if self.control.startswith("["):
            return "default=bad" in self.control or "default=die" in self.control
        return self.control in {"required", "requisite"}

    def skips(self) -> int:
        """How many following lines a success jumps over; many when it ends the stack."""
        if any(ending in self.control for ending in _ENDING_CONTROLS):
            return 1000
        for word in self.control.strip("[]").split():
            if word.startswith("success=") and word.removeprefix("success=").isdecimal():
                return int(word.removeprefix("success="))
        return 0


@dataclass(frozen=True, slots=True)
class Stack:
    lines: tuple[Line, ...]

    def of(self, kind: str) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.kind == kind)


def collect(host: Host, service: str) -> Stack:
    return Stack(tuple(_read(host, service, DEPTH_LIMIT, IncludeLimit())))


def _read(host: Host, service: str, depth: int, limit: IncludeLimit) -> list[Line]:
    source = f"{FOLDERS[0]}/{service}"
    limit.take(source)
    if depth == 0:
        raise UnreadableFactError(source, "unparsable", "includes itself")
    texts = (read_if_present(host, f"{folder}/{service}") for folder in FOLDERS)
    text = next((text for text in texts if text is not None), None)
    if text is None:
        raise UnreadableFactError(source, "missing")
    lines: list[Line] = []
    for entry in parse(text):
        if entry.kind == "@include":
            lines += _read(host, entry.module, depth - 1, limit)
        elif entry.control in {"include", "substack"}:
            included = _read(host, entry.module, depth - 1, limit)
            lines += [line for line in included if line.kind == entry.kind]
        else:
            lines.append(entry)
    return lines


def parse(text: str) -> tuple[Line, ...]:
    """Read pam.d(5) lines; an include keeps its file's name as its module."""
    lines = []
    for raw in text.replace("\\\n", " ").splitlines():
        line = raw.partition("#")[0].strip()
        if line.startswith("@include"):
            lines.append(Line("@include", "", line.removeprefix("@include").strip(), ()))
            continue
        kind, _, rest = " ".join(line.split()).partition(" ")  # Debian writes tabs
        if not rest:
            continue
        if rest.startswith("["):
            inside, _, after = rest[1:].partition("]")
            control, words = f"[{inside}]", after.split()
        else:
            control, *words = rest.split()
        if words:
            name = words[0].rpartition("/")[2]
            kind = kind.lstrip("-").lower()
            lines.append(Line(kind, control.lower(), name, tuple(words[1:])))
    return tuple(lines)
