"""From a configured site to its door: the one list of kinds."""

from collections.abc import Callable, Sequence
from pathlib import Path

from agent.config.home import Home
from agent.config.model import Site
from agent.restic.environment import Workplace
from agent.sites import append_only_ssh, local
from agent.sites.declared import declaration
from agent.sites.door import SiteDoor
from agent.sites.errors import SiteKindError, UnknownSiteError


def workplace_of(home: Home) -> Workplace:
    """Where restic works for this agent."""
    return Workplace(home.state_dir / "restic")


def password_file(home: Home, site: str) -> Path:
    return home.secrets / f"restic-{site}.password"


def open_site(site: Site, home: Home) -> SiteDoor:
    """Make the door of a configured site. Nothing is asked of the site itself.

    Raises:
        SiteKindError: no such kind, or what the kind needs is not configured.
    """
    opener = _OPENERS.get(site.kind)
    if opener is None:
        raise SiteKindError(name=site.name, kind=site.kind)
    return opener(site, home)


def site_named(name: str, sites: Sequence[Site]) -> Site:
    for site in sites:
        if site.name == name:
            return site
    raise UnknownSiteError(name=name, known=", ".join(site.name for site in sites) or "—")


def _open_local(site: Site, home: Home) -> SiteDoor:
    if site.path is None:
        raise SiteKindError(name=site.name, kind=site.kind)
    password = password_file(home, site.name)
    return local.LocalSite(site.name, site.held_by, site.path, password, declaration(site))


def _open_append_only_ssh(site: Site, home: Home) -> SiteDoor:
    if site.key_file is None or site.known_hosts_file is None:
        raise SiteKindError(name=site.name, kind=site.kind)
    login = append_only_ssh.Login(
        site.user, site.host, site.port, site.key_file, site.known_hosts_file
    )
    door = append_only_ssh.AppendOnlySshSite(
        site.name,
        site.held_by,
        login,
        password_file(home, site.name),
        home.state_dir / "ssh",
        declaration(site),
    )
    door.write_ssh_config()
    return door


_OPENERS: dict[str, Callable[[Site, Home], SiteDoor]] = {
    local.KIND: _open_local,
    append_only_ssh.KIND: _open_append_only_ssh,
}
