"""smb.conf read as Samba reads it, for where `testparm` cannot be asked.

Source: smb.conf(5). Names of parameters: case and blanks do not count; the last word holds;
sections of one name are one; an included file stands where it is named. Without `testparm` the
defaults are those of Samba 4.11 and later.
"""

from agent.errors import UnreadableFactError
from agent.host import Host, read_if_present

PATH = "/etc/samba/smb.conf"
DEPTH_LIMIT = 8
DEFAULTS = {
    "server min protocol": "smb2_02", "server signing": "default", "server smb encrypt": "default",
    "map to guest": "never", "ntlm auth": "ntlmv2-only", "lanman auth": "no",
    "null passwords": "no", "restrict anonymous": "0", "guest ok": "no", "valid users": "",
    "available": "yes", "printable": "no", "vfs objects": "", "encrypt passwords": "yes",
    "usershare max shares": "100",  # as Debian and Ubuntu build it
}  # fmt: skip
_OTHER_NAMES = {
    "minprotocol": "server min protocol", "public": "guest ok", "smbencrypt": "server smb encrypt",
    "printok": "printable", "vfsobject": "vfs objects", "directory": "path",
}  # fmt: skip

IN_LETTERS = frozenset({"path", "log file", "log level", "full_audit:prefix"})  # case counts
_MORE = (
    "read only", "write list", "force user", "admin users", "username map", "username map script",
)  # fmt: skip
_NAMES = {"".join(name.split()): name for name in (*DEFAULTS, *IN_LETTERS, *_MORE)}
_ELSEWHERE = {"configbackend", "configfile", "copy"}  # what counts stands in another place

Sections = dict[str, dict[str, str]]


def collect(host: Host) -> Sections:
    sections: Sections = {"global": dict(DEFAULTS)}
    _read(host, PATH, "global", sections, DEPTH_LIMIT)
    return sections


def _read(host: Host, path: str, section: str, sections: Sections, depth: int) -> str:
    """Returns the section in which the file ends: what follows the include goes on there."""
    if depth == 0:
        raise UnreadableFactError(path, "unparsable", "includes itself")
    text = host.read(path) if path == PATH else read_if_present(host, path) or ""
    for raw in text.replace("\\\n", " ").splitlines():
        line = raw.strip()
        name, equals, value = line.partition("=")
        key = "".join(name.lower().split())
        if line.startswith(("#", ";")):
            continue
        if line.startswith("[") and "]" in line:
            section = line[1 : line.index("]")].strip().lower()
            sections.setdefault(section, {})
        elif not equals:
            continue
        elif key in _ELSEWHERE or (key == "include" and value.strip() == "registry"):
            raise UnreadableFactError(path, "unparsable", key)
        elif key == "include" and "%" not in value:  # else it differs from client to client
            section = _read(host, value.strip().strip('"'), section, sections, depth - 1)
        else:
            known = _OTHER_NAMES.get(key) or _NAMES.get(key, key)
            sections[section][known] = _plain(known, value)
    return section


def _plain(name: str, value: str) -> str:
    """Yes and no in one spelling; a path keeps its letters."""
    if name in IN_LETTERS:
        return value.strip().strip('"')
    word = value.strip().strip('"').lower()
    answers = {"true": "yes", "1": "yes", "false": "no", "0": "no"}
    yes_or_no = DEFAULTS.get(name) in {"yes", "no"}
    if name == "ntlm auth":  # its older values
        return {"yes": "ntlmv1-permitted", "no": "ntlmv2-only"}.get(answers.get(word, word), word)
    return answers.get(word, word) if yes_or_no else word
