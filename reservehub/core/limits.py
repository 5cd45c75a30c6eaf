"""Limits for pages that could be used to guess: fixed windows in the shared cache, failing open."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

from reservehub.core import clock
from reservehub.core.errors import NotFound, RateLimited
from reservehub.core.http import client_ip

T = TypeVar("T")


def limit(request: HttpRequest, scope: str, *, count: int, seconds: int) -> None:
    """Count this request of this address.

    :raises RateLimited: for more than `count` in a window; `retry_after` is in seconds
    """
    limit_address(client_ip(request), scope, count=count, seconds=seconds)


def behind_link(request: HttpRequest, find: Callable[[], T]) -> T:
    """What a secret link leads to; wrong links are counted, so that none can be guessed.

    :param find: raises NotFound for a link that opens nothing
    :raises NotFound: as `find`
    :raises RateLimited: after many wrong links from one address
    """
    try:
        return find()
    except NotFound:
        limit(request, "links", count=30, seconds=600)
        raise


def limit_address(address: str | None, scope: str, *, count: int, seconds: int) -> None:
    """The same for what is no request, such as a socket; both count together.

    :raises RateLimited: as `limit`
    """
    if not getattr(settings, "RESERVEHUB_THROTTLES", True):
        return
    window, passed = divmod(int(clock.now().timestamp()), seconds)
    used = _count(f"pages:{scope}:{address or 'unknown'}:{window}", seconds)
    if used > count:
        raise RateLimited(retry_after=seconds - passed)


def _count(key: str, seconds: int) -> int:
    try:
        if cache.add(key, 1, timeout=seconds + 1):
            return 1
        return cache.incr(key)
    except ValueError:
        return 1  # it ran out between the two calls
    except (RedisError, OSError):
        return 0  # nobody is turned away because the cache is
