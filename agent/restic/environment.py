"""The environment of restic: made from nothing, so that nothing strange rules it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.config.sites import Limit

_SFTP_COMMAND = "sftp.command="
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where restic keeps what it needs on this host.

    `folder` holds repository files, caches, and a folder for temporary files, which needs
    about 100 MiB (one pack for each of restic's connections).
    """

    folder: Path
    path: str = PATH  # where programs are looked for
    cache_folder: Path | None = None  # a drill's own, so that nothing kept from before answers

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    def repository_file(self, site: str) -> Path:
        return self.folder / f"{site}.repository"

    def cache(self, site: str) -> Path:
        return (self.cache_folder or self.folder / "cache") / site

    @property
    def children(self) -> Path:
        return self.folder / "children"


@dataclass(frozen=True, slots=True)
class Repository:
    """Where one repository is and how to enter it; the password stays in its file."""

    site: str
    address: str
    password_file: Path
    options: tuple[str, ...] = ()  # values of restic's -o
    transport_log: Path | None = None  # where the way to the site says why it did not open
    programs: Path | None = None  # where programs are looked for first: our own `ssh`
    roots: Path | None = None  # the certificates that its server's must come from
    login_file: Path | None = None  # USER:PASSWORD of an HTTP server
    s3_credentials_file: Path | None = None
    limit: Limit | None = None


def environment(
    workplace: Workplace, repository: Repository, source: Repository | None = None
) -> Mapping[str, str]:
    """All that restic sees of our environment: no variable is inherited.

    `source` is the repository that `copy` and `init` read from.
    """
    variables = {
        "PATH": _path(workplace, repository, source),
        "HOME": str(workplace.folder),
        "LC_ALL": "C",
        "TZ": "UTC",  # listings then print every time with Z
        "TMPDIR": str(workplace.temporary),
        "RESTIC_CACHE_DIR": str(workplace.cache(repository.site)),
        "RESTIC_PROGRESS_FPS": "1",
        "RESTIC_REPOSITORY_FILE": str(workplace.repository_file(repository.site)),
        "RESTIC_PASSWORD_FILE": str(repository.password_file),
    }
    if source is not None:
        variables["RESTIC_FROM_REPOSITORY_FILE"] = str(workplace.repository_file(source.site))
        variables["RESTIC_FROM_PASSWORD_FILE"] = str(source.password_file)
    for one in (source, repository):
        if one is not None and one.s3_credentials_file is not None:
            variables["AWS_SHARED_CREDENTIALS_FILE"] = str(one.s3_credentials_file)
    return variables


def option_arguments(*repositories: Repository | None) -> tuple[str, ...]:
    """The -o and --cacert arguments of the repositories that take part, each once.

    restic reads the value of -o as a line of CSV, so it is quoted as one. Certificates that
    count for one end of a copy count for the other end, too: restic knows one list.
    Of two different values of `sftp.command` neither would do: without it restic looks for `ssh`,
    and finds ours, which knows both sites (`agent.sites.ways.ssh`).
    """
    taking_part = [repository for repository in repositories if repository]
    options = _agreed([option for repository in taking_part for option in repository.options])
    quoted = ['"' + option.replace('"', '""') + '"' for option in dict.fromkeys(options)]
    roots = dict.fromkeys(str(each.roots) for each in taking_part if each.roots)
    words = [("-o", option) for option in quoted] + [("--cacert", root) for root in roots]
    return tuple(word for pair in words for word in pair)


def _agreed(options: list[str]) -> list[str]:
    commands = {option for option in options if option.startswith(_SFTP_COMMAND)}
    left_out = commands if len(commands) > 1 else set()
    return [option for option in options if option not in left_out]


def _path(workplace: Workplace, repository: Repository, source: Repository | None) -> str:
    first = dict.fromkeys(str(one.programs) for one in (repository, source) if one and one.programs)
    return ":".join((*first, workplace.path))
