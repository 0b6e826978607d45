"""Files that others write: policies, playbooks, configurations. Bombs give problems, no crash."""

from collections.abc import Callable
from pathlib import Path

import pytest

from agent.config.load import examine as examine_configuration
from agent.playbooks.load import examine as examine_playbook
from compliance.catalogue import parse as parse_catalogue
from compliance.errors import CatalogueError
from controller.config.load import parse as parse_controller
from controller.errors import ConfigurationError
from texts.shell import harmless, note, say, table

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
BOMBS = {
    "nested lists": "[" * 50_000,
    "nested lists, closed": "[" * 3_000 + "]" * 3_000,
    "nested mappings": "{a: " * 20_000,
    "nested blocks": "\n".join(" " * depth + "a:" for depth in range(900)),
    "many aliases": LAUGHS,
    "an alias of itself": "a: &a [*a]",
    "a long number": "a: " + "9" * 100_000,
    "a long hexadecimal number": "a: 0x" + "f" * 100_000,
    "sixties": "a: " + ":59" * 5_000,
    "a tag that runs": "!!python/object/apply:os.system ['touch MARK']",
    "a tag that reads": "a: !!python/object/new:open ['/etc/passwd']",
    "a template": "a: {{ ''.__class__ }} ${IFS} $(touch MARK)",
    "merges": "a: &a {b: c}\nd:\n  <<: [*a, *a]\n",
    "a key that is a list": "? [a, b]\n: c\n",
    "odd bytes": "a: \x85\u2028b",
    "two documents": "a: b\n---\nc: d\n",
    "nothing": "",
}


def catalogue(raw: bytes) -> bool:
    try:
        parse_catalogue(raw)
    except CatalogueError:
        return True
    return False


def playbook(raw: bytes) -> bool:
    found, problems = examine_playbook(raw)
    return found is None and bool(problems)


def configuration(raw: bytes) -> bool:
    found, problems = examine_configuration(raw)
    return found is None or bool(problems)


def controller(raw: bytes) -> bool:
    try:
        parse_controller(raw)
    except ConfigurationError:
        return True
    return False


READERS: dict[str, Callable[[bytes], bool]] = {
    reader.__name__: reader for reader in (catalogue, playbook, configuration, controller)
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("reader", READERS)
def test_a_bomb_is_told_as_a_problem(
    reader: str, bomb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = READERS[reader](BOMBS[bomb].encode())
    assert refused or (reader, bomb) == ("configuration", "nothing")  # an agent alone, at work
    assert not (tmp_path / "MARK").exists()


@pytest.mark.parametrize(
    "name", ["\x1b[2J\x1b[1;1H", "\x1b]0;title\x07", "\x9b2J", "a\rb", "\u202egnp.exe", "\x08"]
)
def test_a_name_cannot_steer_a_terminal(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    say(f"facility {name}")
    note(f"facility {name}")
    table(["facility"], [[name]])
    told = capsys.readouterr()
    for text in (told.out, told.err):
        assert name not in text
        assert all(letter.isprintable() or letter == "\n" for letter in text)


def test_our_own_colours_stay(capsys: pytest.CaptureFixture[str]) -> None:
    say("\x1b[1mbold\x1b[0m\tand\nmore")
    assert harmless("\x1b[1mbold\x1b[0m\tand\nmore") == "\x1b[1mbold\x1b[0m\tand\nmore"
    assert "bold" in capsys.readouterr().out
