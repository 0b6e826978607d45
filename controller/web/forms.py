"""What people send with a form: bounded fields, and files of which only the digest is kept."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import Request

if TYPE_CHECKING:
    from hashlib import _Hash

    from python_multipart.multipart import MultipartCallbacks

MOST_FIELDS = 400
LONGEST_FIELD = 16 * 1024
LARGEST_FILE = 64 * 1024 * 1024
_BAD_REQUEST, _TOO_LARGE = 400, 413


@dataclass(frozen=True, slots=True)
class Form:
    """Fields in the order they came; `digest` is empty where no file came."""

    fields: tuple[tuple[str, str], ...]
    digest: str = ""  # SHA-256 of the file, hex

    def get(self, name: str) -> str:
        """The first field of this name."""
        return next((value for key, value in self.fields if key == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.fields if key == name)


Reader = Callable[[Request], Awaitable[Form]]


async def typed_form(request: Request) -> Form:
    """A form without files."""
    form = await request.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=LONGEST_FIELD)
    return Form(tuple((name, str(value)) for name, value in form.multi_items()))


async def form_with_document(request: Request) -> Form:
    """A form whose one file is hashed while it comes in; no byte of it is stored anywhere.

    Raises:
        HTTPException: it is no such form, or larger than it may be.
    """
    boundary = _boundary(request)
    reading = _Reading()
    parser = MultipartParser(boundary, reading.callbacks())
    try:
        async for chunk in request.stream():
            parser.write(chunk)
    except FormParserError as error:
        raise HTTPException(_BAD_REQUEST) from error
    return reading.form()


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise HTTPException(_BAD_REQUEST)
    return options[b"boundary"]


@dataclass(slots=True)
class _Reading:
    """What the parser's callbacks gather, part by part."""

    fields: list[tuple[str, str]] = field(default_factory=list)
    hashed: "_Hash | None" = None
    size: int = 0  # of the file
    ended: bool = False
    _header: bytearray = field(default_factory=bytearray)
    _value: bytearray = field(default_factory=bytearray)
    _disposition: bytes = b""
    _name: str = ""
    _in_file: bool = False
    _data: bytearray = field(default_factory=bytearray)

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_headers_finished": self._end_headers,
            "on_part_data": self._take,
            "on_part_end": self._end_part,
            "on_end": self._end,
        }

    def form(self) -> Form:
        if not self.ended:  # cut off on its way: nobody vouches for half a document
            raise HTTPException(_BAD_REQUEST)
        digest = self.hashed.hexdigest() if self.hashed is not None and self.size else ""
        return Form(tuple(self.fields), digest)

    def _begin(self) -> None:
        self._disposition, self._name, self._in_file = b"", "", False
        self._data.clear()

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _end_headers(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = _decoded(options.get(b"name", b""))
        self._in_file = b"filename" in options
        if self._in_file and self.hashed is not None:
            raise HTTPException(_BAD_REQUEST)  # of two files, which would be meant?
        if self._in_file:
            self.hashed = sha256()
        if not self._name or len(self.fields) >= MOST_FIELDS:
            raise HTTPException(_BAD_REQUEST)

    def _take(self, data: bytes, start: int, end: int) -> None:
        if self._in_file and self.hashed is not None:
            self.size += end - start
            self.hashed.update(data[start:end])
        else:
            self._data += data[start:end]
        if self.size > LARGEST_FILE or len(self._data) > LONGEST_FIELD:
            raise HTTPException(_TOO_LARGE)

    def _end_part(self) -> None:
        if not self._in_file:
            self.fields.append((self._name, _decoded(bytes(self._data))))

    def _end(self) -> None:
        self.ended = True


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise HTTPException(_BAD_REQUEST) from error
