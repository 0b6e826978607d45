"""What the checks of a province's pack may look at: the law that controller and agent share.

The agent keeps to it again when it opens a file (`agent/files/public.py`): here are only paths.
"""

from wire.text import N_

ROOTS = ("/etc", "/usr", "/proc/sys", "/sys", "/run/systemd", "/var/lib/dpkg")
NEVER = (
    "/etc/lachan",
    # who has an account here, and under which name: nobody asks a host for people
    *("/etc/passwd", "/etc/passwd-", "/etc/group", "/etc/group-", "/etc/subuid", "/etc/subgid"),
    *("/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/aliases"),
)
OWNERS_ONLY = NEVER[1:]  # their mode and owner may be asked, never a word of them

MODES_ONLY = "file_mode"  # this family asks for no word of a file
OWNERS = ("owner", "group")  # parameters that name accounts

MOST_CHECKS = 200  # of one pack
MOST_QUESTIONS_OF_A_FILE = 8  # instances that look into one file: nobody guesses a word by many

# Accounts and groups that a system brings by itself: a pack asks for no other name of an owner.
SYSTEM_NAMES = frozenset(
    {
        *("root", "adm", "crontab", "daemon", "mail", "messagebus", "mysql", "nobody", "nogroup"),
        *("postgres", "proxy", "shadow", "ssh", "_ssh", "ssl-cert", "staff", "sudo", "syslog"),
        *("systemd-journal", "systemd-network", "systemd-resolve", "tty", "utmp", "www-data"),
    }
)

_LONGEST = 300


def path_problem(path: str, *, content: bool = True) -> str:
    """Why a check of a pack may not look there, as a message id; empty when it may.

    Args:
        path: as the pack writes it, or as links really lead.
        content: whether its text is asked for, or only its mode and owner.
    """
    if not path.startswith("/") or len(path) > _LONGEST or not path.isprintable():
        return N_("it is no whole path of printable characters")
    if any(name in {"", ".", ".."} for name in path[1:].split("/")):
        return N_("it leads through `..`, `.` or `//`")
    if not any(is_below(path, root) for root in ROOTS):
        return N_("packs may look only below the public folders")
    if any(is_below(path, place) for place in NEVER if content or place not in OWNERS_ONLY):
        return N_("nobody's pack may look there")
    return ""


def is_below(path: str, folder: str) -> bool:
    """Whether it is the folder itself or anything in it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")
