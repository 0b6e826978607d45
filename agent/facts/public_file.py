"""One file's lines, for promises about what it holds."""

from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.host import FileStatus, Host

LIMIT_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True)
class LinesOf:
    """Asks for the lines of one file; follows no link."""

    path: str

    def __call__(self, host: Host) -> tuple[str, ...] | None:
        """None: it certainly is not there."""
        status = status_if_present(host, self.path)
        if status is None:
            return None
        if status.kind != "file":
            raise UnreadableFactError(
                self.path, "is_link" if status.kind == "link" else "not_a_file"
            )
        return tuple(host.read(self.path, limit_bytes=LIMIT_BYTES).splitlines())


def status_if_present(host: Host, path: str) -> FileStatus | None:
    """Its status, or None when it certainly is not there."""
    try:
        return host.lstat(path)
    except UnreadableFactError as error:
        if error.reason == "missing":
            return None
        raise
