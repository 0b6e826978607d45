"""What every answer carries, and what no answer does: headers, foreign script, ways out."""

import html
import re

import pytest

from controller.web.auth.guards import HEADERS
from controller.web.pages.rendering import LANGUAGE_COOKIE
from tests.controller.web.visiting import Town, Visitor

EVIL = "<script>alert(1)</script>'\"><img src=x onerror=alert(2)>"
WORD = re.compile(r">([^<>{}]+)<")
PLAIN = re.compile(r"(?<![\w-])[a-z]{3,}(?![\w-])")  # no part of a code


@pytest.fixture(scope="module")
def admin(full_town: Town) -> Visitor:
    return full_town.entered("ada")


@pytest.fixture
def evil_town(town: Town) -> Town:
    town.add_facility("XA", EVIL)
    town.tell_everything("XA", dataset_name=EVIL)
    return town


ADDRESSES = [
    *("/", "/login", "/alerts", "/log", "/log/1", "/log/1/raw", "/facility/XA", "/health"),
    *("/facility/XA/backups", "/facility/XA/drills", "/facility/XA/system/FS-XA"),
    *("/exceptions", "/exceptions/exception-XA0", "/exceptions/none", "/exceptions/%00"),
    *("/attestations", "/attestations/attest-XA", "/attestations/none", "/facility/XA/attest"),
    *("/facility/XA/system/FS-XA/control/l3.risk.02", "/facility/XA/system/FS-XA/control/none"),
    *(
        "/facility/none/attest",
        "/facility/XA/attest?system=none&control=none",
        "/exceptions?facility=%00",
    ),
    *("/static/lachan.css", "/static/shield.svg", "/v1/ca", "/metrics", "/language/en"),
    *("/no/such/page", "/facility/none", "/log/99999", "/static/none.css", "/v1/none"),
    *("/static/../application.py", "/static/%2e%2e/server.py", "/log/" + "9" * 5000),
    *("/log/-1", "/log/1e3", "/log/²", "/log?before=" + "9" * 5000, "/log?before=²"),
    *("/facility/%00", "/facility/%ff%fe", "/facility/XA/system/%00", "/log?facility=%00"),
]


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: str(address)[:45])
def test_every_answer_has_the_strict_headers_and_none_is_a_crash(
    admin: Visitor, full_town: Town, address: str
) -> None:
    for visitor in (admin, full_town.browser()):
        answer = visitor.get(address)
        assert answer.status_code in {200, 303, 401, 404}
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_refusals_and_faults_have_the_strict_headers_too(town: Town) -> None:
    admin = town.entered("ada")
    answers = [
        admin.post("/login", headers={}),
        admin.post("/"),
        admin.client.put("/login"),
        admin.client.post(
            "/login", content=b"x" * 100_000, headers={"Origin": "https://127.0.0.1:8443"}
        ),
        admin.client.post(
            "/login",
            content=b"no boundary",
            headers={
                "Origin": "https://127.0.0.1:8443",
                "Content-Type": "multipart/form-data; boundary=b",
            },
        ),
        town.client.post("/v1/evidence", content=b"{}"),
    ]
    with town.province.database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE alert")
    answers += [admin.get("/alerts"), admin.get("/health")]
    town.client.app.state.place = None  # type: ignore[attr-defined]
    answers += [admin.get("/alerts")]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [403, 405, 403, 413, 400, 400, 503, 200, 500]
    for answer in answers:
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert "Traceback" not in answer.text
        assert "sqlite" not in answer.text.lower()


def test_nothing_that_somebody_named_becomes_script(evil_town: Town) -> None:
    admin = evil_town.entered("ada")
    pages = ["/", "/alerts", "/log", "/facility/XA", "/facility/XA/backups", "/facility/XA/drills"]
    pages += ["/facility/XA/system/FS-XA", f"/facility/XA/system/FS-XA?state={EVIL}"]
    pages += [f"/log?facility={EVIL}", f"/nothing/{EVIL}"]
    pages += [f"/log/{index}" for index in range(25)]
    seen = 0
    for page in pages:
        text = admin.get(page).text
        assert "<script" not in text
        assert "<img src=x" not in text
        assert 'onerror=alert(2)">' not in text.replace("&#34;&gt;", "")
        seen += html.escape("<script>") in text
    assert seen >= 5  # the names were shown, as text


def test_a_failed_login_shows_the_name_as_text(town: Town) -> None:
    answer = town.browser().log_in("wrong password here", EVIL)
    assert "<script" not in answer.text
    assert html.escape("<script>") in answer.text


def test_a_name_is_text_in_the_raw_bytes_too(evil_town: Town) -> None:
    answer = evil_town.entered("ada").get("/log/5/raw")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("back", "leads_to"),
    [
        ("/log?before=5", "/log?before=5"),
        ("/facility/XA", "/facility/XA"),
        ("https://evil.example/", "/"),
        ("//evil.example/x", "/"),
        ("////evil.example", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("https:evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("evil.example", "/"),
        ("//[", "/"),
        ("", "/"),
    ],
)
def test_choosing_a_language_leads_nowhere_else(full_town: Town, back: str, leads_to: str) -> None:
    answer = full_town.client.get("/language/en", params={"back": back}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, leads_to)


def test_a_line_feed_in_an_address_makes_no_header(full_town: Town) -> None:
    answer = full_town.browser().get("/language/en?back=/x%0d%0aSet-Cookie:%20a=b")
    assert "a=b" not in str(answer.headers.get("set-cookie"))
    assert "\n" not in answer.headers["location"]


def test_an_unknown_language_is_not_kept(full_town: Town) -> None:
    assert "set-cookie" not in full_town.browser().get("/language/xx").headers


@pytest.mark.parametrize(
    "address",
    ["/", "/alerts", "/log", "/log/9", "/facility/XA", "/facility/XA/backups", "/login",
     "/facility/XA/drills", "/facility/XA/system/FS-XA", "/nothing", "/welcome/x",
     "/facility/XA/system/FS-XA/control/l3.risk.02", "/facility/XA/attest", "/attestations",
     "/attestations/attest-XA", "/exceptions", "/exceptions/exception-XA1"],
)  # fmt: skip
def test_no_english_word_is_left_on_a_vietnamese_page(admin: Visitor, address: str) -> None:
    """What both pages say must be a code, a name, a number or one of the few shared words."""
    admin.client.cookies.set(LANGUAGE_COOKIE, "vi", domain="127.0.0.1")
    vietnamese = admin.get(address).text
    admin.client.cookies.set(LANGUAGE_COOKIE, "en", domain="127.0.0.1")
    english = admin.get(address).text
    assert '<html lang="vi">' in vietnamese
    assert '<html lang="en">' in english
    both = set(words(vietnamese)) & set(words(english))
    assert not [text for text in both if " " in text and len(PLAIN.findall(text)) > 1]


def words(page: str) -> list[str]:
    page = re.sub(r"<(pre|code|title)[ >].*?</\1>", "", page, flags=re.DOTALL)
    return [found.strip() for found in WORD.findall(page) if found.strip()]
