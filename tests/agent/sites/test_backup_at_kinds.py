"""A whole backup, with its manifests and read-backs, at sites of every kind."""

import dataclasses
from pathlib import Path

import pytest

from demo.ssh_site import SshSite
from tests.agent.backup.conftest import opened_facility
from tests.agent.sites.stands import Stand, give_password
from tests.real.light_repositories import Born

PAIRS = (("sftp", "s3"), ("rest", "sftp"), ("s3", "append_only_ssh"))


@pytest.fixture(params=PAIRS, ids="-".join)
def ends(request: pytest.FixtureRequest) -> tuple[Stand, Stand]:
    a, b = (request.getfixturevalue(kind) for kind in request.param)
    return a, b


def test_both_sites_hold_the_same_whatever_their_kinds(
    ends: tuple[Stand, Stand], pair: Born, repository: str, tmp_path: Path, site_b: SshSite
) -> None:
    names = dict(zip(("a", "b"), ends, strict=True))
    with opened_facility(tmp_path, site_b) as plain:
        for name, stand in names.items():
            stand.hold(pair, name, f"{repository}-{name}")
            give_password(pair, plain.home, name)
        sites = tuple(stand.site(name, f"{repository}-{name}") for name, stand in names.items())
        facility = dataclasses.replace(plain, configured=sites)
        results = facility.back_up(), facility.back_up()
    for result in results:
        assert [site.cause for site in result.sites] == [None, None]
        trees = {site.point.tree for site in result.sites if site.point}
        assert len(trees) == 1
        assert all(site.point and site.point.companion for site in result.sites)
