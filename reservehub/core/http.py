"""Facts about a request that every door needs."""

from __future__ import annotations

import ipaddress
from typing import Any

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str | None:
    """The address of the caller, as far as it can be trusted.

    ``X-Forwarded-For`` counts only the entries that our own proxies wrote: ``RESERVEHUB_PROXIES``
    of them (0 by default: the header is ignored), as anybody may send the header.
    """
    proxies: int = getattr(settings, "RESERVEHUB_PROXIES", 0)
    address = request.META.get("REMOTE_ADDR", "")
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if proxies and forwarded != [""]:
        address = forwarded[-min(proxies, len(forwarded))]
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None


def caller_of(request: Any) -> str:
    """Whose quota and whose idempotency keys: ``user:7``, ``key:12`` or ``ip:192.0.2.1``.

    :param request: of Django or DRF; ``auth`` with a ``pk`` is an API key
    """
    key = getattr(getattr(request, "auth", None), "pk", None)
    if key is not None:
        return f"key:{key}"
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return f"user:{user.pk}"
    return f"ip:{client_ip(getattr(request, '_request', request)) or 'unknown'}"
