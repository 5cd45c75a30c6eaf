"""The pair of keys by which push services know this site (VAPID, RFC 8292)."""

from __future__ import annotations

import base64
from datetime import timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid

from reservehub.core import clock
from reservehub.core.needs import setting

_VALID_FOR = timedelta(hours=12)


def make_pair() -> tuple[str, str]:
    """A new private key for ``VAPID_PRIVATE_KEY``, and its public half; both base64url."""
    private = ec.generate_private_key(ec.SECP256R1())
    raw = private.private_numbers().private_value.to_bytes(32, "big")
    return _text(raw), _public_text(private.public_key())


def public_key() -> str:
    """What browsers need for subscribing (``applicationServerKey``); empty without a private key.

    :raises ValueError: if the private key is none
    """
    if not setting("VAPID_PRIVATE_KEY"):
        return ""
    return _public_text(_vapid().public_key)


def authorization(endpoint: str) -> dict[str, str]:
    """The header that tells the push service of this endpoint who we are.

    :raises ValueError: if the private key is none
    """
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "sub": settings.VAPID_SUBJECT,
        "exp": int((clock.now() + _VALID_FOR).timestamp()),
    }
    return {"Authorization": str(_vapid().sign(claims)["Authorization"])}


def _vapid() -> Vapid:
    key = settings.VAPID_PRIVATE_KEY
    try:
        raw = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
    except ValueError:
        raise ValueError("VAPID_PRIVATE_KEY is not base64url") from None
    if len(raw) != 32:
        raise ValueError("VAPID_PRIVATE_KEY has not 32 bytes")
    return Vapid(ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1()))


def _public_text(key: ec.EllipticCurvePublicKey) -> str:
    return _text(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
