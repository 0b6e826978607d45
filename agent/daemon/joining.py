"""Joins a controller: the configuration, the enrolment, and a chain under the new name."""

from collections.abc import Callable

from agent.clock import Clock
from agent.config.edit import with_controller
from agent.config.home import Home
from agent.config.load import NoConfigurationError, read_raw
from agent.config.problems import ConfigurationProblemsError
from agent.daemon.app import open_app
from agent.state.database import make_private
from agent.state.lock import hold
from agent.uplink.enrolment import Joined, join, read_token
from agent.uplink.memory import open_memory
from agent.uplink.secrets import facility_keys


def join_host(home: Home, token_text: str, clock: Clock, entropy: Callable[[int], bytes]) -> Joined:
    """Enrol this home; running it again says that it has joined already.

    The configuration is looked at first: a token is used once, and must not be lost to a
    file that cannot be written.

    Raises:
        ConfigurationProblemsError: agent.yaml is wrong or names another facility.
        UplinkError: the token or the controller; its class says which.
    """
    token = read_token(token_text)
    url = token.url.rstrip("/")
    raw = _present(home)
    new, problems = with_controller(raw, url, token.facility)
    if problems:
        raise ConfigurationProblemsError(str(home.agent_yaml), problems)
    make_private(home.state_dir)
    with hold(home, "join", clock=clock):
        facility_keys(home, entropy)
        memory = open_memory(home, clock)
        try:
            joined = join(home, token, memory, clock, entropy)
        finally:
            memory.close()
        if new != raw:
            _write(home, new)
        app = open_app(home, clock=clock, entropy=entropy)
        if joined.clock_offset_s:
            app.outbox.set_clock_offset(joined.clock_offset_s)
        app.close()
    return joined


def _present(home: Home) -> bytes:
    """The configuration as it is; none yet is nothing."""
    try:
        return read_raw(home)
    except NoConfigurationError:
        if home.agent_yaml.exists():
            raise
        return b""


def _write(home: Home, raw: bytes) -> None:
    new = home.agent_yaml.with_suffix(".new")
    new.write_bytes(raw)
    new.chmod(home.agent_yaml.stat().st_mode & 0o777 if home.agent_yaml.exists() else 0o640)
    new.replace(home.agent_yaml)
