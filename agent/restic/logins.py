"""The logins of sites, out of their private files, as restic and our own requests need them."""

import configparser
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from agent.config.private_file import PrivateFileError, read_private
from agent.restic.environment import Repository
from wire.text import N_

_PROFILE = "default"
_KEYS = ("aws_access_key_id", "aws_secret_access_key")


def repository_line(repository: Repository) -> str:
    """What stands in the private repository file: restic 0.14 takes a login from nowhere else.

    Raises:
        PrivateFileError: the credentials cannot be used, and restic is not to be started.
    """
    if repository.s3_credentials_file is not None:
        s3_credential(repository.s3_credentials_file)
    if repository.login_file is None:
        return repository.address + "\n"
    name, password = http_login(repository.login_file)
    kind, _, url = repository.address.partition(":")
    parts = urlsplit(url)
    login = f"{quote(name, safe='')}:{quote(password, safe='')}"
    return f"{kind}:{urlunsplit(parts._replace(netloc=f'{login}@{parts.netloc}'))}\n"


def http_login(file: Path) -> tuple[str, str]:
    """Name and password.

    Raises:
        PrivateFileError: the file cannot be used, or holds anything but one login.
    """
    name, colon, password = read_private(file).strip().partition(":")
    if not (name and colon and password and (name + password).isprintable()):
        raise PrivateFileError(file=str(file), reason=N_("it is not one line USER:PASSWORD"))
    return name, password


def s3_credential(file: Path) -> tuple[str, str]:
    """The access key's name and its secret.

    Raises:
        PrivateFileError: the file cannot be used, or its [default] lacks one of them.
    """
    parser = configparser.RawConfigParser(strict=False)
    text = read_private(file)
    try:
        parser.read_string(text)
        name, secret = (parser.get(_PROFILE, key).strip() for key in _KEYS)
    except configparser.Error:  # its own message would show the content
        raise _no_credential(file) from None
    if not name or not secret:
        raise _no_credential(file)
    return name, secret


def _no_credential(file: Path) -> PrivateFileError:
    reason = N_("its part [default] does not hold aws_access_key_id and aws_secret_access_key")
    return PrivateFileError(file=str(file), reason=reason)
