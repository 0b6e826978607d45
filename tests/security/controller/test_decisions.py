"""Attestations and exceptions under attack: forged forms, other people's rights, odd bytes."""

import hashlib
import html
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from controller.store.queries_decisions import Standing, attestations, exceptions
from controller.store.tables.log import LOG_ENTRY
from controller.web import forms
from controller.web.auth import passwords
from tests.controller.speaking import Clock
from tests.controller.web.visiting import ORIGIN, Town, Visitor, found_town, served

ROW = "/facility/XA/system/FS-XA/control/l3.risk.02"
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"
DOCUMENT = b"%PDF-1.7 a document \x00\xff" * 1000
FORM = re.compile(r'name="form" value="([0-9a-f]{20})"')


@pytest.fixture
def town(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64))
    province = found_town(tmp_path / "town", clock)
    with served(province) as client:
        town = Town(province, clock, client)
        for code in ("XA", "YB"):
            town.add_facility(code, f"Bệnh viện {code}")
        yield town
    province.database.close()


def entries(town: Town) -> int:
    with town.province.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(LOG_ENTRY)).scalar_one()


def fresh_form(visitor: Visitor, address: str) -> str:
    found = FORM.search(visitor.get(address).text)
    assert found, address
    return found[1]


def asking(town: Town, **changes: str) -> dict[str, str]:
    """The fields of a waiver as a browser sends them."""
    until = (town.clock() + timedelta(days=30)).date().isoformat()
    fields = {
        "form": town.province.entropy(10).hex(),
        "kind": "waiver",
        "text": "chờ kinh phí",
        "measure": "kiểm tra tay",
        "until": until,
    }
    return {**fields, **changes}


def send(visitor: Visitor, address: str, fields: dict[str, str]) -> httpx2.Response:
    return visitor.client.post(address, data=fields, headers=ORIGIN, follow_redirects=False)


def ask(visitor: Visitor, town: Town, **changes: str) -> int:
    return send(visitor, f"{ROW}/exception", asking(town, **changes)).status_code


def only_exception(town: Town) -> str:
    with town.province.database.reading() as connection:
        (found,) = exceptions(connection)
    return found.exception_id


def standing(town: Town, exception_id: str) -> Standing:
    with town.province.database.reading() as connection:
        found = {each.exception_id: each for each in exceptions(connection)}
    return found[exception_id].standing(town.clock())


def vouching(town: Town, **changes: str) -> dict[str, str]:
    fields = {
        "form": town.province.entropy(10).hex(),
        "system": "FS-XA",
        "control": "l3.risk.02",
        "document": "Quy chế 12",
        "from": town.clock().date().isoformat(),
        "until": (town.clock() + timedelta(days=90)).date().isoformat(),
        "sha256": "",
    }
    return {**fields, **changes}


def upload(
    visitor: Visitor, fields: dict[str, str], content: bytes = b"", facility: str = "XA"
) -> int:
    answer = visitor.client.post(
        f"/facility/{facility}/attest",
        data=fields,
        files={"file": ("../../etc/passwd", content)},
        headers=ORIGIN,
        follow_redirects=False,
    )
    return int(answer.status_code)


def test_the_requester_does_not_approve_also_not_in_a_second_session(town: Town) -> None:
    admin = town.entered("an")
    assert ask(admin, town) == 303
    address = f"/exceptions/{only_exception(town)}"
    second = town.browser("10.0.0.9")
    second.name = "an"
    assert second.log_in().status_code == 303
    before = entries(town)
    for browser in (admin, second):
        page = browser.get(address).text
        assert f'action="{address}/approve"' not in page
        for act in ("approve", "refuse"):
            answer = browser.post(f"{address}/{act}", text="tôi duyệt")
            assert answer.status_code == 403
    assert entries(town) == before
    assert town.entered("binh").post(f"{address}/approve", text="đã xem").status_code == 303
    assert standing(town, only_exception(town)) is Standing.IN_FORCE


@pytest.mark.parametrize(
    ("role", "facility"),
    [("analyst", ""), ("inspector", ""), ("facility", "XA"), ("facility", "YB"), ("admin", "YB")],
)
def test_who_may_not_decide_does_not(town: Town, role: str, facility: str) -> None:
    assert ask(town.entered("an"), town) == 303
    found, before = only_exception(town), entries(town)
    visitor = town.entered("x", role, facility)
    before = entries(town)
    for act in ("approve", "refuse"):
        answer = visitor.post(f"/exceptions/{found}/{act}", text="cho tôi")
        assert answer.status_code in {403, 404}
    assert entries(town) == before
    assert standing(town, found) is Standing.WAITING


@pytest.mark.parametrize(("role", "facility"), [("inspector", ""), ("facility", "YB")])
def test_who_only_reads_or_is_of_another_facility_asks_and_vouches_for_nothing(
    town: Town, role: str, facility: str
) -> None:
    assert ask(town.entered("an"), town) == 303
    found, visitor = only_exception(town), town.entered("x", role, facility)
    before = entries(town)
    assert ask(visitor, town, text="thêm") in {403, 404}
    assert visitor.post(f"/exceptions/{found}/end", text="thôi").status_code in {403, 404}
    assert upload(visitor, vouching(town), DOCUMENT) in {403, 404}
    assert visitor.get("/facility/XA/attest").status_code == 404
    assert '<form method="post" action="/facility/' not in visitor.get(ROW).text
    assert entries(town) == before


def test_a_form_sent_again_counts_once(town: Town) -> None:
    admin = town.entered("an")
    asked = asking(town, form=fresh_form(admin, ROW))
    vouched = vouching(town, form=fresh_form(admin, "/facility/XA/attest"))
    assert send(admin, f"{ROW}/exception", asked).status_code == 303
    assert upload(admin, vouched, DOCUMENT) == 303
    before = entries(town)
    assert send(admin, f"{ROW}/exception", asked).status_code == 409
    assert upload(admin, vouched, DOCUMENT) == 409
    other = town.entered("binh")
    address = f"/exceptions/{only_exception(town)}/approve"
    assert other.post(address, text="được").status_code == 303
    assert other.post(address, text="được").status_code == 409
    assert entries(town) == before + 2  # the person and the approval


@pytest.mark.parametrize(
    "changes",
    [
        {"form": ""},
        {"form": "exception-1"},
        {"form": "0" * 19 + "/"},
        {"kind": "forever"},
        {"kind": "not_applicable", "reason": "NO_TIME"},
        {"text": ""},
        {"text": "x" * 2001},
        {"measure": ""},
        {"until": "2026-11-20"},
        {"until": "2036-11-20"},
        {"until": "9999-12-31"},
        {"until": "tomorrow"},
        {"until": ""},
        {"text": "a\x00b"},
        {"text": "a\x1b[2Jb"},
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_forged_field_is_refused_with_a_sentence(town: Town, changes: dict[str, str]) -> None:
    admin = town.entered("an")
    before = entries(town)
    answer = send(admin, f"{ROW}/exception", asking(town, **changes))
    assert answer.status_code == 400
    assert 'class="problem"' in answer.text
    assert entries(town) == before


@pytest.mark.parametrize(
    "address",
    [
        "/facility/XA/system/FS-XA/control/l5.risk.02/exception",
        "/facility/XA/system/FS-XA/control/none/exception",
        "/facility/XA/system/FS-YB/control/l3.risk.02/exception",
        "/facility/YB/system/FS-XA/control/l3.risk.02/exception",
        "/facility/%00/system/FS-XA/control/l3.risk.02/exception",
        "/exceptions/exception-none/approve",
        "/exceptions/exception-none/delete",
        "/attestations/attest-none/withdraw",
    ],
)
def test_a_forged_address_is_refused(town: Town, address: str) -> None:
    admin = town.entered("an")
    before = entries(town)
    assert send(admin, address, asking(town)).status_code == 404
    assert entries(town) == before


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"system": "FS-YB"}, 404),
        ({"control": "l3.none.01"}, 404),
        ({"control": ""}, 404),
        ({"document": ""}, 400),
        ({"until": "2099-01-01"}, 400),
        ({"until": "2020-01-01"}, 400),
        ({"form": "x"}, 400),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_forged_attestation_is_refused(town: Town, changes: dict[str, str], status: int) -> None:
    admin = town.entered("an")
    before = entries(town)
    assert upload(admin, vouching(town, **changes), DOCUMENT) == status
    assert entries(town) == before


@pytest.mark.parametrize("digest", ["", "x" * 64, "ab" * 31, "ab" * 33, "' OR 1=1"])
def test_a_digest_is_a_digest(town: Town, digest: str) -> None:
    admin = town.entered("an")
    before = entries(town)
    assert upload(admin, vouching(town, sha256=digest)) == 400
    assert entries(town) == before


def test_a_document_is_hashed_as_it_comes_and_stored_nowhere(town: Town) -> None:
    admin = town.entered("an")
    marked = b"NOT-TO-BE-KEPT-" * 200_000  # 3 MB: more than any buffer holds
    assert upload(admin, vouching(town), marked) == 303
    with town.province.database.reading() as connection:
        (found,) = attestations(connection)
    assert found.document_sha256 == hashlib.sha256(marked).hexdigest()
    kept = [file for file in town.province.home.config_dir.rglob("*") if file.is_file()]
    assert kept
    assert not [file for file in kept if b"NOT-TO-BE-KEPT" in file.read_bytes()]


def test_a_typed_digest_is_enough(town: Town) -> None:
    assert upload(town.entered("an"), vouching(town, sha256=" " + "AB" * 32)) == 303
    with town.province.database.reading() as connection:
        assert attestations(connection)[0].document_sha256 == "ab" * 32


def raw(visitor: Visitor, body: bytes, kind: str = "multipart/form-data; boundary=b") -> int:
    answer = visitor.client.post(
        "/facility/XA/attest",
        content=body,
        headers={**ORIGIN, "Content-Type": kind},
        follow_redirects=False,
    )
    return int(answer.status_code)


def part(name: str, content: bytes, filename: str = "") -> bytes:
    extra = f'; filename="{filename}"' if filename else ""
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'
    return head.encode() + content + b"\r\n"


ODD: dict[str, Callable[[], tuple[bytes, str]]] = {
    "no boundary": lambda: (b"x", "multipart/form-data"),
    "another kind": lambda: (b"form=1", "application/x-www-form-urlencoded"),
    "json": lambda: (b"{}", "application/json"),
    "no kind": lambda: (b"x", ""),
    "cut off": lambda: (part("file", b"half a document", "x"), "multipart/form-data; boundary=b"),
    "two files": lambda: (
        part("file", b"1", "a") + part("file", b"2", "b") + b"--b--\r\n",
        "multipart/form-data; boundary=b",
    ),
    "no name": lambda: (part("", b"1") + b"--b--\r\n", "multipart/form-data; boundary=b"),
    "bad letters": lambda: (
        part("document", b"\xff\xfe") + b"--b--\r\n",
        "multipart/form-data; boundary=b",
    ),
    "many fields": lambda: (
        part("control", b"x") * (forms.MOST_FIELDS + 1) + b"--b--\r\n",
        "multipart/form-data; boundary=b",
    ),
    "long headers": lambda: (
        b"--b\r\n" + b"X-Y: " + b"z" * 100_000 + b"\r\n\r\n",
        "multipart/form-data; boundary=b",
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_a_form_that_is_none_is_refused(town: Town, name: str) -> None:
    admin = town.entered("an")
    before = entries(town)
    assert raw(admin, *ODD[name]()) == 400
    assert entries(town) == before


def test_a_megabyte_of_text_is_refused(town: Town) -> None:
    admin = town.entered("an")
    before = entries(town)
    assert ask(admin, town, text="x" * 1_000_000) == 413
    assert upload(admin, vouching(town, document="x" * 1_000_000)) == 413
    assert entries(town) == before


def test_a_document_that_is_too_large_is_refused(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "LARGEST_FILE", 10_000)
    admin = town.entered("an")
    before = entries(town)
    assert upload(admin, vouching(town), b"x" * 20_000) == 413
    assert entries(town) == before


def test_what_people_type_is_shown_as_text(town: Town) -> None:
    admin = town.entered("an")
    assert ask(admin, town, text=EVIL, measure=EVIL) == 303
    assert upload(admin, vouching(town, document=EVIL), DOCUMENT) == 303
    found = only_exception(town)
    assert town.entered("binh").post(f"/exceptions/{found}/approve", text=EVIL).status_code == 303
    assert ask(admin, town, text=EVIL, until="x") == 400
    with town.province.database.reading() as connection:
        document = attestations(connection)[0].attestation_id
    shown = 0
    answers = [send(admin, f"{ROW}/exception", asking(town, text=EVIL, until="x"))]
    answers += [admin.get(address) for address in (
        "/exceptions", f"/exceptions/{found}", "/attestations", f"/attestations/{document}",
        ROW, "/facility/XA/system/FS-XA", "/alerts", "/log",
    )]  # fmt: skip
    for answer in answers:
        assert "<script" not in answer.text
        assert "<img src=x" not in answer.text
        shown += html.escape("<script>") in answer.text
    assert shown >= 5


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {}],
    ids=["origin", "metadata", "silent"],
)
def test_no_form_of_another_site_decides_or_vouches(town: Town, headers: dict[str, str]) -> None:
    assert ask(town.entered("an"), town) == 303
    found, admin = only_exception(town), town.entered("binh")
    before = entries(town)
    answer = admin.post(f"/exceptions/{found}/approve", headers=headers, text="được")
    assert (answer.status_code, answer.text) == (403, "CROSS_ORIGIN")
    sent = admin.client.post(
        "/facility/XA/attest", data=vouching(town), files={"file": b"x"}, headers=headers
    )
    assert sent.text == "CROSS_ORIGIN"
    assert entries(town) == before


def test_nobody_learns_of_another_facilitys_documents_and_exceptions(town: Town) -> None:
    admin = town.entered("an")
    assert ask(admin, town, text="bí mật của XA") == 303
    assert upload(admin, vouching(town, document="văn bản của XA"), DOCUMENT) == 303
    stranger = town.entered("yen", "facility", "YB")
    for address in (
        "/exceptions",
        "/attestations",
        "/exceptions?facility=XA",
        "/attestations?facility=XA",
    ):
        text = stranger.get(address).text
        assert "của XA" not in text
        assert "FS-XA" not in text
    assert stranger.get(f"/exceptions/{only_exception(town)}").status_code == 404


def test_nobody_fills_the_log_with_forms(town: Town) -> None:
    admin = town.entered("an")
    statuses = [ask(admin, town, text="") for _ in range(70)]
    assert (statuses[0], statuses[-1]) == (400, 429)
    assert ask(town.entered("binh"), town) == 303  # another person is not kept waiting
