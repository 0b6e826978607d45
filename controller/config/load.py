"""Reading and writing controller.yaml: every problem is named with its place."""

from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import yaml

from controller.config.home import Home
from controller.config.model import ControllerConfig
from controller.errors import ConfigurationError, NotInitialisedError
from texts.catalogue import tr
from wire.text import N_

NO_ADDRESS = N_("{url} is no address; write https://HOST:PORT")


def load(home: Home) -> ControllerConfig:
    """Read the configuration.

    Raises:
        NotInitialisedError: there is none.
        ConfigurationError: it cannot be read, or says something that cannot be meant.
    """
    try:
        raw = home.controller_yaml.read_bytes()
    except FileNotFoundError as error:
        raise NotInitialisedError(home=str(home.config_dir)) from error
    except OSError as error:
        raise ConfigurationError(problem=f"{home.controller_yaml}: {error.strerror}") from error
    return parse(raw)


def parse(raw: bytes) -> ControllerConfig:
    """Understand the bytes of a configuration file."""
    try:
        return parse_document(yaml.safe_load(raw))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigurationError(problem=f"no YAML: {' '.join(str(error).split())}") from error


def parse_document(document: object) -> ControllerConfig:
    """Understand what a configuration file says."""
    try:
        config = msgspec.convert(document, ControllerConfig)
    except msgspec.ValidationError as error:
        raise ConfigurationError(problem=str(error)) from error
    problem = url_problem(config.url)
    if problem:
        raise ConfigurationError(problem=f"url: {problem}")
    return config


def url_problem(url: str) -> str:
    """Why this is no address for agents; empty when it is one."""
    try:
        parts = urlsplit(url)
        port_given = parts.port
    except ValueError:
        return tr(NO_ADDRESS, url=url)
    if parts.username or parts.password:
        return tr(
            N_("there is a secret or a user name inside the address; write https://HOST:PORT")
        )
    if parts.scheme != "https" or not parts.hostname:
        return tr(NO_ADDRESS, url=url)
    if parts.path not in ("", "/") or parts.query or parts.fragment or port_given == 0:
        return tr(N_("{url} has more than host and port; write https://HOST:PORT"), url=url)
    return ""


def save(config: ControllerConfig, path: Path) -> None:
    """Write a configuration that `load` reads back as the same."""
    text = yaml.safe_dump(msgspec.to_builtins(config), sort_keys=False, allow_unicode=True)
    path.write_text(text, encoding="utf-8")
