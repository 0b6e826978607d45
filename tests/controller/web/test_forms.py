"""Whatever a browser sends or a person types gives a form, a day, a text, or the known refusal."""

import asyncio
import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from controller.errors import WrongValueError
from controller.fleet import typed
from controller.web.forms import Form, form_with_document

BOUNDARY = b"--b"
PIECES = st.sampled_from(
    [
        *(b"--b\r\n", b"--b--\r\n", b"\r\n", b"\r\n\r\n", b"--", b"b", b"\x00", b"\xff", b"x" * 50),
        b'Content-Disposition: form-data; name="document"\r\n\r\n',
        b'Content-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n',
        b"Content-Disposition: form-data\r\n\r\n",
    ]
)


def read(*chunks: bytes, kind: str = "multipart/form-data; boundary=b") -> Form:
    """As the server hands a body over, chunk by chunk."""
    messages: list[Message] = [
        {"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks
    ]
    messages.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> Message:
        return messages.pop(0)

    headers = [(b"content-type", kind.encode("latin-1"))]
    scope = {"type": "http", "method": "POST", "headers": headers, "path": "/", "query_string": b""}
    return asyncio.run(form_with_document(Request(scope, receive)))


@given(st.lists(PIECES, max_size=30))
def test_any_body_is_a_form_or_refused(pieces: list[bytes]) -> None:
    try:
        form = read(*pieces)
    except HTTPException:
        return
    assert form.digest == "" or len(form.digest) == 64


@given(st.binary(max_size=3000), st.integers(1, 700))
def test_a_file_has_the_same_digest_in_whatever_chunks_it_comes(content: bytes, step: int) -> None:
    body = (
        b'--b-\r\nContent-Disposition: form-data; name="document"\r\n\r\nQuy ch\xe1\xba\xbf\r\n'
        b'--b-\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
        + content
        + b"\r\n--b---\r\n"
    )
    if b"\r\n--b-" in content:
        return
    chunks = [body[start : start + step] for start in range(0, len(body), step)]
    form = read(*chunks, kind="multipart/form-data; boundary=b-")
    assert form.get("document") == "Quy chế"
    assert form.digest == (hashlib.sha256(content).hexdigest() if content else "")


@given(st.text(max_size=60))
def test_any_text_is_a_day_or_refused(text: str) -> None:
    try:
        moment = typed.last_moment("end", text)
    except WrongValueError:
        return
    assert datetime(1999, 1, 1, tzinfo=UTC) < moment < datetime(2501, 1, 1, tzinfo=UTC)


def test_a_day_ends_at_midnight_here() -> None:
    assert typed.first_moment("x", "2027-01-31") == datetime(2027, 1, 30, 17, tzinfo=UTC)
    assert typed.last_moment("x", "2027-01-31") == datetime(2027, 1, 31, 17, tzinfo=UTC)


@pytest.mark.parametrize("day", ["", "2027-02-29", "0001-01-01", "9999-12-31", "31/01/2027", "x"])
def test_what_is_no_day_is_refused(day: str) -> None:
    with pytest.raises(WrongValueError):
        typed.first_moment("x", day)


@given(st.text(max_size=400))
def test_any_text_is_kept_as_one_that_shows_or_is_refused(text: str) -> None:
    try:
        kept = typed.paragraph("x", text)
    except WrongValueError:
        return
    assert kept == kept.strip() != ""
    assert not set(kept) & {"\x00", "\x1b", "\u202e", "\r"}
    kept.encode()


def test_lines_stay_lines_and_pasted_signs_that_nobody_sees_go() -> None:
    assert typed.paragraph("x", " một\r\nhai \u200b\n") == "một\nhai"
    assert typed.line("x", "Quy  chế\n12\u202e") == "Quy chế 12"
