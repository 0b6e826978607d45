"""What a packet filter does in the end with a stranger: its chains, followed through every jump."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from agent.facts.packet_matches import Breadth, Match, Question, narrowest

DEPTH_LIMIT = 64  # the kernel itself allows 16 jumps in one another


class Effect(Enum):
    OPEN = auto()
    CLOSED = auto()
    FALLS = auto()  # comes back to whoever jumped here, or to the chain's policy
    MAYBE_OPEN = auto()  # the same, unless a rule that we do not know let it in
    UNSURE = auto()  # decided by something that we do not know


class _Step(Enum):
    NEXT = auto()
    OPEN = auto()
    CLOSED = auto()
    RETURN = auto()
    LEAK = auto()  # a part of the packets returns
    DOUBT = auto()  # may let in
    MAZE = auto()  # may do anything


@dataclass(frozen=True, slots=True)
class Rule:
    """`verdict`: accept | drop | return | jump | goto | unknown, or empty when it only counts."""

    matches: tuple[Match, ...]
    verdict: str
    target: str = ""
    logs: bool = False  # and writes down what it meets


@dataclass(frozen=True, slots=True)
class Chain:
    """`hook` is empty in a chain that others jump to; family `inet` is both `ip` and `ip6`."""

    family: str
    table: str
    name: str
    rules: tuple[Rule, ...]
    hook: str = ""
    policy: str = ""


@dataclass(frozen=True, slots=True)
class Walk:
    """One question put to one table; the answer of each chain is found once."""

    chains: Mapping[str, Chain]
    question: Question
    _known: dict[str, Effect] = field(default_factory=dict)

    def decision(self, start: Chain) -> Effect:
        """OPEN, CLOSED or UNSURE for a chain where packets enter."""
        effect = self._effect(start.name, DEPTH_LIMIT)
        if effect is Effect.FALLS:
            return Effect.CLOSED if start.policy == "drop" else Effect.OPEN
        if effect is Effect.MAYBE_OPEN:
            return Effect.UNSURE if start.policy == "drop" else Effect.OPEN
        return effect

    def _effect(self, name: str, depth: int) -> Effect:
        if depth == 0 or name not in self.chains:
            return Effect.UNSURE
        if name not in self._known:
            self._known[name] = Effect.UNSURE  # so that a circle ends
            self._known[name] = self._followed(self.chains[name], depth)
        return self._known[name]

    def _followed(self, chain: Chain, depth: int) -> Effect:
        seen = set()
        for rule in chain.rules:
            step = self._step(rule, depth)
            seen.add(step)
            if step in {_Step.OPEN, _Step.CLOSED, _Step.RETURN}:
                break
        if _Step.MAZE in seen:
            return Effect.UNSURE
        if _Step.OPEN in seen:
            return Effect.OPEN
        if _Step.CLOSED in seen and _Step.LEAK not in seen:
            return Effect.UNSURE if _Step.DOUBT in seen else Effect.CLOSED
        return Effect.MAYBE_OPEN if _Step.DOUBT in seen else Effect.FALLS

    def _step(self, rule: Rule, depth: int) -> _Step:
        breadth = narrowest(rule.matches, self.question)
        if breadth <= Breadth.SOME:
            return _Step.NEXT
        if rule.verdict in {"jump", "goto"}:
            inner = self._effect(rule.target, depth - 1)
            return _after_call(inner, breadth, comes_back=rule.verdict == "jump")
        return _STEPS.get(rule.verdict, _NOTHING)[breadth]


_UNSURE, _WIDE, _ALL = Breadth.UNSURE, Breadth.WIDE, Breadth.ALL
_NOTHING = dict.fromkeys((_UNSURE, _WIDE, _ALL), _Step.NEXT)
_STEPS = {
    "accept": {_UNSURE: _Step.DOUBT, _WIDE: _Step.OPEN, _ALL: _Step.OPEN},
    "drop": {_UNSURE: _Step.NEXT, _WIDE: _Step.NEXT, _ALL: _Step.CLOSED},
    "return": {_UNSURE: _Step.MAZE, _WIDE: _Step.LEAK, _ALL: _Step.RETURN},
    "unknown": dict.fromkeys((_UNSURE, _WIDE, _ALL), _Step.MAZE),
}


def _after_call(inner: Effect, breadth: Breadth, *, comes_back: bool) -> _Step:
    """What a jump means for the chain that jumps, from what the other chain does."""
    if inner is Effect.UNSURE:
        return _Step.MAZE
    if inner is Effect.OPEN:
        return _STEPS["accept"][breadth]
    if inner is Effect.CLOSED:
        return _STEPS["drop"][breadth]
    if inner is Effect.MAYBE_OPEN:
        return _Step.DOUBT if comes_back else _Step.MAZE
    return _Step.NEXT if comes_back else _STEPS["return"][breadth]
