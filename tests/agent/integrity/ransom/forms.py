"""Files of many formats, each as its own specification has it, filled from a seeded source."""

import gzip
import io
import random
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

Source = random.Random
_SENTENCE = (
    "bệnh nhân được chẩn đoán viêm phổi điều trị kháng sinh khoa nội tổng hợp kết quả xét nghiệm "
    "công thức máu bình thường hẹn tái khám sau bảy ngày thuốc uống ngày hai lần sau ăn phòng kế "
    "hoạch tổng hợp báo cáo tháng số lượt khám ngoại trú bảo hiểm y tế thanh toán viện phí"
)
_WORDS = _SENTENCE.split()


def seeded(number: int) -> Source:
    return Source(number)


def text(source: Source, size: int) -> bytes:
    lines: list[str] = []
    length = 0
    while length < size:
        line = " ".join(source.choices(_WORDS, k=12)) + f" {source.randrange(10_000)}"
        lines.append(line)
        length += len(line.encode()) + 1
    return "\n".join(lines).encode()[: max(size, 1)].decode("utf-8", "ignore").encode()


def docx(source: Source, size: int) -> bytes:
    """An archive of XML and of one picture that fills it up."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>" * 20)
        archive.writestr("word/document.xml", text(source, max(200, size // 2)))
        archive.writestr("word/media/image1.jpeg", jpeg(source, max(200, size // 2)))
    return stream.getvalue()


def jpeg(source: Source, size: int) -> bytes:
    head = (
        b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
        b"\xff\xdb\0\x43\0" + bytes(range(1, 65)) + b"\xff\xc0\0\x0b\x08\0\x40\0\x40\1\1\x11\0"
        b"\xff\xc4\0\x1f\0" + bytes(16) + bytes(range(12)) + b"\xff\xda\0\x08\1\1\0\0\x3f\0"
    )
    scan = source.randbytes(max(0, size - len(head) - 2)).replace(b"\xff", b"\xff\0")
    return head + scan + b"\xff\xd9"


def png(source: Source, size: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))
        )

    packed = zlib.compress(source.randbytes(size))
    pieces = [packed[at : at + 8192] for at in range(0, len(packed), 8192)]
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">LLBBBBB", 64, 64, 8, 2, 0, 0, 0))
        + b"".join(chunk(b"IDAT", piece) for piece in pieces)
        + chunk(b"IEND", b"")
    )


def pdf(source: Source, size: int) -> bytes:
    pages = max(1, size // 8192)
    bodies = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"]
    for _ in range(pages):
        packed = zlib.compress(text(source, 16_384))
        head = f"<</Length {len(packed)}/Filter/FlateDecode>>\nstream\n".encode()
        bodies.append(head + packed + b"\nendstream")
    content, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(bodies, start=1):
        places.append(len(content))
        content += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    count = len(bodies) + 1
    return (
        content
        + (
            f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<</Size {count}/Root 1 0 R>>\n"
            f"startxref\n{len(content)}\n%%EOF\n"
        ).encode()
    )


def dicom(source: Source, size: int) -> bytes:
    """Uncompressed: twelve bits of sixteen, as a scanner writes them."""
    return _dicom_head(b"1.2.840.10008.1.2.1\0") + _pixels(source, size)


def dicom_jpeg(source: Source, size: int) -> bytes:
    item = jpeg(source, size)
    item += b"\0" * (len(item) % 2)
    element = b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\0\0\0\0"
    fragment = b"\xfe\xff\x00\xe0" + struct.pack("<L", len(item)) + item
    head = _dicom_head(b"1.2.840.10008.1.2.4.70")
    return head + element + fragment + b"\xfe\xff\xdd\xe0\0\0\0\0"


def _dicom_head(syntax: bytes) -> bytes:
    uid = b"\x02\0\x10\0UI" + struct.pack("<H", len(syntax)) + syntax
    name = b"\x10\0\x10\0PN\x0a\0NGUYEN^AN "
    return bytes(128) + b"DICM" + uid + name


def _pixels(source: Source, size: int) -> bytes:
    """Noise of a scanner, repeated: making each pixel would take seconds."""
    values = [min(4095, max(0, int(source.gauss(600, 200)))) for _ in range(8_192)]
    tile = struct.pack("<8192H", *values)
    pixels = (tile * (size // len(tile) + 1))[: size // 2 * 2]
    return b"\xe0\x7f\x10\0OW\0\0" + struct.pack("<L", len(pixels)) + pixels


def ole(source: Source, size: int) -> bytes:
    """A compound file: header, a table of sectors, a folder, text."""
    sectors = max(4, size // 512)
    head = bytearray(512)
    head[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", head, 24, 0x3E, 3, 0xFFFE, 9, 6)
    tables = -(-(sectors + 2) // 128)
    struct.pack_into("<LL", head, 44, tables, tables)
    for number in range(109):
        struct.pack_into("<L", head, 76 + 4 * number, number if number < tables else 0xFFFFFFFF)
    table = b"".join(struct.pack("<L", min(one + 1, sectors)) for one in range(128 * tables))
    folder = "Root Entry".encode("utf-16-le").ljust(512, b"\0")
    return (
        bytes(head)
        + table[: 512 * tables]
        + folder
        + text(source, 512 * sectors).ljust(512 * sectors, b" ")
    )


def sqlite(source: Source, size: int) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "d.db"
        connection = sqlite3.connect(file)
        connection.execute("CREATE TABLE visits (id INTEGER PRIMARY KEY, note TEXT)")
        rows = [(text(source, 200).decode(),) for _ in range(max(1, size // 220))]
        connection.executemany("INSERT INTO visits (note) VALUES (?)", rows)
        connection.commit()
        connection.close()
        return file.read_bytes()


def gzipped(source: Source, size: int) -> bytes:
    return gzip.compress(text(source, 3_000) + source.randbytes(size), 1)


def film(source: Source, size: int) -> bytes:
    """Its index stands last, as cameras write it."""
    start = struct.pack(">L", 24) + b"ftypisom\0\0\2\0isomiso2"
    index = struct.pack(">L", 8 + 400) + b"moov" + bytes(400)
    return start + struct.pack(">L", size + 8) + b"mdat" + source.randbytes(size) + index


def binary(source: Source, size: int) -> bytes:
    """Of no known format, and far from random: as a device of the laboratory writes it."""
    rows = (
        struct.pack("<BHL5x", source.randrange(4), source.randrange(300), one)
        for one in range(max(1, size // 12))
    )
    return b"LAB1" + b"".join(rows)


FORMS: dict[str, tuple[str, Callable[[Source, int], bytes]]] = {
    "txt": ("text", text),
    "docx": ("zip", docx),
    "jpg": ("jpeg", jpeg),
    "png": ("png", png),
    "pdf": ("pdf", pdf),
    "dcm": ("dicom", dicom),
    "dcmz": ("dicom", dicom_jpeg),
    "doc": ("ole", ole),
    "db": ("sqlite", sqlite),
    "gz": ("gzip", gzipped),
    "mp4": ("mp4", film),
    "lab": ("unknown", binary),
}
