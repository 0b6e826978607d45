"""YAML text -> plain values. Stricter than YAML: no key twice, no `yes` that becomes true."""

from typing import Any

import yaml

from agent.config.problems import Problem
from texts.catalogue import tr
from wire.text import N_


class _Loader(yaml.SafeLoader):
    """Keeps words as words, and remembers keys that stand twice."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.twice: list[Problem] = []

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                problem = "a key that is no word"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            if key.value in seen:
                line = key.start_mark.line + 1
                place = tr(N_("the same key again in line {line}"), line=line)
                self.twice.append(Problem(key.value, place, N_("Keep one of the two.")))
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_KEPT = ("tag:yaml.org,2002:null", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in _KEPT]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_document(raw: bytes) -> tuple[Any, tuple[Problem, ...]]:
    """The values of a YAML file, and what already makes them unusable."""
    try:
        loader = _Loader(raw.decode())
        try:
            value = loader.get_single_data()
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return None, (Problem(_place(error), _what(error), N_("Correct the YAML there.")),)
    return value, tuple(loader.twice)


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return tr(N_("line {line}"), line=mark.line + 1) if mark is not None else ""


def _what(error: Exception) -> str:
    """The parser's own words, without the text around the place: it may hold a secret."""
    fault = getattr(error, "problem", None)
    if fault is None:
        return tr(N_("bytes that are no UTF-8 text"))
    return tr(N_("a fault in the YAML ({fault})"), fault=fault)
