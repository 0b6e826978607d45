"""What a name's extension promises of its content, where nobody has looked at it before. Pure."""

from agent.files.content_class import TEXT
from agent.integrity.ransom.names import extension_of, name_of

_PROMISED = {
    "zip": (b"docx", b"xlsx", b"pptx", b"odt", b"ods", b"odp", b"zip", b"jar", b"epub"),
    "ole": (b"doc", b"xls", b"ppt", b"msg", b"msi"),
    "pdf": (b"pdf",),
    "jpeg": (b"jpg", b"jpeg"),
    "png": (b"png",),
    "gif": (b"gif",),
    "tiff": (b"tif", b"tiff"),
    "dicom": (b"dcm",),
    "mp4": (b"mp4", b"mov", b"m4a"),
    "gzip": (b"gz", b"tgz"),
    "7z": (b"7z",),
    "rar": (b"rar",),
    TEXT: (
        *(b"txt", b"csv", b"log", b"xml", b"html", b"htm", b"json", b"sql", b"md", b"ini"),
        *(b"conf", b"py", b"sh", b"js", b"css", b"yaml", b"yml", b"hl7"),
    ),
}
_BY_EXTENSION = {one: content for content, several in _PROMISED.items() for one in several}


def promised_class(path: bytes) -> str:
    """The class that such a name stands for; empty when it stands for none."""
    return _BY_EXTENSION.get(extension_of(name_of(path)), "")
