"""The page of backups and the list of alerts say what is late, what runs, what is wrong where."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from controller.fleet.watch import watch
from controller.web.pages.site_view import StateView
from recovery.site_troubles import COUNTS_FOR
from tests.controller.speaking import Clock
from tests.controller.statements import DATASET, site_states
from tests.controller.web.visiting import Town, Visitor, found_town, served
from wire.header import Header
from wire.messages import Running, SiteState
from wire.verdicts import HeldBy, Protection

RPO = timedelta(hours=8)


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """Somebody who looks a minute after the deadline; the backup is still at work."""
    clock = Clock()
    province = found_town(tmp_path_factory.mktemp("town"), clock)
    with served(province) as client:
        town = Town(province, clock, client)
        town.add_facility("XA", "Bệnh viện")
        town.tell_everything("XA", dataset_name="hồ sơ")
        clock.forward(RPO)
        running = Running(DATASET, clock() - timedelta(hours=2), "backup", 0.42)
        town.hosts["XA"].heartbeat(running=(running,))
        clock.forward(timedelta(minutes=1))
        watch(province, clock())
        yield town.entered("lan")
    province.database.close()


@dataclass
class Quiet:
    """A host that told of its site once, and the table that shows it."""

    town: Town
    clock: Clock

    def tell(self, made_before: timedelta = timedelta(0)) -> None:
        host, at = self.town.host_at("XA"), self.clock() - made_before
        state = replace(
            site_states(at)[1],
            protection=Protection.PROVED,
            attacks_succeeded=(),
            full_in_days=None,
            rogue_objects=0,
            packs_read_in_30_days=1000,
            janitor_signs=(),
        )
        told = host.send(host.opening(), host.statement(state, at))
        assert not told.json()["refused"], told.text

    def cells(self) -> list[str]:
        """Of the site's row: protection, read, room, foreign objects, unknown keys."""
        visitor = self.town.entered(f"lan-{self.clock():%d%H%M%S}")
        page = visitor.get("/facility/XA/backups", **{"accept-language": "vi"}).text
        row = re.sub(r"\s+", " ", page[page.index("b · fs01") :].split("</tr>")[0])
        return row.split("<td")[1:6]


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[Quiet]:
    clock = Clock()
    province = found_town(tmp_path, clock)
    with served(province) as client:
        town = Town(province, clock, client)
        town.add_facility("XA", "Bệnh viện")
        yield Quiet(town, clock)
    province.database.close()


def text_of(visitor: Visitor, path: str) -> str:
    answer = visitor.get(path, **{"accept-language": "vi"})
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_the_alert_names_the_dataset_and_says_that_its_backup_still_runs(late: Visitor) -> None:
    text = text_of(late, "/alerts")
    assert "BACKUP_MISSED" in text
    assert "hồ sơ" in text
    assert "lúc đó lượt sao lưu vẫn đang chạy" in text
    assert "đang chạy từ 21/11/2026 16:00" in text
    assert "42,0 %" in text


def test_the_page_of_backups_says_since_when_it_is_late(late: Visitor) -> None:
    text = text_of(late, "/facility/XA/backups")
    assert "quá hạn từ 21/11/2026 18:00" in text
    assert "đang chạy từ 21/11/2026 16:00" in text


def test_the_page_says_of_each_site_what_is_known_and_what_is_not(late: Visitor) -> None:
    text = text_of(late, "/facility/XA/backups")
    for part in (
        "99,6 %",
        "trong 1.000 gói",
        "đầy sau 9 ngày",
        "còn trống 8,0 GiB",
        "tấn công được: delete, key_remove",
        "đang nạp lần đầu",
        "tạm dừng xóa",
        "JANITOR_SILENT",
        "chưa xem được",
        "chưa thử tấn công",
    ):
        assert part in text, part


def test_the_alerts_of_sites_stand_with_their_figures(late: Visitor) -> None:
    text = text_of(late, "/alerts")
    for kind in ("SITE_FILLING", "ROGUE_OBJECTS", "JANITOR_WARNS", "UNKNOWN_KEY", "RETENTION_HELD"):
        assert kind in text
    assert "số đối tượng: 2" in text


@pytest.mark.parametrize(
    ("packs", "read", "share"), [(4, 3, 0.75), (4, 0, 0.0), (0, 0, None), (None, 3, None)]
)
def test_of_no_packs_no_share_was_read(packs: int | None, read: int, share: float | None) -> None:
    body = SiteState("b", "rest", HeldBy.HOSTED, packs=packs, packs_read_in_30_days=read)
    header = Header("a-1", "XA", "h", (), "i", 1, "0" * 64, Clock()(), "")
    assert StateView(1, header, body, Clock()(), counts=True).read_share == share


def test_what_a_silent_host_said_of_its_sites_is_not_good_for_ever(quiet: Quiet) -> None:
    quiet.tell()
    quiet.clock.forward(COUNTS_FOR)
    protection, read, room, rogue, keys = quiet.cells()
    assert "chip good" in protection
    assert "100,0 %" in read
    assert "8,0 GiB" in room
    assert "chip" not in rogue
    assert "chip bad" in keys
    quiet.clock.forward(timedelta(seconds=1))
    *good, keys = quiet.cells()
    for cell in good:
        assert "chip unknown" in cell
        assert "báo lần cuối 21/11/2026 10:00" in cell
        assert not re.search("chip good|100,0 %|8,0 GiB", cell)
    assert "chip bad" in keys  # bad news does not fade


def test_what_was_said_long_before_it_came_is_as_old_as_it_is(quiet: Quiet) -> None:
    quiet.tell(made_before=COUNTS_FOR + timedelta(seconds=1))
    assert "chip unknown" in quiet.cells()[0]
