"""What people do in a hospital's share, one function each: much of it looks like an attack."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agent.integrity.who.record import Who
from bench.watched_share import FOLDERS, Hand, Share
from tests.agent.integrity.ransom.forms import FORMS, Source, docx, jpeg, ole, text


@dataclass
class Benign:
    """A day's share, chance and number."""

    share: Share
    source: Source
    number: int

    def hand(self, name: str = "smbd", each_s: float = 0.05) -> Hand:
        pid = 2000 + self.source.randrange(20_000)
        return Hand(self.share, Who(1001, None, pid, f"/usr/bin/{name}"), each_s)

    def files(self, *extensions: str, most: int = 10_000) -> list[Path]:
        found = [one for one in self.share.root.rglob("*") if one.is_file()]
        chosen = [one for one in found if not extensions or one.suffix[1:] in extensions]
        self.source.shuffle(chosen)
        return chosen[:most]

    def folder(self, name: str = "") -> Path:
        return self.share.root / self.source.choice(FOLDERS) / (name or f"ngay {self.number}")

    def form(self, extension: str, least: int = 4_000, most: int = 80_000) -> bytes:
        return FORMS[extension][1](self.source, self.source.randrange(least, most))


def office(day: Benign) -> None:
    """People write, save, copy and remove documents."""
    hand = day.hand(each_s=2.0)
    for file in day.files("docx", "doc", "txt", "pdf", most=25):
        extension = file.suffix[1:]
        if day.source.randrange(10) in range(7):
            hand.save(file, day.form(extension))
        elif day.source.randrange(2):
            hand.write(file.with_name(f"ban sao {day.number} {file.name}"), file.read_bytes())
        else:
            hand.remove(file)


def photos_imported(day: Benign) -> None:
    hand, folder = day.hand(), day.folder("ảnh")
    for number in range(150):
        hand.write(folder / f"DSC_{day.number:03}{number:04}.jpg", day.form("jpg"))


def photos_renamed(day: Benign) -> None:
    hand, folder = day.hand(), day.folder("ảnh hội nghị")
    for number in range(60):
        hand.write(folder / f"IMG_{number:04}.JPG", day.form("jpg"))
    for number in range(60):
        new = folder / f"hội nghị {day.number} {number:03}.jpg"
        hand.rename(folder / f"IMG_{number:04}.JPG", new)


def photos_made_smaller(day: Benign) -> None:
    hand = day.hand("mogrify")
    for file in day.files("jpg", most=80):
        hand.write(file, jpeg(day.source, max(2_000, file.stat().st_size // 3)))


def archives_grow(day: Benign) -> None:
    hand, archive = day.hand("zip"), day.folder() / "gui bao hiem.zip"
    for size in range(20_000, 200_000, 20_000):
        hand.save(archive, docx(day.source, size))


def folder_moved(day: Benign) -> None:
    hand = day.hand("mv")
    folders = [one for one in day.share.root.rglob("*") if one.is_dir() and any(one.iterdir())]
    folder = day.source.choice(folders)
    hand.rename(folder, day.share.root / "Dùng chung" / f"chuyển {day.number}" / folder.name)
    (day.share.root / "Dùng chung").mkdir(exist_ok=True)


def pdfs_exported(day: Benign) -> None:
    hand, folder = day.hand("soffice"), day.folder("xuất")
    for number in range(120):
        hand.write(folder / f"hoa don {day.number:03}-{number:04}.pdf", day.form("pdf"))


def documents_converted(day: Benign) -> None:
    """Old office documents become new ones; the old ones are removed."""
    hand = day.hand("soffice")
    for file in day.files("doc", most=60):
        hand.write(file.with_suffix(".docx"), docx(day.source, file.stat().st_size))
        hand.remove(file)


def tables_given_a_password(day: Benign) -> None:
    """Office writes a compound file then, whatever the extension says."""
    hand = day.hand()
    for file in day.files("docx", most=15):
        hand.save(file, ole(day.source, file.stat().st_size))


def folder_packed_one_by_one(day: Benign) -> None:
    """`gzip *` by the folder's owner."""
    hand, folder = day.hand("gzip"), day.folder("nhật ký cũ")
    for number in range(80):
        hand.write(folder / f"nk{day.number}-{number}.csv", text(day.source, 20_000))
    for file in sorted(folder.glob(f"nk{day.number}-*.csv")):
        hand.write(file.with_name(file.name + ".gz"), gzip.compress(file.read_bytes()))
        hand.remove(file)


def folder_packed_into_one(day: Benign) -> None:
    """Into one archive, with a password every second time; then the files are removed."""
    hand, files = day.hand("7z"), day.files(most=60)
    body = day.source.randbytes(300_000)
    locked = b"PK\3\4\x33\0\1\0\x63\0" + body
    plain = b"7z\xbc\xaf\x27\x1c\0\4" + body
    hand.write(day.folder() / "lưu.7z", locked if day.number % 2 else plain)
    for file in files:
        hand.remove(file)


def old_removed(day: Benign) -> None:
    hand = day.hand("find", 0.01)
    for file in day.files(most=80):
        hand.remove(file)


def brought_back(day: Benign) -> None:
    """Documents are removed by mistake and restored an hour later."""
    hand = day.hand()
    kept = {file: file.read_bytes() for file in day.files("docx", "pdf", "jpg", most=60)}
    for file in kept:
        hand.remove(file)
    day.share.pass_by(3600)
    for file, content in kept.items():
        hand.write(file, content)


def upload_breaks_off(day: Benign) -> None:
    """Large files overwritten over a bad line: half of each is there for a while."""
    hand = day.hand(each_s=3.0)
    for file in day.files("docx", "pdf", "jpg", most=15):
        whole = day.form(file.suffix[1:], 50_000, 120_000)
        hand.write(file, whole[: len(whole) // 2])
        hand.write(file, whole)


def pdfs_signed(day: Benign) -> None:
    """A signature is written behind what is there, with a new table."""
    hand = day.hand("signer")
    for file in day.files("pdf", most=50):
        content = file.read_bytes()
        at = len(content)
        more = (
            b"9 0 obj\n<</Type/Sig/Contents<" + day.source.randbytes(800).hex().encode() + b">>>\n"
        )
        more += b"endobj\n"
        table = f"xref\n9 1\n{at:010} 00000 n \ntrailer\n<</Size 10/Prev 9>>\n"
        end = f"startxref\n{at + len(more)}\n%%EOF\n"
        hand.write(file, content + more + table.encode() + end.encode())


def awareness_leaflet(day: Benign) -> None:
    """The IT department warns of ransomware, in three folders, in its very words."""
    hand = day.hand()
    words = (
        "CẢNH BÁO: mã độc tống tiền làm tệp bị mã hóa rồi đòi tiền chuộc bằng bitcoin. Không trả "
        "tiền; liên hệ phòng CNTT, máy lẻ 115. Sao lưu giúp khôi phục mà không cần giải mã.\n"
    )
    for folder in day.source.sample(FOLDERS, 3):
        hand.write(day.share.root / folder / "CANH BAO.txt", words.encode())


def code_pages_changed(day: Benign) -> None:
    """Texts of the nineties become UTF-8."""
    hand, folder = day.hand("iconv"), day.folder("công văn cũ")
    for number in range(50):
        old = b"C\xb8c b\xb9n c\xf1 trong b\xd6nh vi\xd6n, n\xa8m m\xed ch\xdd th\xde\n" * 40
        hand.write(folder / f"cv{day.number}-{number}.txt", old)
    for number in range(50):
        hand.save(folder / f"cv{day.number}-{number}.txt", text(day.source, 2_500))


MASS_WORK: tuple[Callable[[Benign], None], ...] = (
    *(photos_imported, photos_renamed, photos_made_smaller, archives_grow, folder_moved),
    *(pdfs_exported, documents_converted, tables_given_a_password, folder_packed_one_by_one),
    *(folder_packed_into_one, old_removed, brought_back, upload_breaks_off, pdfs_signed),
    *(awareness_leaflet, code_pages_changed),
)
