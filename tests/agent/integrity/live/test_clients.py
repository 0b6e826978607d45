"""What a file server's record tells of its clients is handed on with each change."""

from pathlib import Path

import msgspec

from agent.integrity.change import Kind
from agent.integrity.live.limit import Limit
from agent.integrity.seen import Seen
from tests.agent.integrity.live.conftest import ROOT, Wanted, watching

SAYS = Limit("Samba's record is not written: full_audit:syslog is off and the log level is 0.")


def with_client(seen: tuple[Seen, ...]) -> tuple[Seen, ...]:
    return tuple(
        one if one.who is None else msgspec.structs.replace(
            one, who=msgspec.structs.replace(one.who, client_user="an")
        )
        for one in seen
    )  # fmt: skip


def test_each_change_is_told_with_the_client_and_what_is_not_known_of_him(tmp_path: Path) -> None:
    wanted = Wanted(named=with_client, client_limits=lambda: (SAYS,))
    with watching(tmp_path, wanted) as world:
        (world.share / "a").write_text("x")
        world.until_told((Kind.ADDED, "a"))
        (seen,) = world.of("a")
        assert (seen.who is not None) == ROOT
        assert seen.who is None or seen.who.client_user == "an"
        assert SAYS in world.reporter.limits
        assert SAYS in world.parts.marks.read().limits  # type: ignore[union-attr]
