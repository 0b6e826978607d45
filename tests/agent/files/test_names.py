"""Keys keep the order of a walk; what is shown is safe to show."""

from hypothesis import given
from hypothesis import strategies as st

from agent.files.ignore import Ignore
from agent.files.names import key_of, path_of, shown

NAMES = st.binary(min_size=1, max_size=6).filter(
    lambda name: b"/" not in name and b"\0" not in name
)
PATHS = st.lists(NAMES, min_size=1, max_size=5).map(lambda names: b"/" + b"/".join(names))


@given(PATHS)
def test_a_key_leads_back_to_its_path(path: bytes) -> None:
    assert path_of(key_of(path)) == path


@given(PATHS, PATHS)
def test_keys_sort_as_lists_of_names_do(left: bytes, right: bytes) -> None:
    assert (key_of(left) < key_of(right)) == (left.split(b"/") < right.split(b"/"))


@given(st.binary(max_size=40))
def test_what_is_shown_steers_no_terminal_and_can_be_sent(path: bytes) -> None:
    text = shown(path)
    text.encode("utf-8")
    assert all(ord(character) >= 32 and character != "\x7f" for character in text)


def test_vietnamese_is_shown_as_it_is_and_direction_marks_are_not() -> None:
    assert shown("/srv/bệnh án.docx".encode()) == "/srv/bệnh án.docx"
    assert shown("/srv/\u202egpj.exe".encode()) == "/srv/\\u202egpj.exe"
    assert shown(b"/srv/\xff\x1b[2J") == "/srv/\\xff\\x1b[2J"


def test_a_pattern_meets_both_forms_of_a_vietnamese_name() -> None:
    ignore = Ignore(("tạm/*",))
    assert ignore.covers("tạm/a".encode())
    assert ignore.covers("tạm/a".encode())


def test_without_patterns_nothing_is_ignored() -> None:
    assert not Ignore(()).covers(b"anything")
