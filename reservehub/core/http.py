"""Facts about a request that every door needs."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


def client_ip(request: HttpRequest) -> str | None:
    """The address of the caller, as far as it can be trusted.

    ``X-Forwarded-For`` counts only the entries that our own proxies wrote: ``RESERVEHUB_PROXIES``
    of them (0 by default: the header is ignored), as anybody may send the header.
    """
    return trusted_address(
        request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", "")
    )


def scope_ip(scope: Mapping[str, Any]) -> str | None:
    """The same of an ASGI scope, which sockets have instead of a request."""
    header = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
    client = scope.get("client") or ("", 0)
    return trusted_address(str(client[0]), header.decode("latin-1"))


def trusted_address(address: str, forwarded_for: str) -> str | None:
    """The caller of a connection from `address` with this `X-Forwarded-For`."""
    proxies: int = getattr(settings, "RESERVEHUB_PROXIES", 0)
    forwarded = [part.strip() for part in forwarded_for.split(",")]
    if proxies and forwarded != [""]:
        address = forwarded[-min(proxies, len(forwarded))]
    return _written_as_usual(address)


@lru_cache(maxsize=4096)
def _written_as_usual(address: str) -> str | None:
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None


def is_admin_page(request: HttpRequest) -> bool:
    """Whether the administration is asked, for what is asked of every request."""
    return request.path_info.startswith(_admin_root())


@cache
def _admin_root() -> str:
    return reverse("admin:index")


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
