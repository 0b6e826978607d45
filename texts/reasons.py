"""Reasons that the operating system gives, as message ids: translated where an error is shown."""

from wire.text import N_

SYSTEM_REASONS = (
    N_("No such file or directory"),
    N_("Permission denied"),
    N_("Operation not permitted"),
    N_("Is a directory"),
    N_("Not a directory"),
    N_("File exists"),
    N_("No space left on device"),
    N_("Disk quota exceeded"),
    N_("Read-only file system"),
    N_("database or disk is full"),  # these four: SQLite's
    N_("disk I/O error"),
    N_("attempt to write a readonly database"),
    N_("unable to open database file"),
    N_("Input/output error"),
    N_("Device or resource busy"),
    N_("Stale file handle"),
    N_("Too many levels of symbolic links"),
    N_("Function not implemented"),
    N_("Invalid argument"),
    N_("Operation not supported"),
    N_("File name too long"),
    N_("Transport endpoint is not connected"),
    N_("Connection refused"),
    N_("Connection reset by peer"),
    N_("Connection timed out"),
    N_("No route to host"),
    N_("Network is unreachable"),
)
