"""Joining: from one line of text to a pinned authority, a name, and keys to believe."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from agent.clock import Clock
from agent.config.home import Home
from agent.uplink import identity as identities
from agent.uplink import witness
from agent.uplink.client import Caller, Client, fetch_authority
from agent.uplink.errors import (
    AnswerError,
    JoinedElsewhereError,
    TokenUnreadableError,
    WrongServerError,
)
from agent.uplink.identity import Identity, Membership
from agent.uplink.memory import Memory
from agent.uplink.orders import Receiver, take
from agent.uplink.secrets import read_secret, write_secret
from texts.catalogue import tr
from wire.codec import decode_as, encode
from wire.envelope import open_envelope
from wire.errors import DecodeError, WireError
from wire.http import ENROL_PATH, ENROLMENT_ANSWER_KIND, Enrolment, EnrolmentAnswer
from wire.keys import PublicKey
from wire.text import N_
from wire.token import Token, parse_token

_INCARNATION_BYTES = 8
_ANNOUNCED_FILE = "joining-incarnation"
_NAME_BYTES = 64


@dataclass(slots=True)
class MeasuredOffset:
    """The difference of the clocks, while there is no outbox to keep it."""

    seconds: float = 0.0

    def clock_offset_s(self) -> float:
        return self.seconds

    def set_clock_offset(self, seconds: float) -> None:
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Joined:
    """Whom we have joined, and whether that was so already."""

    membership: Membership
    fingerprint_key: PublicKey
    already: bool
    clock_offset_s: float = 0.0


def read_token(text: str) -> Token:
    """Understand a token.

    Raises:
        TokenUnreadableError: it is none.
    """
    try:
        token = parse_token(text)
        PublicKey.from_base64(token.order_key)
        PublicKey.from_base64(token.log_key)
    except DecodeError as error:
        reason = error.parameters["reason"]
        raise TokenUnreadableError(reason=reason) from None  # the cause could repeat its text
    return token


def join(
    home: Home,
    token: Token,
    memory: Memory,
    clock: Clock,
    entropy: Callable[[int], bytes],
) -> Joined:
    """Enrol this host with the token's controller; done already, it says so.

    Raises:
        JoinedElsewhereError: this host belongs to another controller or facility.
        WrongServerError: whoever answers has not the authority that the token names.
        RefusedError: the token is wrong, used or expired.
        UnreachableError: no answer.
    """
    identity = identities.open_identity(home, token.facility, entropy)
    if identity.membership is not None:
        _demand_same(home, identity.membership, token)
        return Joined(identity.membership, identity.key.public, already=True)
    authority = pinned_authority(fetch_authority(token.url, clock), token)
    offset = MeasuredOffset()
    caller = Caller(identity.key.keyid, identity.key, PublicKey.from_base64(token.order_key))
    client = Client(token.url, authority, caller, offset, (clock, entropy))
    incarnation = _announced(home, entropy)
    asked = Enrolment(
        secret=token.secret,
        public_key=identity.key.public.to_base64(),
        host=identity.host,
        incarnation=incarnation,
    )
    try:
        raw = client.post_raw(ENROL_PATH, encode(asked))
    finally:
        client.close()
    answer = _open_answer(raw, token)
    membership = _membership(token, answer, identity, incarnation, clock)
    _keep(home, authority, membership, answer, memory)
    return Joined(membership, identity.key.public, already=False, clock_offset_s=offset.seconds)


def pinned_authority(pem: bytes, token: Token) -> bytes:
    """The one certificate whose public key the token names.

    Raises:
        WrongServerError: there is none among them.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    try:
        certificates = x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise WrongServerError(
            url=token.url, reason=tr(N_("no certificate in its answer"))
        ) from error
    for certificate in certificates:
        public = certificate.public_key()
        der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if sha256(der).hexdigest() == token.ca_pin:
            return certificate.public_bytes(Encoding.PEM)
    raise WrongServerError(
        url=token.url, reason=tr(N_("its authority is not the one in the token"))
    )


def _demand_same(home: Home, membership: Membership, token: Token) -> None:
    if (membership.order_key, membership.facility) != (token.order_key, token.facility):
        raise JoinedElsewhereError(
            url=membership.url, facility=membership.facility, folder=str(home.secrets)
        )


def _announced(home: Home, entropy: Callable[[int], bytes]) -> str:
    """The chain's name, kept before it is said: asking twice must ask the same."""
    file = home.secrets / _ANNOUNCED_FILE
    if not file.exists():
        write_secret(file, b"i" + entropy(_INCARNATION_BYTES).hex().encode())
    return read_secret(file)[:_NAME_BYTES].decode("ascii")


def _open_answer(raw: bytes, token: Token) -> EnrolmentAnswer:
    order_key = PublicKey.from_base64(token.order_key)
    try:
        opened = open_envelope(raw, {order_key.keyid: order_key})
        answer = decode_as(EnrolmentAnswer, opened.payload)
    except WireError as error:
        raise AnswerError(reason=str(error)) from error
    if opened.kind != ENROLMENT_ANSWER_KIND or answer.facility != token.facility:
        raise AnswerError(reason=f"{opened.kind} for {answer.facility}")
    return answer


def _membership(
    token: Token, answer: EnrolmentAnswer, identity: Identity, incarnation: str, clock: Clock
) -> Membership:
    return Membership(
        url=token.url.rstrip("/"),
        agent=answer.agent,
        facility=answer.facility,
        host=identity.host,
        incarnation=incarnation,
        order_key=token.order_key,
        log_key=token.log_key,
        joined_at=clock.now(),
    )


def _keep(
    home: Home, authority: bytes, membership: Membership, answer: EnrolmentAnswer, memory: Memory
) -> None:
    """The membership comes last: without it nothing else counts."""
    witness.keep_first(memory, answer.checkpoint, PublicKey.from_base64(membership.log_key))
    order_key = PublicKey.from_base64(membership.order_key)
    receiver = Receiver(answer.agent, order_key, (), answer.server_time)
    refused = take(answer.assignment.encode(), receiver, memory)
    if refused:
        raise AnswerError(reason=tr(N_("its assignment is refused: {code}"), code=refused))
    identities.write_authority(home, authority)
    identities.write_membership(home, membership)
