"""Single objects of a repository behind rclone, by restic's own REST protocol.

Source: restic manual, "References: REST Backend"; rclone manual, "rclone serve restic".
"""

import json
from dataclasses import dataclass

from agent.restic import rclone_wire
from agent.restic.environment import Repository, Workplace
from agent.restic.talking import LONGEST_S, rclone_program, talking


@dataclass(frozen=True, slots=True)
class RcloneObjects:
    """Each request is a conversation of its own; all raise OSError or ValueError when none is."""

    repository: Repository
    workplace: Workplace

    def sizes(self, folder: str, longest_s: float = LONGEST_S) -> dict[str, int]:
        """What lies in a folder, with sizes in bytes."""
        answer = self._ask("GET", f"/{folder}/", None, longest_s)
        if not answer.good:
            raise ValueError(f"the folder {folder} cannot be listed")
        return {one["name"]: int(one["size"]) for one in json.loads(answer.body)}

    def remove(self, name: str) -> bool:
        return self._ask("DELETE", f"/{name}").good

    def create(self) -> bool:
        """Make the repository's folders, where they are not there yet."""
        return self._ask("POST", "/?create=true", b"").good

    def add(self, name: str, content: bytes) -> bool:
        """Store an object of at most 16 KiB; what is there already stays, and the answer is no."""
        return self._ask("POST", f"/{name}", content).good

    def _ask(
        self, method: str, path: str, body: bytes | None = None, longest_s: float = LONGEST_S
    ) -> rclone_wire.Answer:
        place = self.repository.address.removeprefix("rclone:")
        argv = (*rclone_program(self.repository), "serve", "restic", "--stdio", place)
        with talking(argv, self.workplace, longest_s) as (read, write):
            write(rclone_wire.opening() + rclone_wire.request(1, method, path, body))
            return rclone_wire.answer(1, read, write)
