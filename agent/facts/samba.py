"""The Samba server's effective settings: as `testparm -v` prints them, else from its files."""

from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts import smb_conf
from agent.facts.absent import require_one_of
from agent.host import Host, list_if_present

COMMAND = ("testparm", "-s", "-v")
USERSHARES = "/var/lib/samba/usershares"
NO_FILE_SHARES = ("print$", "ipc$", "printers")
EVERYONE = "s-1-1-0:"


@dataclass(frozen=True, slots=True)
class SambaFacts:
    settings: dict[str, str]  # of [global], lower case
    shares: dict[str, dict[str, str]]  # of each share: what differs from [global]

    @property
    def encryption(self) -> str:
        """`server smb encrypt`; its name before Samba 4.15 was `smb encrypt`."""
        older = self.settings.get("smb encrypt", "(not printed)")
        return self.settings.get("server smb encrypt", older)

    @property
    def guest_shares(self) -> tuple[str, ...]:
        """Shares that take guests, themselves or by the default for all."""
        return tuple(n for n in self.shares if self.of(n, "guest ok") == "yes" and self.on(n))

    @property
    def file_shares(self) -> tuple[str, ...]:
        """Shares of files that are open for business; printers are none."""
        names = (name for name in self.shares if name not in NO_FILE_SHARES)
        return tuple(n for n in names if self.on(n) and self.of(n, "printable") != "yes")

    def get(self, name: str) -> str:
        return self.settings.get(name, "(not printed)")

    def of(self, share: str, name: str) -> str:
        """A share's own word, else the default for all."""
        return self.shares[share].get(name, self.settings.get(name, ""))

    def on(self, share: str) -> bool:
        return self.of(share, "available") != "no"


def collect(host: Host) -> SambaFacts:
    require_one_of(host, "/usr/sbin/smbd", "/usr/local/samba/sbin/smbd")
    try:
        sections = parse(host.run(COMMAND, timeout_s=15))
    except UnreadableFactError as error:
        if error.reason not in {"missing", "other_root"}:
            raise
        sections = smb_conf.collect(host)
    shares = {name: section for name, section in sections.items() if name != "global"}
    if sections["global"].get("usershare max shares", "0") != "0":
        for name in list_if_present(host, USERSHARES):
            shares[name.lower()] = parse_usershare(host.read(f"{USERSHARES}/{name}"))
    return SambaFacts(sections["global"], shares)


def parse(output: str) -> smb_conf.Sections:
    """Source: testparm(1), smb.conf(5)."""
    section, sections = "", smb_conf.Sections()
    for raw in output.splitlines():
        line = raw.strip()
        name, equals, value = line.partition("=")
        if line.startswith("["):
            section = line.strip("[]").lower()
            sections.setdefault(section, {})
        elif equals and section:
            key, word = name.strip().lower(), value.strip()
            sections[section][key] = word if key in smb_conf.IN_LETTERS else word.lower()
    if not sections.get("global"):
        raise UnreadableFactError(" ".join(COMMAND), "empty")
    return sections


def parse_usershare(text: str) -> dict[str, str]:
    """A share that an ordinary user made; net(8), USERSHARE."""
    pairs = (line.partition("=") for line in text.splitlines())
    given = {name.strip().lower(): value.strip() for name, equals, value in pairs if equals}
    said = {name: value.lower() for name, value in given.items()}
    guests = said.get("guest_ok", "n").startswith("y")
    limited = EVERYONE not in said.get("usershare_acl", EVERYONE)
    return {
        "path": given.get("path", ""),
        "guest ok": "yes" if guests else "no",
        "valid users": "(acl)" if limited else "",
    }
