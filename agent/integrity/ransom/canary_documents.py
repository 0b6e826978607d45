"""Small valid office documents that look as if somebody kept something in them. Pure.

Source: ECMA-376 parts 1 and 2 (what a document must hold at least); ISO 32000-1 §7.5.
"""

import io
import zipfile
from collections.abc import Callable
from typing import NamedTuple

_EPOCH = (2023, 3, 1, 8, 0, 0)
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument"
_LINES = 60
_FONT = "<</Font<</F1 5 0 R>>>>"


class Kind(NamedTuple):
    """Where such a name sorts among a folder's hidden files, and what is written."""

    stems: tuple[str, ...]
    extension: str
    write: Callable[[tuple[str, ...]], bytes]


class Document(NamedTuple):
    """A name and its content."""

    name: str
    content: bytes


def documents(entropy: Callable[[int], bytes]) -> tuple[Document, ...]:
    """One that sorts first, one in the middle, one last; no two hosts have the same."""
    return tuple(_document(kind, entropy) for kind in KINDS)


def _document(kind: Kind, entropy: Callable[[int], bytes]) -> Document:
    stem = kind.stems[entropy(1)[0] % len(kind.stems)]
    number = int.from_bytes(entropy(2), "big") % 10_000
    lines = tuple(_line(entropy(6)) for _ in range(_LINES))
    return Document(f".{stem}-{number:04}.{kind.extension}", kind.write(lines))


def _line(noise: bytes) -> str:
    """A row of a list that could be anybody's and is nobody's."""
    number = int.from_bytes(noise, "big")
    return (
        f"HS-{number % 1_000_000:06} {number // 7 % 28 + 1:02}/{number // 11 % 12 + 1:02} {number}"
    )


def _docx(lines: tuple[str, ...]) -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    document = f'{_XML}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'
    return _office("word/document.xml", f"{_TYPE}.wordprocessingml.document.main+xml", document, {})


def _xlsx(lines: tuple[str, ...]) -> bytes:
    rows = "".join(
        f'<row r="{number}"><c r="A{number}" t="inlineStr"><is><t>{line}</t></is></c></row>'
        for number, line in enumerate(lines, start=1)
    )
    sheet = f'{_XML}<worksheet xmlns="{_SHEET}"><sheetData>{rows}</sheetData></worksheet>'
    book = (
        f'{_XML}<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    others = {
        "xl/worksheets/sheet1.xml": (f"{_TYPE}.spreadsheetml.worksheet+xml", sheet),
        "xl/_rels/workbook.xml.rels": (
            "",
            _relation(f"{_OFFICE}/worksheet", "worksheets/sheet1.xml"),
        ),
    }
    return _office("xl/workbook.xml", f"{_TYPE}.spreadsheetml.sheet.main+xml", book, others)


def _office(main: str, kind: str, content: str, others: dict[str, tuple[str, str]]) -> bytes:
    parts = {main: (kind, content), **others}
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{one}"/>'
        for name, (one, _) in parts.items()
        if one
    )
    types = (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{overrides}</Types>"
    )
    files = {
        "[Content_Types].xml": types,
        "_rels/.rels": _relation(f"{_OFFICE}/officeDocument", main),
        **{name: text for name, (_, text) in parts.items()},
    }
    return _zipped(files)


def _relation(kind: str, target: str) -> str:
    return (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{kind}" Target="{target}"/></Relationships>'
    )


def _zipped(files: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), text, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _pdf(lines: tuple[str, ...]) -> bytes:
    shown = "\n".join(f"({line}) Tj T*" for line in lines)
    drawn = f"BT /F1 10 Tf 12 TL 50 800 Td\n{shown}\nET"
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources{_FONT}>>",
        f"<</Length {len(drawn)}>>\nstream\n{drawn}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    text, places = "%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(text))
        text += f"{number} 0 obj\n{one}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return (
        f"{text}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(text)}\n%%EOF\n"
    ).encode("ascii")


KINDS = (
    Kind(("00-bang-luong", "01-nhan-su", "02-quyet-toan", "03-du-toan"), "xlsx", _xlsx),
    Kind(("ke-hoach", "luong-thuong", "mau-hop-dong", "ma-so-thue"), "docx", _docx),
    Kind(("vien-phi", "xet-nghiem", "y-ba-luu", "zalo-danh-ba"), "pdf", _pdf),
)
