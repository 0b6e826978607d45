"""Who a change is told to be of, by what Samba recorded: never more than a line can prove."""

from pathlib import Path

import msgspec
import pytest

from agent.errors import UnreadableFactError
from agent.facts.absent import SubjectAbsentError
from agent.facts.samba import SambaFacts
from agent.host import Host
from agent.integrity.change import Kind
from agent.integrity.seen import Seen
from agent.integrity.who.full_audit.audit import FullAudit
from agent.integrity.who.full_audit.logs import Logs
from agent.integrity.who.full_audit.settings import Settings
from agent.integrity.who.record import Who
from tests.agent.integrity.who.recording import (
    AN,
    AT_NS,
    BINH,
    OWNER,
    PID,
    SMBD,
    Journal,
    Logins,
    audit_of,
    facts_of,
    seen,
)

FILE = b"/srv/share/a.odt"
S = 10**9
HERE = Path(__file__)


def line(path: bytes = FILE, user: str = "an", operation: str = "openat|ok|w") -> str:
    return f"chung|{user}|10.0.0.9|share|{operation}|{path.decode()}"


def with_settings(others: dict[str, str]) -> SambaFacts:
    facts = facts_of()
    return SambaFacts({**facts.settings, **others}, facts.shares)


def client(who: Who | None) -> tuple[str, str] | None:
    return None if who is None else (who.client_user, who.client_address)


def told(
    journal: Journal,
    one: Seen | None = None,
    logins: Logins | None = None,
    facts: SambaFacts | None = None,
) -> tuple[str, str] | None:
    audit = audit_of(journal, logins or Logins(), facts, beside=HERE)
    (answer,) = audit.named((one or seen(FILE),))
    return client(answer.who)


@pytest.fixture
def journal() -> Journal:
    return Journal()


def test_who_shares_a_name_with_everybody_is_told_by_the_path(journal: Journal) -> None:
    journal.says(line(b"/srv/share/other", "binh"))
    journal.says(line())
    assert told(journal) == ("an", "10.0.0.9")


def test_without_a_line_of_the_path_nobody_is_told(journal: Journal) -> None:
    journal.says(line(FILE + b"x"))
    assert told(journal) == ("", "")


def test_two_who_did_it_are_nobody(journal: Journal) -> None:
    journal.says(line())
    journal.says(line(user="binh"))
    assert told(journal) == ("", "")


@pytest.mark.parametrize("users", [(), ("an", "binh")])
def test_another_process_did_something_else(journal: Journal, users: tuple[str, ...]) -> None:
    journal.says(line(), pid=PID + 1)
    assert told(journal, logins=Logins(users)) == ("", "")


@pytest.mark.parametrize(("late_s", "near"), [(-1.9, True), (1.9, True), (-2.1, False), (3, False)])
def test_only_what_was_done_just_then_counts(journal: Journal, late_s: float, near: bool) -> None:
    journal.says(line(), at_ns=AT_NS + int(late_s * S))
    assert (told(journal) == ("an", "10.0.0.9")) == near


@pytest.mark.parametrize("exe", ["/usr/bin/logger", "/srv/smbd", ""])
def test_what_another_program_wrote_is_nobodys(journal: Journal, exe: str) -> None:
    """Nor what nobody knows the program of: it had ended when journald asked."""
    journal.exe = exe
    journal.says(line())
    assert told(journal) == ("", "")


@pytest.mark.parametrize("prefix", ["%u|%U|%I|%S", "%U|%I|%S"])
def test_a_samba_of_somebodys_own_names_nobody_else(journal: Journal, prefix: str) -> None:
    """An smbd that a user starts, on files that he may change, with a prefix that lies."""
    facts = facts_of(share={"full_audit:prefix": prefix})
    one = seen(FILE, msgspec.structs.replace(SMBD, uid=BINH))
    journal.says(line() if "u" in prefix else line().removeprefix("chung|"))
    assert told(journal, one, facts=facts) == ("", "")
    journal.says(line() if "u" in prefix else line().removeprefix("chung|"))
    assert told(journal, facts=facts) == ("an", "10.0.0.9")


def test_a_line_that_the_kernel_contradicts_is_not_believed(journal: Journal) -> None:
    """Where nobody takes another's name the process had the user's own number."""
    facts = facts_of(share={"force user": ""})
    journal.says(f"an|an|10.0.0.9|share|openat|ok|w|{FILE.decode()}")
    assert told(journal, facts=facts) == ("", "")
    journal.says(f"an|an|10.0.0.9|share|openat|ok|w|{FILE.decode()}")
    one = seen(FILE, msgspec.structs.replace(SMBD, uid=AN))
    assert told(journal, one, facts=facts) == ("an", "10.0.0.9")


def test_nor_one_in_another_name_than_the_shares(journal: Journal) -> None:
    journal.says(line().replace("chung|", "binh|"))
    assert told(journal) == ("", "")


@pytest.mark.parametrize(
    "others", [{"map to guest": "bad user"}, {"username map": "/etc/samba/users"}]
)
def test_a_name_that_a_client_may_choose_freely_needs_samba_to_confirm_it(
    journal: Journal, others: dict[str, str]
) -> None:
    journal.says(line())
    assert told(journal, facts=with_settings(others)) == ("", "")
    journal.says(line())
    assert told(journal, logins=Logins(("binh",)), facts=with_settings(others)) == ("", "")
    journal.says(line())
    found = told(journal, logins=Logins(("binh", "an")), facts=with_settings(others))
    assert found == ("an", "10.0.0.9")


def test_what_was_guessed_of_the_connection_gives_way_to_what_was_recorded(
    journal: Journal,
) -> None:
    guessed = msgspec.structs.replace(SMBD, client_user="binh", client_address="10.0.0.7")
    journal.says(line())
    assert told(journal, seen(FILE, guessed)) == ("an", "10.0.0.9")
    journal.says(line())
    journal.says(line(user="binh"))
    assert told(journal, seen(FILE, guessed)) == ("", "10.0.0.7")


def test_what_the_kernel_settled_is_not_asked_for(journal: Journal) -> None:
    journal.says(line())
    settled = msgspec.structs.replace(SMBD, uid=BINH, client_user="binh", client_address="10.0.0.7")
    assert told(journal, seen(FILE, settled)) == ("binh", "10.0.0.7")
    assert journal.asked == 0


@pytest.mark.parametrize(
    "who",
    [
        None,
        msgspec.structs.replace(SMBD, exe="/usr/bin/bash"),
        msgspec.structs.replace(SMBD, exe="/srv/smbd"),
    ],
)
def test_what_samba_did_not_do_is_not_asked_for(journal: Journal, who: Who | None) -> None:
    journal.says(line())
    told(journal, seen(FILE, who))
    assert journal.asked == 0


@pytest.mark.parametrize(
    "facts",
    [
        facts_of(share={"path": "/srv/elsewhere"}),
        facts_of(vfs_objects="catia fruit"),
        facts_of(share={"path": "/srv/%U"}),
        SambaFacts(
            facts_of().settings,
            {
                **facts_of().shares,
                "beside": {"path": "/srv", "read only": "no", "vfs objects": "catia"},
            },
        ),
    ],
    ids=["elsewhere", "not recorded", "a path for each", "another way in, not recorded"],
)
def test_where_not_all_is_recorded_nothing_is_asked(journal: Journal, facts: SambaFacts) -> None:
    journal.says(line())
    assert told(journal, facts=facts) == ("", "")
    assert journal.asked == 0


def test_without_samba_nothing_is_asked(journal: Journal) -> None:
    def absent(_host: Host) -> SambaFacts:
        raise SubjectAbsentError("not_installed", "no smbd")

    settings = Settings(journal, lambda: 1000.0, absent)
    audit = FullAudit(Logins(), settings, Logs(journal, HERE))
    one = seen(FILE)
    assert audit.named((one,)) == (one,)
    assert (audit.limits(), journal.asked) == ((), 0)


@pytest.mark.parametrize(
    ("kind", "operation", "fits"),
    [
        (Kind.ADDED, "openat|ok|w", True),
        (Kind.ADDED, "openat|ok|r", False),
        (Kind.ADDED, "mkdirat|ok", True),
        (Kind.ADDED, "unlinkat|ok", False),
        (Kind.ADDED, "openat|fail (Permission denied)|w", False),
        (Kind.ADDED, "create_file|ok|0x12019f|file|create", True),
        (Kind.MODIFIED, "openat|ok|w", False),
        (Kind.MODIFIED, "pwrite_send|ok", True),
        (Kind.MODIFIED, "create_file|ok|0x12019f|file|overwrite_if", True),
        (Kind.MODIFIED, "create_file|ok|0x12019f|file|open", False),
        (Kind.MODIFIED, "close|ok", False),
        (Kind.REMOVED, "unlinkat|ok", True),
        (Kind.REMOVED, "openat|ok|w", False),
        (Kind.METADATA, "fset_dos_attributes|ok", True),
        (Kind.METADATA, "fstat|ok", False),
    ],
)
def test_only_what_can_have_made_the_change_counts(
    journal: Journal, kind: Kind, operation: str, fits: bool
) -> None:
    journal.says(line(operation=operation))
    assert (told(journal, seen(FILE, kind=kind)) == ("an", "10.0.0.9")) == fits


def test_who_renamed_is_told_of_both_names_and_of_all_below(journal: Journal) -> None:
    old, new = "/srv/share/old", "/srv/share/new"
    for one in (
        seen(new.encode(), kind=Kind.RENAMED, old=old.encode()),
        seen(old.encode(), kind=Kind.REMOVED),
        seen(f"{new}/deep/a".encode(), kind=Kind.RENAMED, old=f"{old}/deep/a".encode()),
    ):
        journal.says(f"chung|an|10.0.0.9|share|renameat|ok|{old}|{new}")
        assert told(journal, one) == ("an", "10.0.0.9")


@pytest.mark.parametrize(("name", "kind"), [("old", Kind.REMOVED), ("new", Kind.ADDED)])
def test_of_two_names_whose_border_can_lie_elsewhere_neither_is_told(
    journal: Journal, name: str, kind: Kind
) -> None:
    journal.says("chung|an|10.0.0.9|share|renameat|ok|/srv/share/old|/srv/share/q|/srv/share/new")
    assert told(journal, seen(f"/srv/share/{name}".encode(), kind=kind)) == ("", "")


@pytest.mark.parametrize(
    ("message", "path"),
    [
        ("chung|an|10.0.0.9|share|openat|ok|w|/srv/share/x|ok|y", b"/srv/share/x|ok|y"),
        ("chung|an|10.0.0.9|share|unlinkat|ok|/srv/share/a|b", b"/srv/share/a"),
        (
            "chung|an|10.0.0.9|share|unlinkat|ok|/q\\nchung|binh|10.0.0.8|share|openat|ok|w|/srv/share/a.odt",
            FILE,
        ),
        (
            "chung|an|10.0.0.9|share|openat|ok|r|/|binh|10.0.0.8|share|openat|ok|w|/srv/share/a.odt",
            FILE,
        ),
        ("chung|an|10.0.0.9|share|renameat|ok|/srv/share/q|/srv/share/x|/srv/share/a.odt", FILE),
        ("chung|an|10.0.0.9|share|fchmod|ok|/srv/share/a.odt|644|binh", FILE),
        ("an|10.0.0.9|openat|ok|w|/srv/share/a.odt", FILE),
        (" chung|an|10.0.0.9|share|openat|ok|w|/srv/share/a.odt", FILE),
        ("chung|an b|10.0.0.9|share|openat|ok|w|/srv/share/a.odt", FILE),
        ("chung|an|10.0.0.9, binh|share|openat|ok|w|/srv/share/a.odt", FILE),
        ("chung||10.0.0.9|share|openat|ok|w|/srv/share/a.odt", FILE),
        ("chung|an|10.0.0.9|other|openat|ok|w|/srv/share/a.odt", FILE),
        ("chung|an|10.0.0.9|share|OPENAT|ok|w|/srv/share/a.odt", FILE),
    ],
)
def test_no_name_of_a_file_makes_somebody_else_of_a_client(
    journal: Journal, message: str, path: bytes
) -> None:
    journal.says(message.replace("\\n", "\n"))
    assert told(journal, seen(path)) in {("", ""), ("an", "10.0.0.9")}
    if path == FILE:
        journal.says(message.replace("\\n", "\n"))
        assert told(journal, seen(path)) == ("", "")


def test_between_two_in_one_process_the_record_decides(journal: Journal) -> None:
    facts = facts_of(share={"force user": ""})
    between = tuple(msgspec.structs.replace(SMBD, uid=uid) for uid in (AN, BINH, 0))
    journal.says(f"binh|binh|10.0.0.9|share|openat|ok|w|{FILE.decode()}")
    audit = audit_of(journal, Logins(between=between), facts, beside=HERE)
    (answer,) = audit.named((seen(FILE, None),))
    assert answer.who is not None
    assert (answer.who.uid, answer.who.client_user, answer.who.client_address) == (
        BINH, "binh", "10.0.0.9",
    )  # fmt: skip


@pytest.mark.parametrize(
    "another", ["a third", "another process", "another process, too", "two lines"]
)
def test_but_only_between_those_two(journal: Journal, another: str) -> None:
    facts = facts_of(share={"force user": ""})
    between = tuple(msgspec.structs.replace(SMBD, uid=uid) for uid in (AN, BINH))
    user = "chung" if another == "a third" else "binh"
    pid = PID + 1 if another == "another process" else PID
    journal.says(f"{user}|{user}|10.0.0.9|share|openat|ok|w|{FILE.decode()}", pid)
    if another in {"another process, too", "two lines"}:
        other = PID if another == "two lines" else PID + 1
        journal.says(f"an|an|10.0.0.9|share|openat|ok|w|{FILE.decode()}", other)
    assert told(journal, seen(FILE, None), Logins(between=between), facts) is None


def test_the_same_name_for_all_does_not_make_the_doubt_certain(journal: Journal) -> None:
    between = tuple(msgspec.structs.replace(SMBD, uid=uid) for uid in (OWNER, 0))
    journal.says(line())
    audit = audit_of(journal, Logins(between=between), beside=HERE)
    (answer,) = audit.named((seen(FILE, None),))
    assert answer.who is not None
    assert (answer.who.uid, answer.who.client_user) == (OWNER, "an")


def test_nor_where_either_can_have_been_meant(journal: Journal) -> None:
    """Everybody works as `chung` there, and administrators as root."""
    between = tuple(msgspec.structs.replace(SMBD, uid=uid) for uid in (OWNER, 0))
    facts = facts_of(share={"admin users": "an"})
    journal.says(line())
    assert told(journal, seen(FILE, None), Logins(between=between), facts) is None


def test_a_record_that_cannot_be_read_is_said_and_nobody_is_guessed(journal: Journal) -> None:
    audit = audit_of(journal, Logins(), beside=HERE)
    assert audit.limits() == ()
    journal.fails = "denied"
    one = seen(FILE)
    assert audit.named((one,)) == (one,)
    (limit,) = audit.limits()
    assert "Permission denied" in limit.says
    journal.fails = ""
    assert audit.named((one,)) == (one,)
    assert audit.limits() == ()


def test_what_was_before_a_gap_in_the_record_is_not_told_by_what_is_left(
    journal: Journal,
) -> None:
    audit = audit_of(journal, Logins(), beside=HERE)
    journal.fails = "too_large"
    audit.named((seen(FILE),))
    journal.fails = ""
    journal.says(line())
    (answer,) = audit.named((seen(FILE),))
    assert client(answer.who) == ("", "")


def test_settings_that_cannot_be_read_are_said(journal: Journal) -> None:
    def unreadable(_host: Host) -> SambaFacts:
        raise UnreadableFactError("testparm", "denied")

    audit = FullAudit(Logins(), Settings(journal, lambda: 1000.0, unreadable), Logs(journal, HERE))
    one = seen(FILE)
    assert audit.named((one,)) == (one,)
    assert "settings cannot be read" in audit.limits()[0].says


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (facts_of(), ""),
        (facts_of(share={"full_audit:prefix": "%u|%I"}), "no %U"),
        (facts_of(share={"full_audit:prefix": "%m|%I", "force user": ""}), "no %u"),
        (facts_of(share={"full_audit:prefix": "%U|%S"}), "no %I"),
        (facts_of(share={"full_audit:prefix": "%U%I"}), "where a name ends"),
        (facts_of(share={"full_audit:prefix": "%U_%I"}), "where a name ends"),
        (facts_of(share={"full_audit:prefix": "%U|%$(X)"}), "where a name ends"),
        (facts_of(share={"full_audit:success": "opendir read"}), "no change in it"),
        (facts_of(share={"full_audit:success": ""}), "no change in it"),
        (facts_of(share={"full_audit:syslog": "no"}), "log level is 0"),
        (facts_of(share={"full_audit:syslog": "no"}, log_level="0 full_audit:1"), ""),
        (facts_of(vfs_objects=""), ""),
    ],
)
def test_what_of_a_record_cannot_be_used_is_said(
    journal: Journal, facts: SambaFacts, words: str
) -> None:
    limits = audit_of(journal, Logins(), facts, beside=HERE).limits()
    assert [words in limit.says for limit in limits] == ([True] if words else [])
    assert all(limit.remedy for limit in limits)
