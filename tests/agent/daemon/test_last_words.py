"""What was said last of a backup counts as of now, not as of then."""

from datetime import UTC, datetime, timedelta

from agent.daemon.last_words import LastWords, judged_again
from agent.daemon.status.looks import look_items
from wire.messages import Backup, SiteCopy
from wire.verdicts import BackupVerdict, Cause, HeldBy, Names, Protection, Separation

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def copy(site: str) -> SiteCopy:
    return SiteCopy(
        site=site,
        kind="local",
        held_by=HeldBy.OWNED,
        protection=Protection.NONE,
        tree="0" * 64,
        snapshot_at=NOW,
        read_back_at=NOW,
        manifest_at=NOW,
        verified_at=NOW,
    )


def test_a_good_word_grows_old() -> None:
    said = Backup(
        "0" * 64, Names.NONE, BackupVerdict.GREEN, 8 * 3600.0, (copy("a"), copy("b")),
        separation=Separation.SEPARATE,
    )  # fmt: skip
    assert judged_again(said, NOW + HOUR) == said
    old = judged_again(said, NOW + 9 * HOUR)
    assert (old.verdict, old.cause) == (BackupVerdict.RED, Cause.STALE)


def test_datasets_have_their_names_on_this_hosts_screen() -> None:
    said = Backup("0" * 64, Names.NONE, BackupVerdict.RED, 8 * 3600.0, ())
    words = LastWords(None, None, (said,), None, (), ())
    (item,) = look_items(words, {"0" * 64: "share"})
    assert item.id == "backup.share"
    assert "share" in item.says
    assert list(look_items(words, {})) == []  # taken out of the configuration
