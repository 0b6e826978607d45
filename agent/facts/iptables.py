"""Rules as iptables-save(8) prints them, in the words of `packet_rules`.

Source: iptables-extensions(8).
"""

import shlex
from collections import deque

from agent.facts.packet_matches import Match
from agent.facts.packet_rules import Chain, Rule

TABLE = "filter"
_HOOKS = {"INPUT": "input", "OUTPUT": "output", "FORWARD": "forward"}
_KEYS = {
    "-i": "interface_in", "-o": "interface_out", "-s": "saddr", "-d": "daddr",
    "--src-range": "saddr", "--dst-range": "daddr", "-p": "protocol", "--dport": "dport",
    "--dports": "dport", "--sport": "sport", "--sports": "sport", "--state": "state",
    "--ctstate": "state", "--pkt-type": "packet_type", "--dst-type": "address_type",
    "--mac-source": "kind", "--uid-owner": "kind", "--gid-owner": "kind",
    "--limit": "rate", "--limit-burst": "rate", "--connlimit-above": "rate",
    "--connlimit-upto": "rate", "--ctstatus": "kind",
}  # fmt: skip
_LONG = {"--in-interface": "-i", "--out-interface": "-o", "--source": "-s", "--src": "-s"}
_LONG |= {"--destination": "-d", "--dst": "-d", "--protocol": "-p"}
_ICMP = {"--icmp-type", "--icmpv6-type"}
_SILENT = {"-m", "--comment", "--reject-with", "--log-prefix", "--log-level", "-c"}
_SILENT |= {"--nflog-prefix", "--nflog-group", "--nflog-threshold"}
_VERDICTS = {"ACCEPT": "accept", "DROP": "drop", "REJECT": "drop", "RETURN": "return"}
_LOGS = {"LOG", "NFLOG", "ULOG"}
_VERDICTS |= dict.fromkeys(_LOGS | {"AUDIT"}, "")


def parse(output: str, family: str) -> tuple[Chain, ...]:
    """The chains of the `*filter` table."""
    table = output.partition("*filter")[2].partition("COMMIT")[0]
    lines = [line.strip() for line in table.splitlines() if line.strip()]
    heads = [line[1:].split() for line in lines if line.startswith(":")]
    texts = tuple(line for line in lines if line.startswith(("-A ", "[")))
    rules: dict[str, list[Rule]] = {words[0]: [] for words in heads if words}
    for text in texts:
        name, rule = parse_rule(text)
        rules.setdefault(name, []).append(rule)
    policies = {words[0]: words[1].lower() for words in heads if len(words) > 1}
    return tuple(
        Chain(family, TABLE, name, tuple(own), _HOOKS.get(name, ""), policies.get(name, ""))
        for name, own in rules.items()
    )


def parse_rule(text: str) -> tuple[str, Rule]:
    """The chain's name, and the rule."""
    tokens = _tokens(text)
    name, verdict, target, negated = "", "", "", False
    matches: list[Match] = []
    while tokens:
        word = tokens.popleft()
        word = _LONG.get(word, word)
        if word == "!":
            negated = True
            continue
        if word == "-A" and tokens:
            name = tokens.popleft()
        elif word in {"-j", "-g"} and tokens:
            target = tokens.popleft()
            verdict = _VERDICTS.get(target, "goto" if word == "-g" else "jump")
        else:
            matches += _matches(word, tokens, negated=negated)
        negated = False
    return name, Rule(tuple(matches), verdict, target, target in _LOGS)


def _matches(word: str, tokens: deque[str], *, negated: bool) -> list[Match]:
    if word.startswith("[") or word in {"--syn", "--log-uid", "--log-tcp-options"}:
        return []
    if not word.startswith("-"):  # a further value of something that we do not know
        return [Match("unknown")]
    if word in _SILENT:
        _ = tokens and tokens.popleft()
        return []
    value = tokens.popleft() if tokens and not tokens[0].startswith("-") else ""
    if word in _ICMP:
        return [Match("kind", ("icmp",), negated)]
    key = _KEYS.get(word, "unknown")
    return [Match(key, tuple(value.split(",")), negated)]


def _tokens(text: str) -> deque[str]:
    try:
        return deque(shlex.split(text))
    except ValueError:  # a quote without its end: what it limits is not known
        return deque([*text.replace('"', "").replace("'", "").replace("\\", "").split(), "--?", ""])
