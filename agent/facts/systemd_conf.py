"""The settings of one of systemd's own programs, with their drop-in files.

The main file comes first, then all drop-ins by their file names, whichever folder holds them; a
name in /etc hides the same name in /run and /usr/lib. The last word on a setting holds, and an
empty one takes the earlier ones back.

Source: systemd.syntax(7); journald.conf(5), "Configuration directories and precedence".
"""

from collections.abc import Iterator

from agent.facts.drop_ins import texts_in
from agent.host import Host, read_if_present

FOLDERS = ("/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd")


def collect(host: Host, name: str, section: str) -> dict[str, str]:
    """What `name` (such as `journald.conf`) and its drop-ins set; program defaults are not here.

    Raises:
        UnreadableFactError: one of the files is there and cannot be read.
    """
    settings: dict[str, str] = {}
    for text in (_main(host, name), *texts_in(host, [f"{folder}/{name}.d" for folder in FOLDERS])):
        for key, value in parse(text, section):
            if value:
                settings[key] = value
            else:
                settings.pop(key, None)
    return settings


def _main(host: Host, name: str) -> str:
    """The first one that is there; the others do not count then."""
    texts = (read_if_present(host, f"{folder}/{name}") for folder in FOLDERS)
    return next((text for text in texts if text is not None), "")


def parse(text: str, section: str) -> Iterator[tuple[str, str]]:
    """The `Key=value` lines of one section; names are written with their capitals."""
    inside = ""
    for raw in text.replace("\\\n", " ").splitlines():
        line = raw.strip()
        if line.startswith("[") and line.endswith("]"):
            inside = line[1:-1]
        elif line and line[0] not in "#;" and inside == section:
            key, equals, value = line.partition("=")
            if equals:
                yield key.strip(), value.strip()
