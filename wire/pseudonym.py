"""Names that only the facility can resolve, and answers that only its hosts can give."""

import hmac
from hashlib import sha256

_LENGTH = 32  # hex digits


def pseudonym(key: bytes, purpose: str, value: bytes) -> str:
    """`p` and 32 hex digits: the same value has the same name for one purpose and one facility."""
    message = purpose.encode() + b"\0" + value
    return "p" + hmac.new(key, message, sha256).hexdigest()[:_LENGTH]


def keyed_answer(key: bytes, nonce: str, index: int, content_sha256: bytes) -> str:
    """The answer to a drill's nonce: fresh, and of no use for guessing contents without K_f.

    Source: evidence-proofs.md, P3: HMAC(K_f, N | index | content).
    """
    return pseudonym(key, "answer", nonce.encode() + b"\0%d\0" % index + content_sha256)
