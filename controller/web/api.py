"""What agents ask: the authority, enrolment, heartbeats, evidence."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from controller.errors import BadBytesError, BadSignatureError, TooManyError, UnavailableError
from controller.fleet.authenticate import authenticate, demand_fresh, demand_ours, demand_signed
from controller.fleet.enrol import enrol
from controller.fleet.heartbeat import answer_heartbeat
from controller.fleet.ingest import ingest
from controller.store.heads import log_size
from controller.store.queries_agents import Agent
from controller.web.exchange import Asked, answering
from controller.web.service import Service, service
from wire.codec import decode_as, encode
from wire.errors import DecodeError
from wire.http import (
    BATCH_BYTES,
    CA_PATH,
    ENROL_PATH,
    EVIDENCE_PATH,
    HEARTBEAT_PATH,
    Enrolment,
)
from wire.keys import PublicKey

_SMALL_BYTES = 64 * 1024
HEALTH_PATH = "/health"


def _authority(request: Request) -> Response:
    """The certificate that a token's pin is compared with; nobody trusts it without that."""
    pem = service(request).province.keys.authority_pem
    return Response(pem, media_type="application/x-pem-file")


def _enrol(here: Service, asked: Asked) -> bytes:
    if not here.addresses.allows(asked.address):
        raise TooManyError("enrolments from this address")
    try:
        enrolment = decode_as(Enrolment, asked.body)
        public_key = PublicKey.from_base64(enrolment.public_key)
    except DecodeError as error:
        raise BadBytesError(str(error.parameters["reason"])) from error
    demand_ours(here.province, asked.line)
    demand_signed(asked.line, asked.headers, public_key)
    if asked.headers.agent != public_key.keyid:
        raise BadSignatureError("the request names another key")
    demand_fresh(here.province, asked.headers)
    return enrol(here.province, enrolment, public_key)


def _heartbeat(here: Service, asked: Asked) -> bytes:
    agent = _caller(here, asked)
    size = asked.query.get("size", "0")
    if not size.isdecimal() or len(size) > len(str(2**53)):
        raise BadBytesError("size is not a number")
    answer = answer_heartbeat(here.province, agent, asked.headers, asked.body, int(size))
    return encode(answer)


def _evidence(here: Service, asked: Asked) -> bytes:
    agent = _caller(here, asked)
    return encode(ingest(here.province, agent, asked.headers, asked.body))


def _caller(here: Service, asked: Asked) -> Agent:
    """Whoever signed; only then counted, so that nobody can use up another's share."""
    agent = authenticate(here.province, asked.line, asked.headers)
    if not here.agents.allows(agent.code):
        raise TooManyError("requests of this agent")
    return agent


def _health(request: Request) -> Response:
    """Whether the database answers; open to everybody, so it says nothing else."""
    try:
        with service(request).province.database.reading() as connection:
            log_size(connection)
    except UnavailableError as error:
        return JSONResponse({"status": error.code}, error.status)
    return JSONResponse({"status": "ok"})


ROUTES = (
    Route(CA_PATH, _authority, methods=["GET"]),
    Route(ENROL_PATH, answering(_enrol, _SMALL_BYTES), methods=["POST"]),
    Route(HEARTBEAT_PATH, answering(_heartbeat, _SMALL_BYTES), methods=["POST"]),
    Route(EVIDENCE_PATH, answering(_evidence, BATCH_BYTES), methods=["POST"]),
    Route(HEALTH_PATH, _health, methods=["GET"]),
)
