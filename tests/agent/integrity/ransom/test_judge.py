"""What is an attack and what is not, from observations alone."""

from datetime import timedelta

import pytest

from agent.integrity.change import Change, Kind
from agent.integrity.ransom.limits import SIGNS_FAST, SIGNS_SLOW, SIGNS_SUPPORTED
from agent.integrity.ransom.observation import Probe
from agent.integrity.ransom.suspicion import Reason
from tests.agent.integrity.ransom.observing import BEGIN, ONE, ROOT, Stream, file, paths

BROKEN, WHOLE, UNREAD = Probe(broken=True), Probe(broken=False), Probe(read=False)
NOTE = Probe(words=("harm", "demand", "remedy"), digest=b"n")


@pytest.mark.parametrize(
    ("before", "after", "probe", "reason"),
    [
        ("zip", "random", None, Reason.MAGIC_LOST),
        ("text", "unknown", None, Reason.MAGIC_LOST),
        ("text", "old_text", None, Reason.MAGIC_LOST),
        ("jpeg", "encoded", None, Reason.MAGIC_LOST),
        ("pdf", "pdf", BROKEN, Reason.STRUCTURE_BROKEN),
        ("text", "text", Probe(blocks=40, foreign=2), Reason.INTERMITTENT),
        ("zip", "zeros", None, Reason.WIPED),
        ("zip", "empty", None, Reason.WIPED),
        ("pdf", "zip_locked", None, Reason.LOCKED),
        ("pdf", "pgp", None, Reason.LOCKED),
        ("pdf", "mp3", None, Reason.MAGIC_LOST),  # a cipher behind the magic of something else
        ("zip", "gzip", BROKEN, Reason.STRUCTURE_BROKEN),
    ],
)
def test_enough_files_that_were_lost_are_an_attack(
    before: str, after: str, probe: Probe | None, reason: Reason
) -> None:
    stream = Stream()
    for path in paths(SIGNS_FAST - 1):
        stream.modified(path, before, after, probe)
    assert stream.verdict() is None
    stream.modified(f"{ROOT}/last", before, after, probe)
    found = stream.verdict()
    assert found is not None
    assert found.reasons == (reason,)
    assert found.files == SIGNS_FAST
    assert found.since == BEGIN + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("before", "after", "probe"),
    [
        ("zip", "zip", WHOLE),
        ("zip", "zip", None),
        ("zip", "zip", UNREAD),  # nothing is concluded from what could not be read
        ("ole", "zip", None),  # converted
        ("zip", "ole", None),  # given a password by the office program
        ("random", "random", None),
        ("unknown", "unknown", None),
        ("text", "empty", None),  # a log that is emptied
        ("old_text", "text", None),
        ("empty", "random", None),
        ("", "random", None),
        ("text", "gzip", None),
        ("text", "elf", None),  # a wrapper that the linker replaced
        ("mp4", "matroska", None),
    ],
)
def test_other_changes_are_no_sign_however_many(
    before: str, after: str, probe: Probe | None
) -> None:
    stream = Stream()
    stream.who, stream.step = ONE, timedelta(milliseconds=10)
    for path in paths(500):
        stream.modified(path, before, after, probe)
    assert stream.verdict() is None


def test_binary_that_became_random_counts_half() -> None:
    stream = Stream()
    for path in paths(2 * SIGNS_FAST - 1):
        stream.modified(path, "unknown", "random")
    assert stream.verdict() is None
    stream.modified(f"{ROOT}/last", "unknown", "random")
    assert stream.verdict() is not None


def test_one_fast_process_needs_fewer_and_is_named() -> None:
    stream = Stream()
    stream.who = ONE
    for path in paths(SIGNS_SUPPORTED):
        stream.modified(path, "zip", "random")
    found = stream.verdict()
    assert found is not None
    assert found.who == ONE
    assert Reason.WRITE_RATE in found.reasons


def test_what_nobody_is_known_for_is_nobodys() -> None:
    stream = Stream()
    for path in paths(SIGNS_FAST):
        stream.modified(path, "zip", "random")
    found = stream.verdict()
    assert found is not None
    assert found.who is None


def test_a_slow_attack_is_seen_within_a_day() -> None:
    stream = Stream()
    stream.step = timedelta(minutes=10)
    for path in paths(SIGNS_SLOW):
        stream.modified(path, "pdf", "random")
    assert stream.verdict() is not None


def test_what_is_older_than_a_day_speaks_no_more() -> None:
    stream = Stream()
    stream.step = timedelta(minutes=50)  # 29 in a day
    for path in paths(300):
        stream.modified(path, "pdf", "random")
        assert stream.verdict() is None


def test_a_file_that_is_whole_again_takes_its_sign_back() -> None:
    stream = Stream()
    for path in paths(100):
        stream.modified(path, "pdf", "empty")
        stream.modified(path, "empty", "pdf")
    assert stream.verdict() is None


def test_a_broken_inside_is_healed_only_by_reading_it_whole() -> None:
    healed, unread = Stream(), Stream()
    for path in paths(SIGNS_FAST):
        for stream, after in ((healed, WHOLE), (unread, None)):
            stream.modified(path, "pdf", "pdf", BROKEN)
            stream.modified(path, "pdf", "pdf", after)
    assert healed.verdict() is None
    assert unread.verdict() is not None


@pytest.mark.parametrize("kind", [Kind.MODIFIED, Kind.REMOVED, Kind.RENAMED])
def test_a_canary_that_is_touched_is_enough(kind: Kind) -> None:
    canary = f"{ROOT}/.00-bang-luong.xlsx"
    stream = Stream([canary])
    before, after = file(canary, "zip"), file(canary + ("x" * (kind is Kind.RENAMED)), "zip")
    stream.seen(Change(kind, before, None if kind is Kind.REMOVED else after))
    found = stream.verdict()
    assert found is not None
    assert found.reasons == (Reason.CANARY,)
    assert found.samples == (canary.encode(),)


def test_other_rights_of_a_canary_are_no_attack() -> None:
    canary = f"{ROOT}/.00-bang-luong.xlsx"
    stream = Stream([canary])
    stream.seen(Change(Kind.METADATA, file(canary, "zip"), file(canary, "zip"), ("mode",)))
    assert stream.verdict() is None


@pytest.mark.parametrize("copy_first", [True, False])
@pytest.mark.parametrize(
    "new", ["{}.locked", "{}.id-7.[a@b.example].enc", "ENC_{}", "{stem}.qqq", "8f3a9c0b1e{n:06x}"]
)
def test_replaced_files_are_found_whatever_they_are_called(new: str, copy_first: bool) -> None:
    stream = Stream()
    for number, old in enumerate(paths(SIGNS_FAST)):
        folder, name = old.rsplit("/", 1)
        called = new.format(name, stem=name.split(".")[0], n=number * 7919)
        size = 9_000 + number * 531
        if copy_first:
            stream.added(f"{folder}/{called}", "random", size + 300)
        stream.removed(old, "zip", size)
        if not copy_first:
            stream.added(f"{folder}/{called}", "random", size + 300)
    found = stream.verdict()
    assert found is not None
    assert Reason.REPLACED in found.reasons
    assert found.samples[0].endswith(b"0000.docx")


def test_packed_by_their_owner_one_by_one_they_are_not_replaced() -> None:
    stream = Stream()
    stream.who = ONE
    for path in paths(300, "csv"):
        stream.added(path + ".gz", "gzip", 3_000)
        stream.removed(path, "text")
    for copy, _ in stream.judge.wanted():
        stream.judge.probed(copy, WHOLE)
    assert stream.verdict() is None


def test_a_copy_that_begins_well_is_read_before_it_is_believed() -> None:
    stream = Stream()
    for path in paths(SIGNS_FAST):
        stream.added(path + ".kept", "zip")
        stream.removed(path, "zip")
    wanted = stream.judge.wanted()
    assert len(wanted) == SIGNS_FAST
    for copy, content in wanted:
        assert content == "zip"
        stream.judge.probed(copy, BROKEN)
    found = stream.verdict()
    assert found is not None
    assert {Reason.REPLACED, Reason.RENAMED} <= set(found.reasons)


@pytest.mark.parametrize("content", ["unknown", "zip", "random"])
def test_files_that_only_come_to_go_are_no_loss(content: str) -> None:
    stream = Stream()
    stream.who = ONE
    for number, path in enumerate(paths(300, "tmp")):
        stream.added(path, content, inode=number + 1)
        stream.removed(path, content, inode=number + 1)
    assert stream.judge.wanted() == ()
    assert stream.verdict() is None


def test_a_copy_that_was_opened_for_a_moment_and_sealed_again_is_no_loss() -> None:
    stream = Stream()
    stream.who = ONE
    for path in paths(100):
        stream.added(path, "zip")
        stream.removed(path, "zip")
        stream.added(path + ".gpg", "pgp")
    assert stream.verdict() is None


def test_the_files_of_a_database_of_logs_and_tables_are_not_replaced() -> None:
    stream = Stream()
    stream.who = ONE
    for path in paths(300, "log", "leveldb"):
        stream.removed(path, "unknown")
        stream.added(path.replace(".log", ".ldb"), "random")
    assert stream.verdict() is None


def test_files_that_go_and_come_back_as_something_else_are_replaced() -> None:
    stream, back = Stream(), Stream()
    for path in paths(SIGNS_FAST):
        stream.removed(path, "pdf")
        stream.added(path, "random")
        back.removed(path, "pdf")
        back.added(path, "pdf")
    assert stream.verdict() is not None
    for copy, _ in back.judge.wanted():
        back.judge.probed(copy, WHOLE)
    assert back.verdict() is None


def test_a_folder_that_loses_and_gets_both_kinds_is_a_cache() -> None:
    stream = Stream()
    stream.who, stream.step = ONE, timedelta(milliseconds=50)
    for number in range(1, 200):
        stream.removed(f"{ROOT}/.cache/{number:032X}", ("jpeg", "random")[number % 2])
        name = f"{ROOT}/.cache/{number * 7919:032X}"
        stream.added(name, ("random", "jpeg")[number // 2 % 2])
    assert stream.verdict() is None


def test_a_pair_that_was_not_believed_never_will_be() -> None:
    stream = Stream()
    stream.step = timedelta(milliseconds=50)
    for day in range(3):
        for number in range(100):
            name = f"{ROOT}/.cache/{day:02X}{number:030X}"
            stream.removed(name, ("jpeg", "random")[number % 2])
            stream.added(name.replace("0", "B"), ("random", "jpeg")[number % 2])
        stream.now += timedelta(hours=2)
        stream.modified(f"{ROOT}/{day}", "zip", "zip")
        assert stream.verdict() is None


def test_files_that_only_come_or_only_go_are_no_attack() -> None:
    stream = Stream()
    for path in paths(2_000):
        stream.removed(path, "zip")
    for path in paths(2_000, "bin", "other"):
        stream.added(path, "random")
    assert stream.verdict() is None


def test_names_alone_are_never_enough() -> None:
    stream = Stream()
    stream.who = ONE
    for path in paths(1_000):
        stream.renamed(path, path + ".locked", "zip")
    assert stream.verdict() is None


def test_names_that_changed_alike_support_what_was_lost() -> None:
    stream = Stream()
    for path in paths(SIGNS_SUPPORTED):
        stream.renamed(path, path + ".phobos", "zip", "random")
    found = stream.verdict()
    assert found is not None
    assert found.reasons == (Reason.MAGIC_LOST, Reason.RENAMED)


def test_the_same_note_in_many_folders_is_enough_alone_and_in_few_a_support() -> None:
    alone, few = Stream(), Stream()
    for number in range(5):
        assert alone.verdict() is None
        alone.added(f"{ROOT}/{number}/README.txt", "text", 900, probe=NOTE)
    found = alone.verdict()
    assert found is not None
    assert found.reasons == (Reason.NOTE,)
    for number in range(3):
        few.added(f"{ROOT}/{number}/README.txt", "text", 900, probe=NOTE)
    assert few.verdict() is None
    for path in paths(SIGNS_SUPPORTED):
        few.modified(path, "zip", "random")
    assert few.verdict() is not None


def test_a_text_that_stands_everywhere_without_such_words_is_no_note() -> None:
    stream = Stream()
    for number in range(400):
        probe = Probe(words=("contact",), digest=b"r")
        stream.added(f"{ROOT}/{number}/README.txt", "text", 900, probe=probe)
    assert stream.verdict() is None
