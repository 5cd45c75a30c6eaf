"""Signed as Stripe signs: ``t=<unix time>,v1=<HMAC-SHA256 of "<t>.<body>">``."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings

from payments.gateways.base import BadSignature

HEADER = "Simulator-Signature"
TOLERANCE = timedelta(minutes=5)


def sign(body: bytes, *, now: datetime) -> str:
    """The header for a body sent now."""
    stamp = int(now.timestamp())
    return f"t={stamp},v1={_digest(stamp, body)}"


def verify(header: str, body: bytes, *, now: datetime) -> None:
    """:raises BadSignature: for another body or key, or more than five minutes from now"""
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    stamp = parts.get("t", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 13):
        raise BadSignature("no timestamp")
    if not hmac.compare_digest(_digest(int(stamp), body), parts.get("v1", "")):
        raise BadSignature("another signature")
    if abs(now.timestamp() - int(stamp)) > TOLERANCE.total_seconds():
        raise BadSignature("too old")


def _digest(stamp: int, body: bytes) -> str:
    key = hashlib.sha256(f"payments.simulator:{settings.SECRET_KEY}".encode()).digest()
    return hmac.new(key, b"%d.%s" % (stamp, body), hashlib.sha256).hexdigest()
