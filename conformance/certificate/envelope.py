"""DSSE envelopes (https://github.com/secure-systems-lab/dsse): a payload with a type and Ed25519 signatures over both."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PAYLOAD_TYPE = "application/vnd.in-toto+json"


class KeyFileError(ValueError):
    """A file that holds no Ed25519 key of the wanted sort; says how to make one."""


class EnvelopeError(ValueError):
    """An envelope that is not to be trusted."""


def private_key(path: Path) -> Ed25519PrivateKey:
    """A signing key (PEM). Raises KeyFileError, OSError."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError) as error:
        raise KeyFileError(
            f"{path} holds no unencrypted private key: openssl genpkey -algorithm ed25519 -out KEY ({error})"
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{path} holds no Ed25519 key: openssl genpkey -algorithm ed25519 -out KEY")
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """A verification key (PEM), also taken from a private one. Raises KeyFileError, OSError."""
    data = path.read_bytes()
    if b"PRIVATE KEY" in data:
        return private_key(path).public_key()
    try:
        key = serialization.load_pem_public_key(data)
    except (ValueError, TypeError) as error:
        raise KeyFileError(f"{path} holds no public key: openssl pkey -in KEY -pubout -out PUB ({error})") from None
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFileError(f"{path} holds no Ed25519 key")
    return key


def key_id(key: Ed25519PublicKey) -> str:
    """What a key is called: the SHA-256 of its SubjectPublicKeyInfo."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return hashlib.sha256(key.public_bytes(serialization.Encoding.DER, form)).hexdigest()


def seal(statement: dict[str, Any], key: Ed25519PrivateKey) -> dict[str, Any]:
    """A signed envelope around a statement; it carries the public key, so that anybody can check that it is whole."""
    payload = json.dumps(statement, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    public = key.public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    return {
        "payloadType": PAYLOAD_TYPE,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [
            {"keyid": key_id(public), "sig": base64.b64encode(key.sign(_encoded(payload))).decode(), "publicKey": pem}
        ],
    }


def open_envelope(envelope: Any, trusted: Ed25519PublicKey | None) -> tuple[dict[str, Any], str]:
    """The statement in an envelope, and the id of the key that signed it. Raises EnvelopeError.

    Without a trusted key the one in the envelope is used: that shows that nothing was edited, not who signed.
    """
    try:
        if envelope["payloadType"] != PAYLOAD_TYPE:
            raise EnvelopeError(f"the payload is of type {envelope['payloadType']}, not {PAYLOAD_TYPE}")
        payload = base64.b64decode(envelope["payload"], validate=True)
        signature = envelope["signatures"][0]
        sig = base64.b64decode(signature["sig"], validate=True)
        key = trusted or serialization.load_pem_public_key(signature["publicKey"].encode())
    except (KeyError, IndexError, TypeError, AttributeError, UnsupportedAlgorithm, binascii.Error, ValueError) as error:
        if isinstance(error, EnvelopeError):
            raise
        raise EnvelopeError(f"it is no certificate: {type(error).__name__}: {error}") from None
    if not isinstance(key, Ed25519PublicKey):
        raise EnvelopeError("the key in it is no Ed25519 key")
    if trusted is not None and signature.get("keyid") != key_id(trusted):
        raise EnvelopeError(
            f"it is signed by key {str(signature.get('keyid'))[:16]}, not by the given one ({key_id(trusted)[:16]})"
        )
    try:
        key.verify(sig, _encoded(payload))
    except InvalidSignature:
        raise EnvelopeError("its signature does not fit: it was edited") from None
    statement = json.loads(payload)
    if not isinstance(statement, dict):
        raise EnvelopeError("it is no certificate: what was signed is no Statement")
    return statement, key_id(key)


def _encoded(payload: bytes) -> bytes:
    """What is signed: DSSE's pre-authentication encoding."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
