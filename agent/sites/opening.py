"""From a configured site to its door: the one list of kinds."""

from collections.abc import Callable, Sequence
from pathlib import Path

from agent.config.home import Home
from agent.config.model import Site
from agent.restic.environment import Workplace
from agent.sites import append_only_ssh, local, rest, s3, sftp
from agent.sites.declared import declaration
from agent.sites.door import SiteDoor
from agent.sites.errors import SiteKindError, UnknownSiteError
from agent.sites.ways.http import Server
from agent.sites.ways.ssh import Login, write_program, write_ssh_config


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
    return local.LocalSite(
        site.name, site.held_by, site.path, password, declaration(site), site.limit
    )


def _open_sftp(site: Site, home: Home) -> SiteDoor:
    login = _login(site)
    if site.path is None:
        raise SiteKindError(name=site.name, kind=site.kind)
    folder = _ssh_folder(home)
    write_ssh_config(folder, site.name, login)
    write_program(folder)
    return sftp.SftpSite(
        site.name,
        site.held_by,
        login,
        site.path,
        password_file(home, site.name),
        folder,
        declaration(site),
        site.limit,
    )


def _open_append_only_ssh(site: Site, home: Home) -> SiteDoor:
    login, folder = _login(site), _ssh_folder(home)
    write_ssh_config(folder, site.name, login)
    return append_only_ssh.AppendOnlySshSite(
        site.name,
        site.held_by,
        login,
        password_file(home, site.name),
        folder,
        declaration(site),
        site.limit,
    )


def _open_rest(site: Site, home: Home) -> SiteDoor:
    return rest.RestSite(
        site.name,
        site.held_by,
        Server(site.url, site.ca_file),
        _credentials_file(site),
        password_file(home, site.name),
        declaration(site),
        site.limit,
    )


def _open_s3(site: Site, home: Home) -> SiteDoor:
    return s3.S3Site(
        site.name,
        site.held_by,
        Server(site.url, site.ca_file),
        s3.Bucket(site.bucket, site.region, site.addressing),
        _credentials_file(site),
        password_file(home, site.name),
        declaration(site),
        site.limit,
    )


def _login(site: Site) -> Login:
    if site.key_file is None or site.known_hosts_file is None:
        raise SiteKindError(name=site.name, kind=site.kind)
    return Login(site.user, site.host, site.port, site.key_file, site.known_hosts_file)


def _credentials_file(site: Site) -> Path:
    if site.credentials_file is None:
        raise SiteKindError(name=site.name, kind=site.kind)
    return site.credentials_file


def _ssh_folder(home: Home) -> Path:
    return home.state_dir / "ssh"


_OPENERS: dict[str, Callable[[Site, Home], SiteDoor]] = {
    local.KIND: _open_local,
    sftp.KIND: _open_sftp,
    append_only_ssh.KIND: _open_append_only_ssh,
    rest.KIND: _open_rest,
    s3.KIND: _open_s3,
}
