"""Who made a change, as far as it is certain."""

from msgspec import Struct


class Who(Struct, frozen=True, omit_defaults=True):
    """The process behind a change, and whose it was.

    What is not certain is left out: an empty `exe` or `command` is unknown, and where the person is
    not certain there is no `Who` at all. Texts are safe to show: control characters are escaped.
    """

    uid: int  # whose process: the real user; where root serves somebody, whom it served
    login_uid: int | None  # who logged in, whatever became of it since; None: nobody did
    pid: int
    exe: str  # as the kernel names the program; with ` (deleted)` or ` (elsewhere)`, if it is so
    command: str = ""  # <= 512 bytes, passwords cut out
    parents: tuple[str, ...] = ()  # programs that led here, the nearest first, <= 8
    session: int | None = None  # of the login, as `loginctl` numbers it
    client_user: str = ""  # of a Samba client
    client_address: str = ""
