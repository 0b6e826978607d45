"""Files that maintainers' scripts and triggers make: no package lists them, everyone has them.

What can start a program by itself, or says whom to trust, is not among them on purpose: units
that were enabled, accounts, certificates of authorities, schedules.
"""

import re

_PATTERNS = (
    r"/etc/ld\.so\.cache",
    r"/var/cache/ldconfig/[^/]+",
    r"/etc/alternatives/[^/]+",
    r"/var/lib/dpkg(/.*)?",
    r"/var/lib/ucf(/.*)?",
    r"/var/cache/(debconf|man|fontconfig|apt|app-info|swcatalog)(/.*)?",
    r"/var/lib/(apt|initramfs-tools|man-db|python|emacsen-common)(/.*)?",
    r"/var/lib/systemd/deb-systemd-(helper|user-helper)-(enabled|masked)(/.*)?",
    r"/var/log/apt(/(history|term|eipp)\.log[.\w]*)?",
    r"/var/log/(dpkg|alternatives|fontconfig)\.log",
    r"/boot/initrd\.img-[^/]+",
    r"/boot/grub/(grub\.cfg|grubenv|unicode\.pf2)(\.new)?",
    r"/(boot/)?(vmlinuz|initrd\.img)(\.old)?",
    r"/usr/lib/modules/[^/]+/modules\.[a-z.]+",
    r"/usr/(lib|share)/.*/__pycache__(/[^/]+\.pyc(\.\d+)?)?",
    r"/usr/(local/)?share/fonts/(.*/)?(fonts\.(dir|scale)|\.uuid)",
    r"/usr/share/icons/[^/]+/\.?icon-theme\.cache",
    r"/usr/share/mime/.*",
    r"/usr/share/applications/(mimeinfo\.cache|\.mimeinfo\.cache\.\w+)",
    r"/usr/share/glib-2\.0/schemas/gschemas\.compiled(\.\w+)?",
    r"/usr/lib/.*/(loaders\.cache|giomodule\.cache|immodules\.cache)(\.\w+)?",
    r"/usr/share/info/dir(\.old)?",
)
_KNOWN = re.compile("|".join(_PATTERNS).encode(), re.DOTALL)
_ALTERNATIVES = b"/etc/alternatives/"


def is_made_by_scripts(path: bytes) -> bool:
    """Whether a path, as the system names it, is one of these."""
    return _KNOWN.fullmatch(path) is not None


def is_alternative(target: bytes) -> bool:
    """Whether a link leads to where `update-alternatives` keeps its choices."""
    return target.startswith(_ALTERNATIVES) and b"/" not in target[len(_ALTERNATIVES) :]
