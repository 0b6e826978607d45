"""The page of backups and the list of alerts say what is late, what runs, what is wrong where."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from controller.fleet.watch import watch
from controller.web.pages.site_view import StateView
from tests.controller.speaking import Clock
from tests.controller.statements import DATASET
from tests.controller.web.visiting import Town, Visitor, found_town, served
from wire.header import Header
from wire.messages import Running, SiteState
from wire.verdicts import HeldBy

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
    assert StateView(1, header, body).read_share == share
