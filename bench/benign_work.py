"""Ordinary work in a hospital's share, one function each: much of it looks like an attack."""

import gzip
import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path

from agent.integrity.who.record import Who
from bench.watched_share import FOLDERS, Hand, Share
from tests.agent.integrity.ransom.forms import FORMS, Source, dicom_jpeg, docx, jpeg, ole, text


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


def dicom_arrives(day: Benign) -> None:
    hand, folder = day.hand("storescp", 0.02), day.folder("CT")
    for number in range(120):
        name = f"1.2.840.{day.number}.{number}.dcm"
        hand.write(folder / name, day.form(day.source.choice(("dcm", "dcmz"))))


def pacs_encodes_anew(day: Benign) -> None:
    """Every uncompressed picture becomes a compressed one, under its name."""
    hand = day.hand("dcmcjpeg", 0.02)
    for file in day.files("dcm"):
        hand.save(file, dicom_jpeg(day.source, max(1_000, file.stat().st_size // 3)))


def archives_grow(day: Benign) -> None:
    hand, archive = day.hand("zip"), day.folder() / "gui bao hiem.zip"
    for size in range(20_000, 200_000, 20_000):
        hand.save(archive, docx(day.source, size))


def database_dumped(day: Benign) -> None:
    """A dump, packed, the plain one removed; the older ones move up."""
    hand, folder = day.hand("pg_dump"), day.share.root / "zz lưu trữ" / "dump"
    for number in range(7, 1, -1):
        old = folder / f"his.sql.{number - 1}.gz"
        if old.exists():
            hand.rename(old, folder / f"his.sql.{number}.gz")
    dump = text(day.source, 400_000)
    hand.write(folder / "his.sql", dump)
    hand.write(folder / "his.sql.1.gz", gzip.compress(dump))
    hand.remove(folder / "his.sql")


def dumps_encrypted(day: Benign) -> None:
    """Each night's dumps of ten databases go out sealed; the plain ones are removed."""
    hand, folder = day.hand("gpg"), day.share.root / "zz lưu trữ" / "gui di"
    for number in range(8):
        plain = folder / f"csdl{number}.sql"
        hand.write(plain, text(day.source, 60_000))
        sealed = b"\x85\x02\x0c\x03" + day.source.randbytes(20_000)
        hand.write(folder / f"csdl{number}.sql.gpg", sealed)
        hand.remove(plain)


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


def code_built(day: Benign) -> None:
    hand, folder = day.hand("cc", 0.01), day.share.root / "Phòng Kế hoạch" / "phần mềm" / "build"
    for number in range(150):
        program = b"\x7fELF\2\1\1" + bytes(9) + day.source.randbytes(3_000)
        hand.write(folder / f"mod{number}.o", program)
        hand.write(folder / f"mod{number}.pyc", b"\xa7\r\r\n" + bytes(12) + day.form("lab"))


def code_checked_out(day: Benign) -> None:
    """Texts and pictures change all at once; objects are packed into one file."""
    hand, folder = day.hand("git", 0.01), day.share.root / "Phòng Kế hoạch" / "phần mềm"
    for number in range(120):
        hand.write(folder / "src" / f"m{number}.py", text(day.source, 3_000))
    loose = []
    for _ in range(150):
        content = zlib.compress(text(day.source, 2_000))
        name = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        loose.append(folder / ".git" / "objects" / name[:2] / name[2:])
        hand.write(loose[-1], content)
    pack = folder / ".git" / "objects" / "pack" / f"pack-{day.number:040}.pack"
    hand.write(pack, b"PACK\0\0\0\2" + day.source.randbytes(150_000))
    for one in loose:
        hand.remove(one)


def web_built(day: Benign) -> None:
    """Each script beside its brotli copy, which has no magic; the folder is made anew."""
    hand, folder = day.hand("node", 0.01), day.share.root / "Phòng Kế hoạch" / "web" / "dist"
    if folder.exists():
        hand.remove_tree(folder)
    for number in range(60):
        content = text(day.source, 9_000)
        tag = f"{day.number:04x}{number:04x}"
        hand.write(folder / f"app-{tag}.js", content)
        hand.write(folder / f"app-{tag}.js.br", b"\x1b\x7f" + day.source.randbytes(2_500))


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


def logs_rotated(day: Benign) -> None:
    """By renaming, by copying and emptying, and with a date; some are packed."""
    hand, folder = day.hand("logrotate"), day.share.root / "Xét nghiệm" / "log"
    for number in range(40):
        log = folder / f"may{number}.log"
        hand.write(log, text(day.source, 8_000))
        older = folder / f"may{number}.log.1"
        if older.exists():
            hand.write(folder / f"may{number}.log.2.gz", gzip.compress(older.read_bytes()))
            hand.remove(older)
        if number % 3 == 0:
            hand.write(older, log.read_bytes())
            hand.write(log, b"")
        elif number % 3 == 1:
            hand.rename(log, older)
        else:
            hand.rename(log, folder / f"may{number}.log-202603{day.number:02}")


def quarantined(day: Benign) -> None:
    """The scanner takes infected files away and turns their bytes."""
    hand, folder = day.hand("clamd"), day.share.root / ".quarantine"
    table = bytes(byte ^ 0xA5 for byte in range(256))
    for file in day.files("docx", "doc", most=8):
        content = file.read_bytes().translate(table)
        hand.write(folder / f"{day.source.randbytes(8).hex()}.vir", content)
        hand.remove(file)


def disk_image_used(day: Benign) -> None:
    """An encrypted container, written to inside."""
    hand, image = day.hand("cryptsetup"), day.share.root / "Dùng chung" / "két.img"
    if not image.exists():
        hand.write(image, b"LUKS\xba\xbe" + day.source.randbytes(600_000))
        hand.write(image.with_name("vera.hc"), day.source.randbytes(600_000))
    for file in (image, image.with_name("vera.hc")):
        for place in range(5):
            hand.patch(file, {70_000 + 90_000 * place: day.source.randbytes(40_000)})


def restic_in_the_share(day: Benign) -> None:
    """A repository: random names, random content; the older packs are pruned."""
    hand, folder = day.hand("restic"), day.share.root / "zz lưu trữ" / "restic"
    old = sorted(folder.glob("data/*/*"))
    for _ in range(60):
        content = day.source.randbytes(day.source.randrange(5_000, 30_000))
        name = hashlib.sha256(content).hexdigest()
        hand.write(folder / "data" / name[:2] / name, content)
    hand.write(folder / "config", day.source.randbytes(155))
    for one in old:
        hand.remove(one)


def rights_changed(day: Benign) -> None:
    hand = day.hand("chmod", 0.01)
    for file in day.files():
        file.chmod(0o640 if day.number % 2 else 0o644)
        hand.touched(file)


def mirrored(day: Benign) -> None:
    """rsync: beside the file, then in its place; what is gone at the source is removed."""
    hand = day.hand("rsync", 0.01)
    for file in day.files(most=150):
        extension = file.suffix[1:]
        if day.source.randrange(5):
            hand.save(file, day.form(extension) if extension in FORMS else file.read_bytes())
        else:
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


def cache_churns(day: Benign) -> None:
    """Browsers and viewers: pictures go, things without a form come, under random names."""
    hand, folder = day.hand("firefox", 0.02), day.share.root / "Dùng chung" / ".cache"
    for file in sorted(folder.glob("*"))[:70]:
        hand.remove(file)
    for _ in range(80):
        content = day.source.choice((jpeg(day.source, 9_000), day.source.randbytes(9_000)))
        hand.write(folder / day.source.randbytes(16).hex().upper(), content)


def code_pages_changed(day: Benign) -> None:
    """Texts of the nineties become UTF-8."""
    hand, folder = day.hand("iconv"), day.folder("công văn cũ")
    for number in range(50):
        old = b"C\xb8c b\xb9n c\xf1 trong b\xd6nh vi\xd6n, n\xa8m m\xed ch\xdd th\xde\n" * 40
        hand.write(folder / f"cv{day.number}-{number}.txt", old)
    for number in range(50):
        hand.save(folder / f"cv{day.number}-{number}.txt", text(day.source, 2_500))


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


def database_in_use(day: Benign) -> None:
    hand = day.hand("queue", 0.2)
    for file in day.files("db", most=5):
        for _ in range(10):
            hand.save(file, day.form("db"))


def awareness_leaflet(day: Benign) -> None:
    """The IT department warns of ransomware, in three folders, in its very words."""
    hand = day.hand()
    words = (
        "CẢNH BÁO: mã độc tống tiền làm tệp bị mã hóa rồi đòi tiền chuộc bằng bitcoin. Không trả "
        "tiền; liên hệ phòng CNTT, máy lẻ 115. Sao lưu giúp khôi phục mà không cần giải mã.\n"
    )
    for folder in day.source.sample(FOLDERS, 3):
        hand.write(day.share.root / folder / "CANH BAO.txt", words.encode())


def same_readme_everywhere(day: Benign) -> None:
    hand = day.hand("npm", 0.01)
    for number in range(80):
        folder = (
            day.share.root / "Phòng Kế hoạch" / "web" / "node_modules" / f"p{day.number}-{number}"
        )
        hand.write(folder / "LICENSE", b"Permission is hereby granted, free of charge " * 20)
        hand.write(folder / "README.md", b"# install\nnpm install; contact us by email\n" * 9)
