"""One batch as it is taken in: line by line behind the agent's chain."""

from controller.fleet.act import sealed_act
from controller.fleet.alerts import Trouble
from controller.fleet.clock_skew import statement_clock_is_wrong
from controller.fleet.opened_lines import BadLine, Line
from controller.fleet.province import CONTROLLER, Province
from controller.store.engine import Connection
from controller.store.heads import log_size
from controller.store.log import NewEntry
from controller.store.projections.file_watching import INTEGRITY
from controller.store.queries_agents import Agent, chain_state, key_owner, stored_link
from wire.acts import KeyRotated
from wire.chain import ChainError, ChainState, GapError, accept
from wire.http import Acknowledged, Problem, Refused
from wire.keys import PublicKey
from wire.messages import Gap, Incarnation, Rotation

_ALARMING = (Problem.FORK, Problem.CLONED)


class Batch:
    """Collects what one transaction will store; nothing is written here."""

    def __init__(self, province: Province, connection: Connection, agent: Agent) -> None:
        self.entries: list[NewEntry] = []
        self.acknowledged: list[Acknowledged] = []
        self.refused: list[Refused] = []
        self.troubles: list[Trouble] = []
        self.resend_from: int | None = None
        self._province = province
        self._connection = connection
        self._agent = agent
        self._now = province.now()
        self._active = agent.active
        self.first_index = log_size(connection)
        self._state = chain_state(connection, agent.code)
        self._held: dict[tuple[str, int], tuple[str, int]] = {}  # place -> link, log index

    def refuse(self, line: BadLine) -> None:
        self.refused.append(Refused(line.number, line.code, line.sequence))

    def take(self, line: Line) -> None:
        """Put a statement behind the chain, or say why it does not fit there."""
        held = self._holding(line)
        try:
            state = accept(
                self._state, line.header, line.link, line.kind, stored=held[0] if held else None
            )
        except ChainError as error:
            self._refuse_place(line, error)
            return
        if held is not None:
            self.acknowledged.append(Acknowledged(line.header.sequence, held[1]))
            return
        code = self._fault(line)
        if code:
            self.refuse(BadLine(line.number, code, line.header.sequence))
            return
        self._keep(line, state)

    def _holding(self, line: Line) -> tuple[str, int] | None:
        """Link and log index of what already stands in this statement's place."""
        place = (line.header.incarnation, line.header.sequence)
        if place in self._held or self._is_next(line):
            return self._held.get(place)
        return stored_link(self._connection, self._agent.code, *place)

    def _is_next(self, line: Line) -> bool:
        state, header = self._state, line.header
        return (
            state is not None
            and header.incarnation == state.incarnation
            and header.sequence > state.sequence
        )

    def _fault(self, line: Line) -> str:
        """Why a statement that fits the chain is not taken all the same; empty: it is."""
        if line.keyid != self._active:
            return Problem.BAD_SIGNATURE  # a key that was in force once
        if isinstance(line.body, Rotation):
            following = PublicKey.from_base64(line.body.new_public_key).keyid
            if key_owner(self._connection, following) is not None:
                return Problem.BAD_BYTES  # nobody's key becomes another's
        return ""

    def _keep(self, line: Line, state: ChainState) -> None:
        index = self.first_index + len(self.entries)
        place = (line.header.incarnation, line.header.sequence)
        self._look(line)
        self._state = state
        self._held[place] = (line.link, index)
        self.entries.append(NewEntry(self._agent.facility, line.kind, line.raw, line.content))
        self.acknowledged.append(Acknowledged(line.header.sequence, index))
        if isinstance(line.body, Rotation):
            self._rotate(line.body)

    def _rotate(self, rotation: Rotation) -> None:
        act = KeyRotated(self._agent.code, self._agent.facility, rotation.new_public_key)
        self.entries.append(sealed_act(self._province, CONTROLLER, act, self._now))
        self._active = PublicKey.from_base64(rotation.new_public_key).keyid

    def _look(self, line: Line) -> None:
        """What a person should hear about, though the statement is taken."""
        body = line.body
        if statement_clock_is_wrong(line.header, self._now):
            self._alarm("CLOCK")
        if isinstance(body, Gap) and body.subject != INTEGRITY:  # those follow from projections
            self._alarm("GAP", body.subject)
        if isinstance(body, Incarnation) and self._state is not None:
            self._look_at_incarnation(body, self._state)

    def _look_at_incarnation(self, opening: Incarnation, state: ChainState) -> None:
        """One that does not replace the newest means that two hosts grew from one."""
        if opening.previous_incarnation != state.incarnation:
            self._alarm("CLONED")

    def _refuse_place(self, line: Line, error: ChainError) -> None:
        self.refuse(BadLine(line.number, error.code, line.header.sequence))
        if error.code in _ALARMING:
            self._alarm(error.code)
        if isinstance(error, GapError) and self.resend_from is None:
            self.resend_from = self._expected(line)

    def _expected(self, line: Line) -> int:
        state = self._state
        same = state is not None and state.incarnation == line.header.incarnation
        return state.sequence + 1 if state is not None and same else 1

    def _alarm(self, kind: str, subject: str = "") -> None:
        self.troubles.append(Trouble(kind, self._agent.facility, self._agent.code, subject))
