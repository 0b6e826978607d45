"""Every sentence exists in Vietnamese, with the same places to fill, and nothing stale is kept."""

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

from agent.checks.catalogue import ALL
from texts.catalogue import use
from texts.notation import show_expected

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "texts" / "locale" / "vi"
OURS = ("wire", "compliance", "recovery", "texts", "agent", "controller", "verify", "demo")
SPOKEN_BY_CLICK = (  # the words that click itself looks up in our catalogue
    "Usage:",
    "Options",
    "Commands",
    "Arguments",
    "Show this message and exit.",
    "Try '{command} {option}' for help.",
    "Missing command.",
    "required",
    "default: {default}",
    "directory",
    "path",
    "Error: {message}",
    "Error: invalid input",
    "Missing argument",
    "Missing option",
    "Missing parameter",
    "Missing {param_type}",
    "No such option {name!r}.",
    "No such command {name!r}.",
    "Invalid value: {message}",
    "Invalid value for {param_hint}: {message}",
    "Choose from:\n\t{choices}",
    "{value!r} is not a valid {number_type}.",
    "{value} is not in the range {range}.",
    "{name} {filename!r} does not exist.",
    "{name} {filename!r} is a file.",
    "{name} {filename!r} is a directory.",
    "{name} {filename!r} is not readable.",
    "{name} {filename!r} is not writable.",
    "Option {name!r} does not take a value.",
    "Could not open file {filename!r}: {message}",
    ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    ("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
    ("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
)
ENGLISH_BETWEEN = re.compile(  # words that no setting of ours is called
    r"(?<![\w.=/@:-])(?:a|above|an|and|asked|below|besides|but|by|demanded|for|from|least|none|not"
    r"|of|older|or|own|stricter|than|that|the|unrecorded|with|without|written)(?![\w.=/@-])"
)
PLACE = re.compile(r"\{(\w+)[^}]*\}|%\((\w+)\)[sd]")


def hatch_build() -> object:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    merged = hatch_build().merged_catalogue(FOLDER)  # type: ignore[attr-defined]
    assert isinstance(merged, Catalog)
    return merged


def spoken() -> Iterator[str]:
    methods = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
    for package in OURS:
        for _file, _line, message, _comments, _context in extract_from_dir(
            str(ROOT / package), method_map=methods, keywords={"N_": None, "tr": None, "_": None}
        ):
            assert isinstance(message, str), f"{package}: plural forms are not used: {message}"
            yield message


def test_every_sentence_has_its_vietnamese(catalogue: Catalog) -> None:
    missing = sorted({m for m in spoken() if m and not (catalogue.get(m) and catalogue[m].string)})
    assert missing == []


def test_no_translation_is_stale_or_uncertain(catalogue: Catalog) -> None:
    alive = set(spoken()) | set(SPOKEN_BY_CLICK) | {check.expected for check in ALL}
    entries = [message for message in catalogue if message.id]
    assert sorted(str(m.id) for m in entries if m.id not in alive) == []
    assert [m.id for m in entries if m.fuzzy] == []


def test_no_english_word_stands_between_the_settings_that_are_expected() -> None:
    use("vi")
    try:
        shown = [show_expected(check.expected) for check in ALL]
    finally:
        use("en")
    assert [text for text in shown if ENGLISH_BETWEEN.search(text)] == []


def test_no_sentence_hides_inside_another_string() -> None:
    """What collects the sentences does not look into the braces of an f-string."""
    hidden = [
        f"{module.relative_to(ROOT)}:{call.lineno}"
        for package in OURS
        for module in (ROOT / package).rglob("*.py")
        for string in ast.walk(ast.parse(module.read_text()))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "N_"
    ]
    assert hidden == []


def test_a_translation_fills_the_same_places(catalogue: Catalog) -> None:
    different = [
        message.id
        for message in catalogue
        if message.id and places(message.string) not in [places(form) for form in forms(message.id)]
    ]
    assert different == []


def forms(message_id: object) -> tuple[object, ...]:
    """Click's plurals have two English forms; Vietnamese has one and may follow either."""
    return message_id if isinstance(message_id, tuple) else (message_id,)


def places(text: object) -> set[object]:
    return set(PLACE.findall(str(text)))


def test_vietnamese_is_stored_composed_and_with_one_spelling(catalogue: Catalog) -> None:
    """One spelling: khóa, hủy, hóa (product.md §2)."""
    import unicodedata

    text = "\n".join(str(message.string) for message in catalogue)
    assert unicodedata.is_normalized("NFC", text)
    assert re.findall(r"\b(khoá|huỷ|hoá|uỷ|thoả|toà)\b", text) == []
