"""Reads agent.yaml: either a configuration, or the list of everything that is wrong with it."""

import msgspec
from msgspec import inspect

from agent.config.document import read_document
from agent.config.home import Home
from agent.config.model import AgentConfig
from agent.config.problems import ConfigurationProblemsError, Problem
from agent.config.rest import rules_of_the_rest
from agent.config.rules import broken_rules
from agent.config.schema import find_problems, to_path
from agent.errors import ConfigurationError
from wire.text import N_

_MOST_BYTES = 2**20


class NoConfigurationError(ConfigurationError):
    """There is no agent.yaml."""

    message = N_("There is no configuration: {file} cannot be read ({reason}).")
    hint = N_(
        "Join a controller with `lachan-agent join`, or write the file: "
        "`lachan-agent config sample` prints one to start from."
    )


def load(home: Home) -> AgentConfig:
    """Read the configuration of this home.

    Raises:
        NoConfigurationError: the file is not there or cannot be read.
        ConfigurationProblemsError: it is not as it must be; lists every problem.
    """
    file = home.agent_yaml
    config, problems = examine(read_raw(home))
    if config is None or problems:
        raise ConfigurationProblemsError(str(file), problems)
    return config


def read_raw(home: Home) -> bytes:
    """The file's bytes, as they are."""
    file = home.agent_yaml
    try:
        with file.open("rb") as stream:
            return stream.read(_MOST_BYTES)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise NoConfigurationError(file=str(file), reason=reason) from error


def examine(raw: bytes) -> tuple[AgentConfig | None, tuple[Problem, ...]]:
    """The configuration in these bytes, or None; and all its problems."""
    value, problems = read_document(raw)
    if problems:
        return None, problems
    value = _without_nothing(value)
    found = find_problems(value, inspect.type_info(AgentConfig))
    if found:
        return None, (*found, *rules_of_the_rest(value, [each.path for each in found]))
    config = msgspec.convert(value, AgentConfig, dec_hook=to_path)
    return config, tuple(broken_rules(config))


def _without_nothing(value: object) -> object:
    """A key with nothing behind it (`controller:`) means that it is absent."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        return value
    return {key: inner for key, inner in value.items() if inner is not None}
