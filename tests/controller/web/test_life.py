"""A document and a waiver through their lives, seen and moved by the pages alone."""

import re
from datetime import timedelta

import pytest

from controller.fleet.watch import watch
from controller.fleet.watch_decisions import score_what_changed
from controller.web.pages.rendering import LANGUAGE_COOKIE
from tests.controller.speaking import NOW
from tests.controller.web.visiting import ORIGIN, Town, Visitor

SYSTEM = "/facility/XA/system/FS-XA"
ROW = f"{SYSTEM}/control/l3.risk.02"
FORM = re.compile(r'name="form" value="([0-9a-f]{20})"')
DAY = timedelta(days=1)


@pytest.fixture
def people(town: Town) -> tuple[Visitor, Visitor]:
    """Somebody of the facility, and an administrator."""
    town.add_facility("XA", "Bệnh viện XA")
    found = (town.entered("giang", "facility", "XA"), town.entered("an"))
    for visitor in found:
        visitor.client.cookies.set(LANGUAGE_COOKIE, "en", domain="127.0.0.1")
    return found


def days(town: Town, count: int) -> str:
    return (town.clock() + count * DAY).date().isoformat()


def later(town: Town, count: float, *visitors: Visitor) -> None:
    """Time passes; the controller has looked; people have logged in again."""
    town.clock.forward(count * DAY)
    watch(town.province, NOW)
    score_what_changed(town.province)
    for visitor in visitors:
        assert visitor.log_in().status_code == 303


def form_of(visitor: Visitor, address: str) -> str:
    found = FORM.search(visitor.get(address).text)
    assert found
    return found[1]


def row_of(visitor: Visitor) -> str:
    text = visitor.get(SYSTEM).text
    found = [each for each in re.findall(r"<tr>.*?</tr>", text, re.DOTALL) if f'{ROW}"' in each]
    assert len(found) == 1
    return str(found[0])


def test_a_waiver_is_asked_for_approved_seen_and_ends(
    town: Town, people: tuple[Visitor, Visitor]
) -> None:
    local, admin = people
    asked = local.post(
        f"{ROW}/exception",
        form=form_of(local, ROW),
        kind="waiver",
        text="chờ kinh phí",
        measure="kiểm tra từng tuần",
        until=days(town, 20),
    )
    address = asked.headers["location"]
    assert "waits for a decision" in local.get("/exceptions").text
    assert "yours to decide" not in local.get("/exceptions").text
    assert "yours to decide" in admin.get("/exceptions").text
    assert "waived" not in row_of(admin).split("State")[1].split("Why")[0]
    later(town, 0, local, admin)
    assert "waits for a decision" in admin.get("/alerts").text
    assert admin.post(f"{address}/approve", text="đã xem").status_code == 303
    assert "waived until" in row_of(local)
    assert "not known" in row_of(local)  # the row's own state stands beside it
    later(town, 15, local, admin)
    assert "An exception ends soon" in local.get("/facility/XA").text
    later(town, 6, local, admin)
    assert "waived until" not in row_of(local)
    assert "expired" in local.get(address).text
    assert "An exception has expired" in admin.get("/alerts").text


def test_an_exception_is_refused_or_ended_early_with_its_reason(
    town: Town, people: tuple[Visitor, Visitor]
) -> None:
    local, admin = people
    for act, text, visitor in (("refuse", "chưa đủ", admin), ("end", "rút lại", local)):
        fields = {"kind": "not_applicable", "reason": "NO_WIRELESS", "text": "không có"}
        asked = local.post(
            f"{ROW}/exception", None, form=form_of(local, ROW), until=days(town, 20), **fields
        )
        address = asked.headers["location"]
        assert visitor.post(f"{address}/{act}", text=text).status_code == 303
        shown = admin.get(address).text
        assert text in shown
        assert '<form class="panel"' not in shown
    assert "does not apply" not in row_of(admin)


def test_a_document_is_recorded_reminded_of_and_withdrawn(
    town: Town, people: tuple[Visitor, Visitor]
) -> None:
    local, admin = people
    assert "not known" in row_of(local)
    fields = {
        "form": form_of(local, "/facility/XA/attest?system=FS-XA&control=l3.risk.02"),
        "system": "FS-XA",
        "control": ["l3.risk.02", "l3.risk.03"],
        "document": "Quy chế 12/QC-BV",
        "from": days(town, 0),
        "until": days(town, 40),
    }
    sent = local.client.post(
        "/facility/XA/attest",
        data=fields,
        files={"file": b"document"},
        headers=ORIGIN,
        follow_redirects=False,
    )
    address = sent.headers["location"]
    later(town, 0.5, local, admin)  # it is valid from the morning on
    assert ">met<" in row_of(local)
    assert "Quy chế 12/QC-BV" in admin.get("/attestations").text
    later(town, 15, local, admin)
    assert "An attestation ends soon" in local.get("/facility/XA").text
    later(town, 30, local, admin)
    assert "An attestation has expired" in admin.get("/alerts").text
    assert "has expired, or is older than asked" in row_of(local)
    assert local.post(f"{address}/withdraw", reason="bản mới").status_code == 303
    assert "withdrawn by giang" in admin.get(address).text
    later(town, 0, local, admin)
    assert "/attestations/attest" not in admin.get("/facility/XA").text
