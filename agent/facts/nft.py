"""Rules as `nft list ruleset` prints them, in the words of `packet_rules`. Source: nft(8)."""

import re
from collections import deque
from collections.abc import Mapping

from agent.facts.packet_matches import Match
from agent.facts.packet_rules import Chain, Rule

FAMILIES = {"inet", "ip", "ip6"}
_HEADER = re.compile(
    r"(table \w+|chain|set|map|flowtable|counter|quota|limit|ct (helper|timeout|expectation)"
    r"|secmark|synproxy) \S+ \{\Z"
)
_VERDICT_MAP = re.compile(r"(.*)\bvmap \{([^{}]*)\}(.*)\Z")
_HOOK = re.compile(r"type (?:filter|nat|route) hook (\w+) .*priority [^;]+;(?:\s*policy (\w+);)?")
_TOKEN = re.compile(r'"[^"]*"|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|[^\s{}"]+|[{}"]')
_QUOTED = re.compile(r'"[^"]*"')
_VERDICTS = {"accept": "accept", "drop": "drop", "reject": "drop", "return": "return"}
_VERDICTS |= {"continue": "", "queue": "unknown", "vmap": "unknown", "map": "unknown"}
_WORDS = {"iifname": "interface_in", "iif": "interface_in", "oifname": "interface_out"}
_WORDS |= {"oif": "interface_out", "pkttype": "packet_type"}
_META = {"l4proto": "protocol", "nfproto": "family", "protocol": "family", "skuid": "kind"}
_META |= {"skgid": "kind"}
_FAMILY_NAMES = {"ipv4": "ip", "ipv6": "ip6"}
_COUNTING = {"counter": {"packets", "bytes", "name"}}
_COUNTING["log"] = {"prefix", "level", "flags", "group", "snaplen", "queue-threshold"}
_COUNTING["comment"] = set()
_PORTED = {"tcp", "udp", "sctp", "dccp", "udplite", "th"}
_NARROW = {"icmp": "ip", "icmpv6": "ip6", "igmp": "ip"}
_COMPARED = {"<", ">", "<=", ">="}


def parse(output: str) -> tuple[Chain, ...]:
    """An empty answer is an empty packet filter; a table that sleeps filters nothing."""
    chains = []
    family, table, asleep = "", "", False
    sets: dict[str, tuple[str, ...]] = {}
    for head, lines in _blocks(output):
        kind, name = head.split()[:2]
        if kind == "table":
            family, table = name, head.split()[2]
            asleep, sets = any("dormant" in line for line in lines), {}
        elif kind == "set":
            sets[name] = _elements(lines)
        elif kind == "chain" and family in FAMILIES and not asleep:
            chains.append(_chain(family, table, name, lines, sets))
    return tuple(chains)


def _chain(
    family: str, table: str, name: str, lines: list[str], sets: Mapping[str, tuple[str, ...]]
) -> Chain:
    hooked = next((found for line in lines if (found := _HOOK.match(line))), None)
    own = [line for line in lines if not line.startswith(("type ", "comment "))]
    rules = tuple(parse_rule(rule, sets) for line in own for rule in _spread(line))
    if hooked is None:
        return Chain(family, table, name, rules)
    return Chain(family, table, name, rules, hooked[1], hooked[2] or "accept")


def _blocks(output: str) -> list[tuple[str, list[str]]]:
    """Each block's head with the lines that are its own; a list over many lines is one line."""
    blocks: list[tuple[str, list[str]]] = []
    open_blocks: list[list[str]] = []
    waiting = ""
    for raw in output.splitlines():
        line = f"{waiting} {raw.strip()}".strip()
        bare = _QUOTED.sub("", line)
        if not line or line.startswith("#"):
            waiting = ""
        elif not waiting and _HEADER.match(line):
            blocks.append((line.removesuffix("{").strip(), []))
            open_blocks.append(blocks[-1][1])
        elif bare.count("{") > bare.count("}"):
            waiting = line
        elif line == "}":
            del open_blocks[-1:]
        else:
            waiting = ""
            if open_blocks:
                open_blocks[-1].append(line)
    return blocks


def _elements(lines: list[str]) -> tuple[str, ...]:
    for line in lines:
        name, _, listed = line.partition("=")
        if name.strip() == "elements":
            return _members(listed.strip())
    return ("(elements unknown)",) if any("flags" in line for line in lines) else ()


def _spread(text: str) -> list[str]:
    """`ct state vmap { new : drop, … }` as one rule for each of its members."""
    found = _VERDICT_MAP.match(text)
    if found is None:
        return [text]
    members = [member.rpartition(" : ") for member in found[2].split(",")]
    return [f"{found[1]}{{ {key.strip()} }} {verdict}{found[3]}" for key, _, verdict in members]


def parse_rule(text: str, sets: Mapping[str, tuple[str, ...]]) -> Rule:
    """What we do not know becomes the condition `unknown`, or the verdict `unknown`."""
    tokens = deque(_TOKEN.findall(text))
    matches: list[Match] = []
    verdict, target, logs = "", "", False
    while tokens:
        word = tokens.popleft()
        logs = logs or word == "log"
        if word in {"jump", "goto"} and tokens:
            verdict, target = word, tokens.popleft()
        elif word in _VERDICTS:
            verdict = "unknown" if "unknown" in {verdict, _VERDICTS[word]} else _VERDICTS[word]
            if word == "reject":
                break
        elif word in _COUNTING:
            _skip_counting(word, tokens)
        elif word in {"xt", "tproxy", "synproxy"}:
            verdict = "unknown"
        else:
            matches += _matches(word, tokens, sets)
    return Rule(tuple(matches), verdict, target, logs)


def _skip_counting(word: str, tokens: deque[str]) -> None:
    if word == "comment" and tokens:
        tokens.popleft()
    while len(tokens) > 1 and tokens[0] in _COUNTING[word]:
        tokens.popleft()
        tokens.popleft()


def _matches(word: str, tokens: deque[str], sets: Mapping[str, tuple[str, ...]]) -> list[Match]:
    following = tokens[0] if tokens else ""
    if word == "meta" and following in _WORDS:
        return _matches(tokens.popleft(), tokens, sets)
    if word in _WORDS:
        return [_valued(_WORDS[word], tokens, sets)]
    if word in {"limit", "quota"} or (word, following) == ("ct", "count"):
        return _rate(tokens)
    if word in _NARROW and following:
        tokens.popleft()
        _valued("kind", tokens, sets)
        return [Match("family", (_NARROW[word],)), Match("kind", ("icmp",))]
    if word == "fib" and list(tokens)[:2] == ["daddr", "type"]:
        tokens.popleft()
        tokens.popleft()
        return [_valued("address_type", tokens, sets)]
    return _two_words(word, following, tokens, sets)


def _two_words(
    word: str, following: str, tokens: deque[str], sets: Mapping[str, tuple[str, ...]]
) -> list[Match]:
    key, first = "", list[Match]()
    if word in {"ip", "ip6"}:
        first = [Match("family", (word,))]
        key = following if following in {"saddr", "daddr"} else ""
        key = "protocol" if following in {"protocol", "nexthdr"} else key
    elif word in _PORTED and following in {"sport", "dport"}:
        first = [Match("protocol", ("tcp", "udp") if word == "th" else (word,))]
        key = following
    elif word == "meta":
        key = _META.get(following, "")
    elif word == "ct":
        key = {"state": "state", "status": "kind"}.get(following, "")
    elif (word, following) == ("ether", "saddr"):
        key = "kind"
    if not key:
        return [*first, Match("unknown")]
    tokens.popleft()
    return [*first, _valued(key, tokens, sets)]


def _rate(tokens: deque[str]) -> list[Match]:
    """`limit rate over 10/second burst 5 packets`: how often, not who."""
    own = {"rate", "over", "until", "burst", "packets", "bytes", "count", "mbytes", "kbytes"}
    while tokens and (tokens[0] in own or tokens[0][0].isdecimal()):
        tokens.popleft()
    return [Match("rate")]


def _valued(key: str, tokens: deque[str], sets: Mapping[str, tuple[str, ...]]) -> Match:
    if not tokens:
        return Match("unknown")
    negated = tokens[0] == "!="
    sign = tokens.popleft() if tokens[0] in {"!=", "==", *_COMPARED} else ""
    word = tokens.popleft() if tokens else ""
    if sign in _COMPARED:
        return _compared(key, sign, word)
    if word.startswith("@"):
        values = sets.get(word[1:], ("(set unknown)",))
        return Match(key if "(" not in "".join(values) else "unknown", values, negated)
    if word in {"", ".", ":", "&", "|", "^", "set", "vmap", "map", "and", "or"}:
        if word in _VERDICTS:
            tokens.appendleft(word)
        return Match("unknown")
    values = _members(word)
    return Match(key, tuple(_FAMILY_NAMES.get(v, v) for v in values), negated)


def _compared(key: str, sign: str, word: str) -> Match:
    if key not in {"sport", "dport"} or not word.isdecimal():
        return Match("unknown")
    ends = {
        ">": f"{int(word) + 1}-",
        ">=": f"{word}-",
        "<": f"0-{int(word) - 1}",
        "<=": f"0-{word}",
    }
    return Match(key, (ends[sign],))


def _members(word: str) -> tuple[str, ...]:
    """`{ a, b }`, `a,b` or one word, without their quotes."""
    listed = word.strip().removeprefix("{").removesuffix("}").split(",")
    return tuple(part.strip().strip('"') for part in listed if part.strip())
