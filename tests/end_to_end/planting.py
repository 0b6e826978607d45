"""Two hundred random words in the names and contents of a facility, and finding them again."""

import base64
import re
import secrets
import string
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize
from urllib.parse import quote

_LETTERS = string.ascii_lowercase
_NUMBER_DIGITS, _TAIL = 3, 8
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
FOLDERS, NAMES, CONTENTS, PEOPLE, DATASETS, TAGS = 40, 80, 50, 20, 2, 8
OPEN = FOLDERS // 4


@dataclass(frozen=True)
class Planted:
    """Words that all begin alike, so that one search finds any of them."""

    mark: str
    words: tuple[str, ...]
    secret_share: Path  # `names: none`
    open_share: Path  # `names: full` later

    def part(self, begin: int, length: int) -> tuple[str, ...]:
        return self.words[begin : begin + length]

    @property
    def folders(self) -> tuple[str, ...]:
        return self.part(0, FOLDERS)

    @property
    def names(self) -> tuple[str, ...]:
        return self.part(FOLDERS, NAMES)

    @property
    def contents(self) -> tuple[str, ...]:
        return self.part(FOLDERS + NAMES, CONTENTS)

    @property
    def people(self) -> tuple[str, ...]:
        return self.part(FOLDERS + NAMES + CONTENTS, PEOPLE)

    @property
    def datasets(self) -> tuple[str, ...]:
        return self.part(FOLDERS + NAMES + CONTENTS + PEOPLE, DATASETS)

    @property
    def tags(self) -> tuple[str, ...]:
        return self.part(FOLDERS + NAMES + CONTENTS + PEOPLE + DATASETS, TAGS)

    def found_in(self, haystack: bytes) -> frozenset[str]:
        """The words that stand there in any usual writing; a mark without its rest is `?`."""
        text = haystack + b"\n" + decoded(haystack)
        words = {
            match.group().decode().lower()
            for match in re.finditer(self._pattern, text, re.IGNORECASE)
        }
        if not words and any(form in text for form in self._other_forms()):
            return frozenset({"?"})
        return frozenset(words)

    @property
    def _pattern(self) -> bytes:
        return f"{self.mark}[0-9]{{{_NUMBER_DIGITS}}}[a-z]{{{_TAIL}}}".encode()

    def _other_forms(self) -> list[bytes]:
        mark = self.mark.encode()
        wide = [self.mark.encode("utf-16-le"), self.mark.encode("utf-16-be")]
        inner = [base64.b64encode(bytes(shift) + mark)[4:12] for shift in range(3)]
        return [mark.hex().encode(), mark[::-1], *wide, *inner]


def decoded(haystack: bytes) -> bytes:
    """What stands in base64 there, and in base64 inside of that."""
    parts = []
    for _ in range(2):
        runs = [match.group().rstrip(b"=") for match in _BASE64.finditer(haystack)]
        haystack = b"\n".join(base64.urlsafe_b64decode(_whole(run)) for run in runs)
        parts.append(haystack)
    return b"\n".join(parts)


def _whole(run: bytes) -> bytes:
    """Only whole groups of four letters: a run may end inside other text."""
    return run.translate(_URL_SAFE)[: len(run) // 4 * 4]


def plant(folder: Path) -> Planted:
    """Write the files; every name has letters that Unicode can write in two ways."""
    mark = "".join(secrets.choice(_LETTERS) for _ in range(10))
    total = FOLDERS + NAMES + CONTENTS + PEOPLE + DATASETS + TAGS
    words = tuple(
        f"{mark}{number:0{_NUMBER_DIGITS}}"
        + "".join(secrets.choice(_LETTERS) for _ in range(_TAIL))
        for number in range(total)
    )
    planted = Planted(mark, words, folder / "kín", folder / "mở")
    for number, (name, content) in enumerate(zip(planted.names, _texts(planted), strict=True)):
        share = planted.open_share if number % FOLDERS < OPEN else planted.secret_share
        place = share / f"hồ sơ {planted.folders[number % FOLDERS]}"
        place.mkdir(parents=True, exist_ok=True)
        file = f"bệnh án {name}.txt"
        written = normalize("NFC", file) if number % 2 else normalize("NFD", file)
        (place / written).write_text(content)
    return planted


def _texts(planted: Planted) -> list[str]:
    contents = [f"Chẩn đoán: {word}\n" for word in planted.contents]
    people = [
        f"{word}:x:1001:1001:Bác sĩ {quote(word)}:/home/{word}:/bin/bash\n"
        for word in planted.people
    ]
    filler = [f"trang {number}\n" * 30 for number in range(NAMES - CONTENTS - PEOPLE)]
    return [*contents, *people, *filler]
