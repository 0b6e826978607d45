"""The mail as it leaves: readable by a tired person, correct by its standards, with no leak."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.header import decode_header
from email.message import EmailMessage

import msgspec
import pytest

from agent.backup.remedies import OTHER_HINTS
from agent.notify.compose import Envelope, Writer, mail, trial
from agent.notify.decide import LastWord, Letter, Told
from agent.notify.trouble import Host, Kind, Trouble
from agent.restic.errors import HINTS
from texts.catalogue import use
from wire.classification import unclassified_fields
from wire.verdicts import Cause

NOW = datetime(2026, 11, 22, 6, 5, tzinfo=UTC)
WRITER = Writer(Host("GL-BVDK", "fs01"), {**OTHER_HINTS, **HINTS})
ENVELOPE = Envelope("lachan@place.vn", ("it@place.vn", "chief@place.vn"), NOW, "0f" * 16)
MISSED = Trouble(
    Kind.BACKUP_MISSED,
    subject="share",
    cause=Cause.SITE_UNREACHABLE,
    since=NOW - timedelta(minutes=1),
    running_since=NOW - timedelta(hours=3),
)
WRONG = Told(MISSED, NOW)
GOOD = Told(Trouble(Kind.SITE_FILLING, site="b", number=12), NOW, NOW, NOW, LastWord.WRONG)


@pytest.fixture(autouse=True)
def vietnamese() -> object:
    use("vi")
    yield
    use("en")


def read(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_mail_says_what_since_when_what_to_do_and_which_command() -> None:
    text = read(mail(WRITER, Letter((WRONG,), (GOOD,), 2), ENVELOPE)).get_content()
    for part in (
        "Quá hạn sao lưu: nhóm dữ liệu share",
        "không kết nối được địa điểm lưu trữ",
        "(SITE_UNREACHABLE)",
        "22/11/2026 13:04",
        "đang chạy, bắt đầu từ 22/11/2026 10:05",
        "Việc cần làm:",
        "lachan-agent backup status",
        "Đã ổn trở lại:",
        "chưa khắc phục: 2",
        "6 giờ",
    ):
        assert part in text, text


def test_its_headers_are_those_of_an_automatic_mail() -> None:
    raw = mail(WRITER, Letter((WRONG,)), ENVELOPE)
    raw.decode("ascii")  # nothing a mail server could break
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    message = read(raw)
    assert message["From"] == "Lá Chắn fs01 <lachan@place.vn>"
    assert message["To"] == "it@place.vn, chief@place.vn"
    assert message["Subject"].startswith("[Lá Chắn] fs01 (GL-BVDK): Quá hạn sao lưu")
    assert message["Date"].datetime == NOW
    assert message["Message-ID"] == f"<{'0f' * 16}@place.vn>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "vi"
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"
    assert not message.defects


def test_the_subject_tells_the_worst_and_how_many_more() -> None:
    both = replace(GOOD, over_at=None)
    message = read(mail(WRITER, Letter((WRONG, both)), ENVELOPE))
    assert message["Subject"].endswith("; và 1 việc khác")
    good = read(mail(WRITER, Letter(good=(GOOD,)), ENVELOPE))
    assert "đã ổn: Địa điểm b sẽ đầy sau 12 ngày" in good["Subject"]


def test_no_name_can_become_another_header() -> None:
    evil = msgspec.structs.replace(MISSED, subject="x\r\nBcc: thief@evil.example\r\n\r\nhi")
    writer = Writer(Host("F\r\nCc: thief@evil.example", "h\nBcc: thief@evil.example"), {})
    raw = mail(writer, Letter((Told(evil, NOW),)), ENVELOPE)
    message = read(raw)
    names = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language"}
    mime = {"MIME-Version", "Content-Type", "Content-Transfer-Encoding"}
    assert set(message.keys()) == names | mime
    assert "evil" not in str(message["To"])
    for name in ("Subject", "From"):
        parts = decode_header(message_from_bytes(raw)[name])
        shown = (
            part if isinstance(part, str) else part.decode(kind or "ascii") for part, kind in parts
        )
        assert "".join(shown).isprintable()


def test_a_missed_backup_that_does_not_run_is_to_be_run() -> None:
    idle = msgspec.structs.replace(MISSED, running_since=None)
    text = read(mail(WRITER, Letter((Told(idle, NOW),)), ENVELOPE)).get_content()
    assert "lachan-agent backup run --dataset share" in text
    assert "đang chạy" not in text


def test_a_subject_has_an_end() -> None:
    long = msgspec.structs.replace(MISSED, subject="x" * 5000)
    assert len(read(mail(WRITER, Letter((Told(long, NOW),)), ENVELOPE))["Subject"]) <= 180


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_words_advice_and_a_command(kind: Kind, language: str) -> None:
    use(language)
    trouble = Trouble(kind, subject="share", site="b", detail="D1", number=3, datasets=("x", "y"))
    text = read(mail(WRITER, Letter((Told(trouble, NOW),)), ENVELOPE)).get_content()
    assert f"[{kind.value}]" in text
    assert "{" not in text
    assert "lachan-agent" in text


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_can_stand_in_a_mail(cause: Cause) -> None:
    trouble = Trouble(Kind.SITE_FAILS, site="b", cause=cause)
    text = read(mail(WRITER, Letter((Told(trouble, NOW),)), ENVELOPE)).get_content()
    assert f"({cause.value})" in text


def test_a_trial_says_that_it_is_one() -> None:
    message = read(trial(WRITER, ENVELOPE))
    assert message["Subject"] == "[Lá Chắn] fs01 (GL-BVDK): thư thử"
    assert "Đây là thư thử" in message.get_content()


@pytest.mark.parametrize("struct", [Trouble, Host])
def test_every_field_that_a_mail_is_made_of_has_a_privacy_class(
    struct: type[msgspec.Struct],
) -> None:
    assert unclassified_fields(struct) == []
