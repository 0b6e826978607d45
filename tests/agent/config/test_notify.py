"""`notify` in agent.yaml: nothing that could mail to the wrong place or send a password openly."""

from pathlib import Path

import pytest

from agent.config.load import examine
from agent.config.notify import Notify, Security
from agent.config.secret_files import secret_file_problems

SMTP = "notify: {mail: it@place.vn, smtp: {host: mail.place.vn"


def problems_of(text: str) -> dict[str, str]:
    return {problem.path: str(problem) for problem in examine(text.encode())[1]}


def notify_of(text: str) -> Notify:
    config, problems = examine(text.encode())
    assert problems == ()
    assert config is not None
    assert config.notify is not None
    return config.notify


def test_an_address_alone_is_enough() -> None:
    notify = notify_of("notify: {mail: it@benhvien.example}")
    assert notify.receivers == ("it@benhvien.example",)
    assert notify.from_address == "it@benhvien.example"
    assert (notify.language, str(notify.sendmail), notify.smtp) == (
        "vi",
        "/usr/sbin/sendmail",
        None,
    )


def test_several_receivers_and_a_sender_of_its_own() -> None:
    notify = notify_of("notify: {mail: 'a@x.vn, b+c@y.vn', from: lachan@x.vn}")
    assert notify.receivers == ("a@x.vn", "b+c@y.vn")
    assert notify.from_address == "lachan@x.vn"


def test_a_server_is_spoken_to_with_starttls_unless_another_way_is_written() -> None:
    smtp = notify_of(f"{SMTP}}}}}").smtp
    assert smtp is not None
    assert (smtp.port, smtp.security) == (587, Security.STARTTLS)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "'::1'", "127.3.2.1"])
def test_only_this_machine_is_spoken_to_openly(host: str) -> None:
    text = f"notify: {{mail: it@place.vn, smtp: {{host: {host}, port: 25, security: none}}}}"
    assert problems_of(text) == {}
    open_way = SMTP + ", security: none}}"
    assert "notify.smtp.security" in problems_of(open_way)


@pytest.mark.parametrize(
    "mail",
    [
        "''",
        "it",
        "'it@place.vn,'",
        "'-oQ/tmp@place.vn'",
        "'it@place.vn\\nBcc: x@y.vn'",
        '"it@place.vn\\r\\nBcc: x@y.vn"',
        "'IT <it@place.vn>'",
        "'\"a b\"@place.vn'",
        "'|sh@place.vn'",
        "'it@place.vn x@y.vn'",
        "'it@-place.vn'",
        "'ít@place.vn'",
        "'" + ",".join(f"a{n}@x.vn" for n in range(21)) + "'",
    ],
)
def test_no_receiver_that_could_be_more_than_an_address(mail: str) -> None:
    assert "notify.mail" in problems_of(f"notify: {{mail: {mail}}}")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("notify: {mail: a@b.vn, from: 'x y'}", "notify.from"),
        ('notify: {mail: a@b.vn, from: "x@y.vn\\nBcc: z@y.vn"}', "notify.from"),
        ("notify: {mail: a@b.vn, language: fr}", "notify.language"),
        ("notify: {mail: a@b.vn, sendmail: sendmail}", "notify.sendmail"),
        ("notify: {from: a@b.vn}", "notify.mail"),
        (SMTP + ", port: 0}}", "notify.smtp.port"),
        (SMTP + ", security: ssl}}", "notify.smtp.security"),
        (SMTP + ", user: x}}", "notify.smtp.password_file"),
        (SMTP + ", password_file: /x}}", "notify.smtp.user"),
        (SMTP + ", password: hunter2}}", "notify.smtp.password"),
        (SMTP.replace("mail.place", "u:hunter2@mail.place") + "}}", "notify.smtp.host"),
        (SMTP.replace("mail.place.vn", "'mail place'") + "}}", "notify.smtp.host"),
    ],
)
def test_each_mistake_is_found_at_its_place(text: str, path: str) -> None:
    found = problems_of(text)
    assert path in found
    assert "hunter2" not in "".join(found.values())


def test_the_password_is_in_a_file_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "mail.password"
    config, _ = examine((SMTP + f", user: x, password_file: {file}}}}}").encode())
    assert config is not None
    assert [problem.path for problem in secret_file_problems(config)] == [
        "notify.smtp.password_file"
    ]
    file.touch(mode=0o644)
    assert "0644" in secret_file_problems(config)[0].found
    file.chmod(0o600)
    assert secret_file_problems(config) == []
