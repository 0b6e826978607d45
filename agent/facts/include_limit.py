"""A bound on how many files one reading may open: includes that fan out must not go on for ever."""

from agent.errors import UnreadableFactError

FILES = 200


class IncludeLimit:
    """Counts the files of one reading, each as often as it is read."""

    def __init__(self) -> None:
        self._left = FILES

    def take(self, path: str) -> None:
        """Count one more.

        Raises:
            UnreadableFactError: it is one too many.
        """
        self._left -= 1
        if self._left < 0:
            raise UnreadableFactError(path, "too_large", f"more than {FILES} files")
