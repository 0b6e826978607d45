"""Packs that lie, each in one way, by somebody who may hold the controller's own keys."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import msgspec

from tests.verify.small_province import (
    ELSEWHERE,
    FACILITY,
    SYSTEM,
    Province,
    document,
    findings,
    inventory,
    repack,
    ten_days,
    waiver,
)
from verify.faults import FaultCode as Code
from wire import acts, checkpoint, codec, envelope, pack
from wire.chain import ChainState
from wire.checkpoint import Checkpoint, Head
from wire.messages import Gap, Rotation
from wire.verdicts import CheckVerdict

Forge = Callable[[Province, Path], Path]
Files = dict[str, bytes]


@dataclass(frozen=True)
class Forgery:
    """How a pack is spoiled, and what must be said of it."""

    name: str
    forge: Forge
    code: Code


def edited(
    name: str, change: Callable[[list[bytes]], list[bytes]], *, signed: bool = True
) -> Forge:
    """Change the lines of one file; `signed`: by somebody who can sign the pack again."""

    def forge(province: Province, path: Path) -> Path:
        def edit(files: Files) -> None:
            files[name] = b"".join(change(files[name].splitlines(keepends=True)))

        return repack(province.export(path), edit, province.order if signed else None)

    return forge


def logged(lie: Callable[[Province], object]) -> Forge:
    """Something that the controller itself logged, though it must not have."""

    def forge(province: Province, path: Path) -> Path:
        lie(province)
        return province.export(path)

    return forge


def _line(raw: bytes, **changes: object) -> bytes:
    line = codec.decode_as(pack.EntryLine, raw)
    return codec.encode(msgspec.structs.replace(line, **changes)) + b"\n"


def _without(files: Files, name: str) -> None:
    del files[name]


def _file_missing(province: Province, path: Path) -> Path:
    return repack(province.export(path), lambda files: _without(files, pack.WITNESSES), None)


def _always_there(province: Province, path: Path) -> Path:
    def forget(files: Files) -> None:
        _without(files, pack.HEADS)

    return repack(province.export(path), forget, province.order)


def _file_added(province: Province, path: Path) -> Path:
    return repack(province.export(path), lambda files: files.update({"log/more.txt": b"x"}), None)


def _other_signer(province: Province, path: Path) -> Path:
    return repack(province.export(path), lambda _files: None, province.new_key())


def _no_foundation(province: Province, path: Path) -> Path:
    forge = edited(pack.PROVINCE, lambda lines: lines[1:])
    return forge(province, path)


def _other_log_key(province: Province, path: Path) -> Path:
    honest, province.log = province.log, province.new_key()
    province.export(path)
    province.log = honest
    return path


def _of_other_size(province: Province, path: Path) -> Path:
    def edit(files: Files) -> None:
        statement = codec.decode_as(
            pack.PackStatement, envelope.peek_payload(files[pack.STATEMENT])
        )
        longer = msgspec.structs.replace(statement, log_size=statement.log_size + 1)
        files[pack.STATEMENT] = envelope.seal(pack.KIND, codec.encode(longer), province.order)

    return repack(province.export(path), edit, None)


def _other_origin(province: Province, path: Path) -> Path:
    def edit(files: Files) -> None:
        point = checkpoint.peek(files[pack.CHECKPOINT].decode())
        moved = replace(point, origin=checkpoint.origin_of("HN"))
        files[pack.CHECKPOINT] = checkpoint.sign(moved, province.log).encode()

    return repack(province.export(path), edit, province.order)


def _last_week_left_out(province: Province, path: Path) -> Path:
    """The newest entries are gone, and all that can be signed again is."""
    return edited(pack.FACILITY, lambda lines: lines[:-12])(province, path)


def _agent_left_out(province: Province, path: Path) -> Path:
    key = province.agents["a2"].key.keyid.encode()
    return edited(pack.FACILITY, lambda lines: [line for line in lines if key not in line])(
        province, path
    )


def _swapped(lines: list[bytes]) -> list[bytes]:
    return [*lines[:10], lines[11], lines[10], *lines[12:]]


def _other_envelope(lines: list[bytes]) -> list[bytes]:
    """Another statement of the same kind by the same agent, in this one's place."""
    of_a_kind = [
        place
        for place, line in enumerate(lines)
        if codec.decode_as(pack.EntryLine, line).entry.kind == "findings"
    ]
    first, other = of_a_kind[0], of_a_kind[2]
    said = codec.decode_as(pack.EntryLine, lines[other]).envelope
    return [*lines[:first], _line(lines[first], envelope=said), *lines[first + 1 :]]


def _moved_across_a_score(lines: list[bytes]) -> list[bytes]:
    """The entry before a score's position is said to stand one place earlier in the log."""
    kinds = [codec.decode_as(pack.EntryLine, line).entry.kind for line in lines]
    place = max(at for at, kind in enumerate(kinds) if kind == "findings")
    index = codec.decode_as(pack.EntryLine, lines[place]).index
    return [*lines[:place], _line(lines[place], index=index - 1), *lines[place + 1 :]]


def _unknown_signer(province: Province) -> None:
    stranger = province.new_key()
    header = province.header(province.agents["a1"])
    payload = codec.encode_statement(header, Gap("outbox", "lost"))
    province.append(FACILITY, "gap", envelope.seal("gap", payload, stranger))


def _after_revocation(province: Province) -> None:
    province.act(acts.AgentRevoked("a1", FACILITY, "stolen"))
    province.speak("a1", findings(province.now))


def _after_rotation(province: Province) -> None:
    public = province.new_key().public.to_base64()
    province.speak("a1", Rotation(public))
    province.act(acts.KeyRotated("a1", FACILITY, public))
    province.speak("a1", findings(province.now))


def _in_anothers_name(province: Province) -> None:
    """a2 signs with its own key what a1 is said to say."""
    province.speak("a1", findings(province.now), key=province.agents["a2"].key)


def _bad_signature(province: Province) -> None:
    stranger, agent = province.new_key(), province.agents["a1"]
    payload = codec.encode_statement(province.header(agent), Gap("outbox", "lost"))
    raw = envelope.seal("gap", payload, stranger)
    raw = raw.replace(stranger.keyid.encode(), agent.key.keyid.encode())
    province.append(FACILITY, "gap", raw)


def _unreadable(province: Province) -> None:
    raw = envelope.seal("gap", b"no statement", province.agents["a1"].key)
    province.append(FACILITY, "gap", raw)


def _other_kind(province: Province) -> None:
    """Logged as another kind than the one that was signed."""
    payload = codec.encode_statement(province.header(province.agents["a1"]), Gap("outbox", "lost"))
    province.append(FACILITY, "findings", envelope.seal("gap", payload, province.agents["a1"].key))


def _gap_in_the_chain(province: Province) -> None:
    agent = province.agents["a1"]
    assert agent.state is not None
    agent.state = ChainState("i1", agent.state.sequence + 1, agent.state.head)
    province.speak("a1", findings(province.now))


def _repeated(province: Province) -> None:
    newest = [line for line in province.lines if line.entry.kind == "findings"][-2]
    province.append(FACILITY, "findings", newest.envelope.encode())


def _of_another_facility(province: Province) -> None:
    agent = province.agents["a1"]
    header = msgspec.structs.replace(province.header(agent), facility=ELSEWHERE)
    raw = envelope.seal("gap", codec.encode_statement(header, Gap("outbox", "lost")), agent.key)
    province.append(FACILITY, "gap", raw)


def _rotated_without_a_word(province: Province) -> None:
    province.act(acts.KeyRotated("a1", FACILITY, province.new_key().public.to_base64()))


def _enrolled_again(province: Province) -> None:
    """The controller slips another key under a known agent's name."""
    public = province.new_key().public.to_base64()
    province.act(acts.AgentEnrolled("a1", FACILITY, "h-a1", (SYSTEM,), public, "t1"))


def _rewritten(province: Province) -> None:
    """An agent was given a checkpoint of another history, signed by the same log key."""
    other = Checkpoint(
        checkpoint.origin_of("GL"), 20, sha256(b"other").digest(), bytes(32), province.now
    )
    province.speak("a1", inventory(checkpoint.sign(other, province.log)))


def _shown_more(province: Province) -> None:
    """An agent was given a checkpoint of a longer log than this one."""
    other = Checkpoint(
        checkpoint.origin_of("GL"), 10_000, sha256(b"other").digest(), bytes(32), province.now
    )
    province.speak("a1", inventory(checkpoint.sign(other, province.log)))


def _forged_score(province: Province) -> None:
    province.store_score(value=1.0)


def _forged_raw_score(province: Province) -> None:
    province.act(msgspec.structs.replace(province.scored(), raw=1.0))


def _unknown_scoring(province: Province) -> None:
    """By rules that nobody can look up, any score is right."""
    province.act(msgspec.structs.replace(province.scored(), score=1.0, scoring=99))


def _approved_alone(province: Province) -> None:
    """One person asks for a waiver and approves it; the score is stored as if it counted."""
    month = province.now + timedelta(days=30)
    province.speak("a1", findings(province.now, CheckVerdict.FAIL))
    province.act(document("l3.risk.01", province.now, month), by="binh")
    province.act(waiver("l3.access.01", month), by="an")
    province.act(acts.ExceptionDecided("w1", FACILITY, approved=True, text="yes"), by="an")
    province.act(msgspec.structs.replace(province.scored(), score=1.0))


def _score_of_the_future(province: Province) -> None:
    province.store_score(log_size=len(province.lines) + 1)


def _catalogue_never_adopted(province: Province) -> None:
    province.act(
        acts.ScoreStored(
            FACILITY, SYSTEM, "test.level-3", "f" * 64, len(province.lines), province.now, 1.0, 1.0
        )
    )


def _other_catalogue(province: Province, path: Path) -> Path:
    """Only the bytes are others; the digest is the adopted one's."""

    def edit(files: Files) -> None:
        (name,) = (name for name in files if name.startswith("catalogues/"))
        files[name] = files[name].replace(b"weight: 2", b"weight: 1")

    return repack(province.export(path), edit, province.order)


def _all_new_keys(province: Province, path: Path) -> Path:
    """A whole province of one's own, with the honest one's names."""
    del province
    return ten_days(seed=99).export(path)


def truncated_log(province: Province, path: Path) -> Path:
    """The controller signs its own log, 20 entries shorter, as if it were today's."""
    size = len(province.lines) - 20
    shorter = Province(province.seed, now=province.now)
    shorter.order, shorter.log = province.order, province.log
    shorter.lines, shorter.leaves = province.lines[:size], province.leaves[:size]
    newest = {line.entry.facility: line for line in shorter.lines}
    shorter.heads = {
        facility: Head(line.entry.facility_sequence, province.leaves[line.index])
        for facility, line in newest.items()
    }
    return shorter.write(path, shorter.moment())


def _other_path(lines: list[bytes]) -> list[bytes]:
    proof = codec.decode_as(pack.InclusionLine, lines[-1])
    other = pack.InclusionLine(proof.index, ("f" * 64, *proof.path[1:]))
    return [*lines[:-1], codec.encode(other) + b"\n"]


FORGERIES = (
    Forgery(
        "a file was changed",
        edited(pack.WITNESSES, lambda lines: lines[1:], signed=False),
        Code.FILE_CHANGED,
    ),
    Forgery("a file was taken out", _file_missing, Code.FILE_MISSING),
    Forgery("a file that every pack has was never there", _always_there, Code.FILE_MISSING),
    Forgery("a file was put in", _file_added, Code.FILE_UNEXPECTED),
    Forgery("somebody else signed the pack", _other_signer, Code.PACK_SIGNATURE),
    Forgery("the first entry is gone", _no_foundation, Code.FOUNDATION),
    Forgery("another key signed the checkpoint", _other_log_key, Code.CHECKPOINT),
    Forgery("the checkpoint is of another size", _of_other_size, Code.CHECKPOINT),
    Forgery("the checkpoint is of another province", _other_origin, Code.CHECKPOINT),
    Forgery("a head is left out", edited(pack.HEADS, lambda lines: lines[:-1]), Code.HEADS_DIFFER),
    Forgery(
        "a head stands twice",
        edited(pack.HEADS, lambda lines: [*lines, lines[-1]]),
        Code.HEADS_DIFFER,
    ),
    Forgery("the last week is left out", _last_week_left_out, Code.NEWEST_MISSING),
    Forgery("an agent is left out", _agent_left_out, Code.ENTRY_MISSING),
    Forgery("two entries are swapped", edited(pack.FACILITY, _swapped), Code.ENTRY_MISSING),
    Forgery(
        "another statement stands there", edited(pack.FACILITY, _other_envelope), Code.ENTRY_CHANGED
    ),
    Forgery(
        "a line is no entry",
        edited(pack.FACILITY, lambda lines: [*lines, b"{}\n"]),
        Code.LINE_UNREADABLE,
    ),
    Forgery("a stranger speaks", logged(_unknown_signer), Code.NOT_TRUSTED),
    Forgery("a revoked agent speaks", logged(_after_revocation), Code.NOT_TRUSTED),
    Forgery("a replaced key speaks", logged(_after_rotation), Code.NOT_TRUSTED),
    Forgery("an agent speaks in another's name", logged(_in_anothers_name), Code.NOT_TRUSTED),
    Forgery("a signature is false", logged(_bad_signature), Code.SIGNATURE),
    Forgery("signed bytes are no statement", logged(_unreadable), Code.STATEMENT_UNREADABLE),
    Forgery("it was logged as another kind", logged(_other_kind), Code.WRONG_PLACE),
    Forgery("it is of another facility", logged(_of_another_facility), Code.WRONG_PLACE),
    Forgery("a statement is missing", logged(_gap_in_the_chain), Code.CHAIN),
    Forgery("a statement was logged twice", logged(_repeated), Code.CHAIN),
    Forgery("a key nobody announced", logged(_rotated_without_a_word), Code.ROTATION),
    Forgery(
        "a proof is missing", edited(pack.INCLUSION, lambda lines: lines[1:]), Code.PROOF_MISSING
    ),
    Forgery("a proof leads elsewhere", edited(pack.INCLUSION, _other_path), Code.PROOF_WRONG),
    Forgery("an entry is moved", edited(pack.FACILITY, _moved_across_a_score), Code.PROOF_WRONG),
    Forgery(
        "a witness's proof is left out",
        edited(pack.WITNESSES, lambda _lines: []),
        Code.HISTORY_REWRITTEN,
    ),
    Forgery("history was rewritten", logged(_rewritten), Code.HISTORY_REWRITTEN),
    Forgery("others were shown more", logged(_shown_more), Code.LOG_SHORTENED),
    Forgery("a score is forged", logged(_forged_score), Code.SCORE_DIFFERS),
    Forgery("a score without waivers is forged", logged(_forged_raw_score), Code.SCORE_DIFFERS),
    Forgery("a score is by unknown rules", logged(_unknown_scoring), Code.SCORING),
    Forgery("a waiver has one person only", logged(_approved_alone), Code.SCORE_DIFFERS),
    Forgery("a score rests on the future", logged(_score_of_the_future), Code.SCORE_DIFFERS),
    Forgery("a catalogue was never adopted", logged(_catalogue_never_adopted), Code.CATALOGUE),
    Forgery("a catalogue's bytes are others", _other_catalogue, Code.CATALOGUE),
    Forgery("everything is forged", _all_new_keys, Code.ANCHOR_DIFFERS),
)
