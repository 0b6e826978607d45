"""What programs do in a hospital's share, one function each: much of it looks like an attack."""

import gzip
import hashlib
import zlib
from collections.abc import Callable

from bench.benign_people import Benign
from tests.agent.integrity.ransom.forms import FORMS, dicom_jpeg, jpeg, text


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
    for file, magic in ((image, b"LUKS\xba\xbe"), (image.with_name("vera.hc"), b"")):
        if not file.exists():
            hand.write(file, magic + day.source.randbytes(600_000))
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


def cache_churns(day: Benign) -> None:
    """Browsers and viewers: pictures go, things without a form come, under random names."""
    hand, folder = day.hand("firefox", 0.02), day.share.root / "Dùng chung" / ".cache"
    for file in sorted(folder.glob("*"))[:70]:
        hand.remove(file)
    for _ in range(80):
        content = day.source.choice((jpeg(day.source, 9_000), day.source.randbytes(9_000)))
        hand.write(folder / day.source.randbytes(16).hex().upper(), content)


def database_in_use(day: Benign) -> None:
    hand = day.hand("queue", 0.2)
    for file in day.files("db", most=5):
        for _ in range(10):
            hand.save(file, day.form("db"))


def same_readme_everywhere(day: Benign) -> None:
    hand = day.hand("npm", 0.01)
    for number in range(80):
        folder = (
            day.share.root / "Phòng Kế hoạch" / "web" / "node_modules" / f"p{day.number}-{number}"
        )
        hand.write(folder / "LICENSE", b"Permission is hereby granted, free of charge " * 20)
        hand.write(folder / "README.md", b"# install\nnpm install; contact us by email\n" * 9)


MASS_WORK: tuple[Callable[[Benign], None], ...] = (
    *(dicom_arrives, pacs_encodes_anew, database_dumped, dumps_encrypted, code_built),
    *(code_checked_out, web_built, logs_rotated, quarantined, disk_image_used),
    *(restic_in_the_share, rights_changed, mirrored, cache_churns, database_in_use),
    same_readme_everywhere,
)
