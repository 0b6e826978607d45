"""Thirty ways to take files hostage, as plain generators over files that the bench has made.

The cipher is a source of random bytes: what a real one writes cannot be told from it. Nothing here
can give a file back or spread; each works in the folder that it is given, and nowhere else.
"""

import base64
import os
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from agent.integrity.who.record import Who
from bench.hostage_field import Field
from bench.watched_share import FOLDERS, Hand

_HEADER = 1024
_NOTE = (
    "TẤT CẢ TỆP CỦA BẠN ĐÃ BỊ MÃ HÓA!\nMuốn giải mã, hãy trả 0,5 bitcoin trong vòng 72 giờ.\n"
    "Đừng đổi tên tệp. Liên hệ: cuu-du-lieu@onionmail.example, mã số của bạn: 7F3A\n"
)


@dataclass(frozen=True)
class Attack:
    """One way: its name, and what it does; it says after each file that it is lost."""

    name: str
    run: Callable[[Field], None]


def _in_place(field: Field, files: Iterable[Path], each_s: float = 0.05) -> None:
    hand = field.hand(each_s)
    for file in files:
        hand.patch(file, {0: field.source.randbytes(file.stat().st_size)})
        field.one_lost()


def in_place(field: Field) -> None:
    _in_place(field, field.files())


def in_place_then_renamed(field: Field) -> None:
    hand = field.hand(0.02)
    for file in field.files():
        hand.patch(file, {0: field.source.randbytes(file.stat().st_size)})
        hand.rename(file, file.with_name(file.name + ".locked"))
        field.one_lost()


def renamed_then_in_place(field: Field) -> None:
    hand = field.hand(0.2)
    for file in field.files():
        new = file.with_name(f"{file.name}.id-9C2E.[a@b.example].phobos")
        hand.rename(file, new)
        hand.patch(new, {0: field.source.randbytes(new.stat().st_size)})
        field.one_lost()


def _copied(field: Field, name: Callable[[Path], Path], make: Callable[[bytes], bytes]) -> None:
    hand = field.hand(0.03)
    for file in field.files():
        content = file.read_bytes()
        hand.write(name(file), make(content))
        hand.remove(file)
        field.one_lost()


def copied_and_removed(field: Field) -> None:
    _copied(field, lambda file: file.with_name(file.name + ".crypt"), field.cipher)


def extension_replaced(field: Field) -> None:
    _copied(field, lambda file: file.with_suffix(".x7k"), field.cipher)


def name_put_before(field: Field) -> None:
    _copied(field, lambda file: file.with_name("LOCKED_" + file.name), field.cipher)


def random_names(field: Field) -> None:
    def name(file: Path) -> Path:
        return file.with_name(field.source.randbytes(12).hex() + ".enc")

    _copied(field, name, field.cipher)


def random_names_packed(field: Field) -> None:
    def name(file: Path) -> Path:
        coded = base64.urlsafe_b64encode(field.source.randbytes(12)).decode()
        return file.with_name(coded)

    _copied(field, name, lambda content: field.source.randbytes(len(zlib.compress(content)) + 40))


def all_copied_then_removed(field: Field) -> None:
    files, hand = field.files(), field.hand(0.03)
    for file in files:
        hand.write(file.with_name(file.name + ".wcry"), field.cipher(file.read_bytes()))
    for file in files:
        hand.remove(file)
        field.one_lost()


def header_kept(field: Field) -> None:
    hand = field.hand()
    for file in field.files():
        size = file.stat().st_size
        if size > 2 * _HEADER:
            hand.patch(file, {_HEADER: field.source.randbytes(size - _HEADER)})
            field.one_lost()


def header_kept_copied(field: Field) -> None:
    def make(content: bytes) -> bytes:
        return content[:_HEADER] + field.source.randbytes(len(content))

    _copied(field, lambda file: file.with_name(file.name + ".kept"), make)


def _first(field: Field, length: int) -> None:
    hand = field.hand()
    for file in field.files():
        hand.patch(file, {0: field.source.randbytes(min(length, file.stat().st_size))})
        field.one_lost()


def first_4_kib(field: Field) -> None:
    _first(field, 4096)


def first_64_kib(field: Field) -> None:
    _first(field, 65_536)


def every_16th_block(field: Field) -> None:
    hand = field.hand()
    for file in field.files():
        places = range(15 * 4096, file.stat().st_size - 4096, 16 * 4096)
        if places:
            hand.patch(file, {at: field.source.randbytes(4096) for at in places})
            field.one_lost()


def last_part(field: Field) -> None:
    hand = field.hand()
    for file in field.files():
        size = file.stat().st_size
        begin = size - size // 4
        hand.patch(file, {begin: field.source.randbytes(size - begin)})
        field.one_lost()


def slow(field: Field) -> None:
    _in_place(field, field.files(), 1.0)


def one_a_minute(field: Field) -> None:
    _in_place(field, field.files(), 60.0)


def by_eight_processes(field: Field) -> None:
    whos = [Who(1000 + one, None, 5000 + one, f"/opt/w{one}") for one in range(8)]
    for number, file in enumerate(field.files()):
        hand = field.hand(0.01, whos[number % 8])
        hand.patch(file, {0: field.source.randbytes(file.stat().st_size)})
        field.one_lost()


def alphabetic(field: Field) -> None:
    _in_place(field, sorted(field.files()))


def largest_first(field: Field) -> None:
    _in_place(field, sorted(field.files(), key=lambda file: -file.stat().st_size))


def newest_first(field: Field) -> None:
    _in_place(field, sorted(field.files(), key=lambda file: -file.stat().st_mtime_ns))


def base64_in_place(field: Field) -> None:
    hand = field.hand()
    for file in field.files():
        hand.write(file, base64.b64encode(field.cipher(file.read_bytes())))
        field.one_lost()


def packed_with_password(field: Field) -> None:
    def make(content: bytes) -> bytes:
        packed = field.source.randbytes(len(zlib.compress(content)) + 28)
        return b"PK\x03\x04\x33\x00\x01\x00\x63\x00" + bytes(20) + packed

    _copied(field, lambda file: file.with_name(file.name + ".zip"), make)


def turned_by_a_constant(field: Field) -> None:
    hand, table = field.hand(), bytes(byte ^ 0x5A for byte in range(256))
    for file in field.files():
        hand.patch(file, {0: file.read_bytes().translate(table)})
        field.one_lost()


def _note(hand: Hand, folders: Iterable[Path]) -> None:
    for folder in folders:
        hand.write(folder / "ĐỌC_TÔI_KHÔI_PHỤC.txt", _NOTE.encode())


def note_first(field: Field) -> None:
    _note(field.hand(), (field.share.root / folder for folder in FOLDERS))
    in_place(field)


def note_last_in_each_folder(field: Field) -> None:
    by_folder: dict[Path, list[Path]] = {}
    for file in field.files():
        by_folder.setdefault(file.parent, []).append(file)
    for folder, files in by_folder.items():
        _in_place(field, files)
        _note(field.hand(), [folder])


def times_kept(field: Field) -> None:
    hand = field.hand()
    for file in field.files():
        status = file.stat()
        hand.patch(file, {0: field.source.randbytes(status.st_size)})
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
        field.one_lost()


def holes_punched(field: Field) -> None:
    hand = field.hand()
    for file in field.files():
        size = file.stat().st_size
        with file.open("r+b") as stream:
            stream.truncate(0)
            stream.truncate(size)
        hand.patch(file, {})
        field.one_lost()


def with_openssl(field: Field) -> None:
    hand = field.hand()
    for file in field.files():
        hand.save(file, b"Salted__" + field.cipher(file.read_bytes()))
        field.one_lost()


def moved_away(field: Field) -> None:
    """Each original becomes a numbered cipher in one far folder."""
    hand, far = field.hand(0.03), field.share.root / ".cache" / "t"
    for number, file in enumerate(field.files()):
        new = far / f"{number:06}"
        hand.rename(file, new)
        hand.patch(new, {0: field.source.randbytes(new.stat().st_size)})
        field.one_lost()


ATTACKS = tuple(
    Attack(run.__name__, run)
    for run in (
        *(in_place, in_place_then_renamed, renamed_then_in_place, copied_and_removed),
        *(all_copied_then_removed, extension_replaced, name_put_before, random_names),
        *(random_names_packed, header_kept, header_kept_copied, first_4_kib, first_64_kib),
        *(every_16th_block, last_part, slow, one_a_minute, by_eight_processes, alphabetic),
        *(largest_first, newest_first, base64_in_place, packed_with_password),
        *(turned_by_a_constant, note_first, note_last_in_each_folder, times_kept),
        *(holes_punched, with_openssl, moved_away),
    )
)
