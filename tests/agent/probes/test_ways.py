"""What each way to a site shows: a mounted NAS, a web server, nothing at all."""

import contextlib
import hashlib
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from agent.config.sites import Site
from agent.sites.probe import kinds as probe_kinds
from agent.sites.probe import local as probe_local
from agent.sites.probe import network as probe_network
from agent.sites.probe.answer import Self
from agent.sites.probe.errors import OtherFolderError, UnreachableError
from agent.sites.probe.kinds import SiteLook, look_at_site
from agent.sites.probe.network import Endpoint, reach
from demo.ssh_site import SshSite, free_port
from recovery.places import HOST, Place
from recovery.separation import judge_pair
from tests.agent.probes.fakes import folder_site, forced, ssh_place
from tests.real.certificates import certificate
from wire.verdicts import HeldBy, Separation


@pytest.fixture
def listener() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(64)
        yield server.getsockname()[1]


def web(kind: str, port: int) -> Site:
    url = f"http://127.0.0.1:{port}/x/"
    return Site(name="b", kind=kind, held_by=HeldBy.HOSTED, url=url, bucket="b")


@pytest.mark.parametrize("kind", ["rest", "s3"])
def test_a_web_server_shows_its_address_and_how_near_it_is(listener: int, kind: str) -> None:
    look = look_at_site(web(kind, listener), os.urandom)
    assert (look.fault, look.place.address, look.place.boot_id) == (None, "127.0.0.1", None)
    assert 0 < (look.least_rtt_ms or 0) < 100
    server = Place(HOST, boot_id="h", own_addresses=probe_network.own_addresses())
    assert judge_pair(server, look.place).verdict is Separation.SUSPECT  # it is this machine's own


def test_a_web_server_that_is_away_is_said() -> None:
    look = look_at_site(web("rest", free_port()), os.urandom)
    assert isinstance(look.fault, UnreachableError)


def test_a_name_that_no_resolver_can_take_is_no_crash() -> None:
    for host in ("a" * 300, "..", "", "\udcff"):
        with pytest.raises(UnreachableError):
            reach(Endpoint("b", host, 1))


def test_a_clouds_nearest_door_says_nothing_of_the_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    reached = probe_network.Reached("52.219.0.1", 0.4, "aa" * 32)
    monkeypatch.setattr(probe_network, "reach", lambda _: reached)
    bucket = look_at_site(web("s3", 9), os.urandom)
    assert (bucket.place, bucket.least_rtt_ms) == (replace(bucket.place, address=None), None)
    assert bucket.place.tls_key is None
    assert look_at_site(web("rest", 9), os.urandom).place.tls_key == "aa" * 32


def test_two_names_of_one_web_server_have_one_key(tmp_path: Path) -> None:
    made = certificate(tmp_path / "ca", "probe")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate_file, made.key_file)
    with socket.socket() as plain:
        plain.bind(("127.0.0.1", 0))
        plain.listen(128)
        threading.Thread(target=_serve, args=(plain, context), daemon=True).start()
        port = plain.getsockname()[1]
        keys = [
            reach(Endpoint("b", host, port, tls=True)).tls_key
            for host in ("127.0.0.1", "localhost")
        ]
    public = x509.load_pem_x509_certificate(made.certificate_file.read_bytes()).public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert keys == [hashlib.sha256(der).hexdigest()] * 2


def _serve(plain: socket.socket, context: ssl.SSLContext) -> None:
    with contextlib.suppress(OSError):
        while True:
            peer, _ = plain.accept()
            with contextlib.suppress(OSError), context.wrap_socket(peer, server_side=True) as one:
                one.recv(1)


class Nas:
    """A folder here that is read through a mount of the machine where the probe answers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
        real = probe_local.look_at_folder

        def mounted(folder: Path) -> Self:
            return replace(real(folder), mount_type="nfs4", mount_source=source)

        monkeypatch.setattr(probe_local, "look_at_folder", mounted)


def test_a_mounted_nas_shows_its_server_and_none_of_the_readers_own_signs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Nas(monkeypatch, "nas.invalid:/volume1")
    look = look_at_site(folder_site(tmp_path / "a" / "r"), os.urandom)
    assert (look.fault, look.here, look.place.network_mount) == (None, False, True)
    assert (look.place.storage_server, look.place.address) == ("nas.invalid", None)
    pair = judge_pair(Place(HOST, boot_id=look.place.boot_id), look.place)
    assert pair.verdict is Separation.INCONCLUSIVE


@pytest.fixture
def nas_login(ssh_site_b: SshSite) -> dict[str, Any]:
    login = ssh_place(ssh_site_b)
    names = ("host", "port", "user", "probe_key_file", "known_hosts_file")
    return {name: getattr(login, name) for name in names}


def test_a_nas_with_a_probe_login_speaks_for_itself(
    monkeypatch: pytest.MonkeyPatch,
    ssh_site_b: SshSite,
    nas_login: dict[str, Any],
    tmp_path: Path,
) -> None:
    Nas(monkeypatch, "nas.invalid:/volume1")
    site = folder_site(tmp_path / "a" / "r", **nas_login)
    (tmp_path / "a" / "r" / "config").write_bytes(b"of the repository")
    script = Path(__file__).parents[3] / "deploy" / "site" / "probe.sh"
    with forced(ssh_site_b, "probe_key", f"/bin/sh {script} {tmp_path / 'a' / 'r'}"):
        look = look_at_site(site, os.urandom)
    assert look.fault is None
    assert look.place.boot_id
    assert not look.place.network_mount
    assert look.place.storage_server == "nas.invalid"
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "config").write_bytes(b"of another")
    with forced(ssh_site_b, "probe_key", f"/bin/sh {script} {tmp_path / 'other'}"):
        assert isinstance(look_at_site(site, os.urandom).fault, OtherFolderError)


def test_a_kind_that_nobody_knows_shows_nothing(tmp_path: Path) -> None:
    look = look_at_site(folder_site(tmp_path, kind="carrier-pigeon"), os.urandom)
    assert look == SiteLook(look.place, "carrier-pigeon")
    assert probe_kinds.has_probe_login(folder_site(tmp_path)) is False
