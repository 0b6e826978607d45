"""Sites in agent.yaml: what each kind needs, and what is refused before anything is tried."""

import pytest

from agent.config.load import examine

SFTP = "kind: sftp, user: u, host: h, key_file: /k, known_hosts_file: /h, path: /p"
REST = "kind: rest, url: 'https://b.example:8000/FS-01/', credentials_file: /c"
S3 = "kind: s3, url: 'https://s3.example', bucket: lachan/FS-01, credentials_file: /c"
HERE = "kind: rest, url: 'http://127.0.0.1:8000', credentials_file: /c"
GOOD = (SFTP, REST, S3, HERE, "kind: local, path: /mnt/a")


def found(site: str, name: str = "b") -> dict[str, str]:
    text = f"sites: [{{name: '{name}', held_by: owned, {site}}}]"
    return {problem.path: str(problem) for problem in examine(text.encode())[1]}


@pytest.mark.parametrize("site", GOOD)
def test_a_whole_site_is_good(site: str) -> None:
    assert found(site) == {}


@pytest.mark.parametrize(
    ("site", "place"),
    [
        ("kind: ftp", "kind"),
        (SFTP.replace(", path: /p", ""), "path"),
        (SFTP.replace("user: u", "user: '-oProxyCommand=x'"), "user"),
        (SFTP.replace("host: h", "host: 'h -oProxyCommand=x'"), "host"),
        (SFTP + ", port: 0", "port"),
        (REST.replace("https://b", "http://b"), "url"),
        (REST.replace("/FS-01/", "/FS-01/?token=x"), "url"),
        (REST.replace(", credentials_file: /c", ""), "credentials_file"),
        (S3.replace("lachan/FS-01", "Lachan"), "bucket"),
        (S3.replace("s3.example", "s3.example/lachan"), "url"),
        (S3 + ", region: 'a b'", "region"),
        (S3 + ", addressing: dns", "addressing"),
        (REST + ", limit: {upload: -1}", "limit.upload"),
        (REST + ", limit: {windows: [{hours: '22-06'}]}", "limit.windows[0].hours"),
        (REST + ", limit: {windows: [{hours: '22:00-22:00'}]}", "limit.windows[0].hours"),
        (REST + ", limit: {windows: [{hours: '22:00-25:00'}]}", "limit.windows[0].hours"),
    ],
)
def test_what_is_wrong_is_found_at_its_place(site: str, place: str) -> None:
    assert list(found(site)) == [f"sites[0].{place}"]


@pytest.mark.parametrize("url", ["https://u:Kh0ngLo@b.example/", "https://Kh0ngLo@b.example/"])
@pytest.mark.parametrize("site", [REST, S3])
def test_a_secret_in_an_address_is_refused_and_not_shown(site: str, url: str) -> None:
    kind = site.replace("https://b.example:8000/FS-01/", url).replace("https://s3.example", url)
    problems = found(kind)
    assert set(problems) == {"sites[0].url"}
    assert "Kh0ngLo" not in "".join(problems.values())


def test_an_sftp_sites_name_holds_no_colon() -> None:
    assert list(found(SFTP, name="b:1")) == ["sites[0].name"]
