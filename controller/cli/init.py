"""`lachan-controller init`: a new controller, its anchor for the paper, the first admin's link."""

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import click

from controller.app import FIRST_ADMIN, Initialised, initialise
from controller.cli.documents import document
from controller.cli.options import Options
from controller.config.load import parse_document, url_problem
from controller.config.model import ControllerConfig
from controller.errors import ConfigurationError
from texts.catalogue import tr
from texts.shell import emit_json, note, say
from wire.keys import fingerprint, fingerprint_digits
from wire.text import N_

_EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - agents of a whole province come from everywhere
_HTTPS = 443


@click.command(help=N_("Make a new controller: keys, certificates, log."))
@click.option("--url", required=True, help=N_("Where agents and people reach it: https://…"))
@click.option("--province", required=True, help=N_("A short code, for example GL."))
@click.option("--name", required=True, help=N_("The name that pages and reports show."))
@click.option("--listen", default="", help=N_("HOST:PORT; else the URL's port, everywhere."))
@click.option("--also", multiple=True, help=N_("A further name or address of this server."))
@click.pass_obj
def command(options: Options, /, **given: Any) -> None:  # noqa: ANN401 - click's own values
    made = initialise(options.home, configuration(**given))
    if options.json:
        emit_json(_document(made))
    else:
        _show(made)


def configuration(
    url: str, province: str, name: str, listen: str, also: tuple[str, ...]
) -> ControllerConfig:
    """The configuration that these words ask for.

    Raises:
        ConfigurationError: one of them cannot be meant.
    """
    problem = url_problem(url)
    if problem:
        raise ConfigurationError(problem=f"--url: {problem}")
    host, port = _listening(url, listen)
    return parse_document(
        {
            "province": province,
            "name": name,
            "url": url,
            "listen": {"host": host, "port": port},
            "names": list(also),
        }
    )


def _listening(url: str, listen: str) -> tuple[str, int]:
    if listen:
        host, _, port = listen.rpartition(":")
        if not port.isdecimal() or not host:
            raise ConfigurationError(
                problem=tr(N_("--listen {listen}: write HOST:PORT"), listen=listen)
            )
        return host.strip("[]"), int(port)
    parts = urlsplit(url)
    return _address(parts.hostname or ""), parts.port or _HTTPS


def _address(host: str) -> str:
    """A loopback address stays one: a trial on one machine is not shown to the network."""
    try:
        return host if ip_address(host).is_loopback else _EVERY_ADDRESS
    except ValueError:
        return _EVERY_ADDRESS


def _document(made: Initialised) -> dict[str, Any]:
    keys = made.province.keys
    return document(
        "init",
        origin=made.province.origin,
        anchor=fingerprint_digits(fingerprint(keys.log.public)),
        order_key=fingerprint_digits(fingerprint(keys.order.public)),
        authority=keys.ca_pin,
        user=FIRST_ADMIN,
        link=made.link,
    )


def _show(made: Initialised) -> None:
    keys = made.province.keys
    note(tr(N_("Keep these lines on paper: whoever verifies an evidence pack compares them.")))
    say(tr(N_("Log:             {origin}"), origin=made.province.origin))
    say(tr(N_("Anchor (log key): {digits}"), digits=fingerprint(keys.log.public)))
    say(tr(N_("Order key:       {digits}"), digits=fingerprint(keys.order.public)))
    say()
    note(tr(N_("The first admin sets a password here, once, within 24 hours after `serve`:")))
    say(made.link)
