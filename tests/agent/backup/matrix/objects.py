"""What happens to stored objects: a disk fails, a hand slips, somebody means harm."""

from pathlib import Path


def newest_pack(repository: Path) -> Path:
    """The largest pack: it holds data, no trees."""
    packs = [file for file in (repository / "data").glob("*/*") if file.is_file()]
    return max(packs, key=lambda file: file.stat().st_size)


def flip(file: Path) -> None:
    """One bit in the middle; restic's structure check does not see it."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    _replace(file, bytes(content))


def truncate(file: Path) -> None:
    _replace(file, file.read_bytes()[:-100])


def damage(file: Path) -> None:
    _replace(file, bytes(byte ^ 0x55 for byte in file.read_bytes()))


def delete(file: Path) -> None:
    file.unlink()


def _replace(file: Path, content: bytes) -> None:
    """Its inode is that of the pristine copy, too: a new file, never a write in place."""
    file.unlink()
    file.write_bytes(content)
