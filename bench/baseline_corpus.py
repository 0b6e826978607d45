"""The trees that bench/baseline.py looks at: the same ones each time."""

import os
import random
from pathlib import Path

WORDS = (
    "bệnh án",
    "nội trú",
    "khoa sản",
    "hồ sơ",
    "phòng khám",
    "hình ảnh",
    "viện phí",
    "kế hoạch",
)
FILES_IN_A_FOLDER = 20
DEEPEST = 12
LARGEST = 1 << 20
MIXED_LEAST, MIXED_MOST = 12, 28  # powers of two: 4 KiB to 256 MiB
# What documents, pictures, scans and letters of a hospital begin with; the rest is noise, which
# no filesystem and no hash can make shorter.
BEGINNINGS = (
    (".docx", b"PK\x03\x04\x14\0\x06\0"),
    (".pdf", b"%PDF-1.7\n"),
    (".jpg", b"\xff\xd8\xff\xe0\0\x10JFIF"),
    (".dcm", bytes(128) + b"DICM"),
    (".txt", "Kính gửi: Sở Y tế\n".encode() * 30),
)
# user::rw- user:65534:r-- group::r-- mask::r-- other::r--
ACCESS_LIST = bytes.fromhex(
    """02000000 01000600ffffffff 02000400feff0000 04000400ffffffff
    10000400ffffffff 20000400ffffffff"""
)


def deep(root: Path, files: int, mean_bytes: int) -> str:
    """Many small files in deep folders with Vietnamese names."""
    chance = random.Random(7)  # noqa: S311 - the same corpus each time
    noise = os.urandom(2 * LARGEST)
    folders = make_folders(root, max(1, files // FILES_IN_A_FOLDER), chance)
    total = 0
    for number in range(files):
        size = min(int(chance.expovariate(1 / mean_bytes)), LARGEST)
        start = number * 977 % LARGEST
        ending, beginning = BEGINNINGS[number % len(BEGINNINGS)]
        name = f"{' '.join(chance.sample(WORDS, 2))} {number}{ending}"
        content = (beginning + noise[start : start + size])[:size]
        (folders[number % len(folders)] / name).write_bytes(content)
        total += size
    return f"{files} files, {total / 1e9:.2f} GB, {len(folders)} folders up to {DEEPEST} deep"


def mixed(root: Path, total_bytes: int) -> str:
    """Files of 4 KiB to 256 MiB, each power of two about as often."""
    chance = random.Random(8)  # noqa: S311
    noise = os.urandom(1 << 24)
    folders = make_folders(root, 20, chance)
    made, number, most = 0, 0, min(MIXED_MOST, (total_bytes // 8).bit_length())
    while made < total_bytes:
        size = min(int(2 ** chance.uniform(MIXED_LEAST, most)), total_bytes - made)
        with (folders[number % 20] / f"ảnh {number}.dcm").open("wb") as stream:
            for start in range(0, size, len(noise)):
                stream.write(noise[: size - start])
        made, number = made + size, number + 1
    return f"{number} files of 4 KiB to {2**most >> 20} MiB, {made / 1e9:.2f} GB"


def give_attributes(root: Path) -> str:
    """An access list and an extended attribute for every file."""
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)  # noqa: PTH118 - os.walk's
            os.setxattr(path, "user.department", "khoa nội tổng hợp".encode())
            os.setxattr(path, "system.posix_acl_access", ACCESS_LIST)
    return "each file with an access list and one extended attribute"


def make_folders(root: Path, count: int, chance: random.Random) -> list[Path]:
    root.mkdir(parents=True)
    folders, open_ones = [root], [(root, 0)]
    while len(folders) < count:
        parent, depth = chance.choice(open_ones[-400:])
        folder = parent / f"{' '.join(chance.sample(WORDS, 2))} {len(folders)}"
        folder.mkdir()
        folders.append(folder)
        if depth + 1 < DEEPEST:
            open_ones.append((folder, depth + 1))
    return folders
