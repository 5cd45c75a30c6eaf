"""Rate limits of the API, counted in fixed windows in the shared cache.

They fail open: a booking must not be refused because Redis is away.
"""

from __future__ import annotations

import logging
import math
import time
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.core.cache import cache, caches
from django.http import HttpRequest
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from reservehub.core.errors import RateLimited
from reservehub.core.http import caller_of, client_ip

if TYPE_CHECKING:
    # DRF's views import this module through the settings.
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)

_PERIODS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
#: After a failure nothing is counted for so long, or every request would wait for the time-out.
_SECONDS_WITHOUT_CACHE = 5.0


class Quota(NamedTuple):
    """What is left of a limit after this request, below zero if over; ``reset`` in seconds."""

    limit: int
    remaining: int
    reset: int


def throttles_on() -> bool:
    """``RESERVEHUB_THROTTLES`` set to ``off`` (or false) lifts all limits."""
    return getattr(settings, "RESERVEHUB_THROTTLES", True) not in (False, "off")


def parse_rate(rate: str) -> tuple[int, int]:
    """``120/min`` -> (120, 60): requests and seconds."""
    count, _, period = rate.partition("/")
    return int(count), _PERIODS[period[0]]


class _Cache:
    """Counts in the cache; remembers for a moment that it is away."""

    def __init__(self) -> None:
        self._away_until = 0.0

    def count(self, key: str, seconds: int) -> int | None:
        """The number of calls with this key, or ``None`` where it cannot be known."""
        if time.monotonic() < self._away_until:
            return None
        try:
            return self._count(key, seconds)
        except (RedisError, OSError) as error:
            self._away_until = time.monotonic() + _SECONDS_WITHOUT_CACHE
            logger.warning("Rate limits are off while the cache is away: %s", error)
            return None

    def _count(self, key: str, seconds: int) -> int:
        # One round trip; Django's own `incr` asks three times.
        client = caches["default"]._cache.get_client(None, write=True)  # type: ignore[attr-defined]  # noqa: SLF001
        name = cache.make_key(key)
        with client.pipeline(transaction=False) as pipe:
            pipe.incr(name)
            pipe.expire(name, seconds)
            used, _ = pipe.execute()
        return int(used)


_cache = _Cache()


def _take(http: HttpRequest, scope: str, caller: str) -> Quota | None:
    """Count one request of a caller; ``None`` where there is no limit or nothing can be known."""
    rate = (api_settings.DEFAULT_THROTTLE_RATES or {}).get(scope)
    if not rate or not throttles_on():
        return None
    limit, seconds = parse_rate(str(rate))
    now = time.time()
    window = int(now // seconds)
    used = _cache.count(f"throttle:{scope}:{caller}:{window}", seconds + 1)
    if used is None:
        return None
    quota = Quota(limit, limit - used, math.ceil((window + 1) * seconds - now))
    known: Quota | None = getattr(http, "rate_limit_quota", None)
    if known is None or quota.remaining < known.remaining:
        http.rate_limit_quota = quota  # type: ignore[attr-defined]
    return quota


def count_request(request: HttpRequest, *, scope: str, caller: str = "") -> None:
    """The same for views that do without DRF's throttles; per address unless a ``caller`` is named.

    :raises RateLimited: with ``retry_after``
    """
    quota = _take(request, scope, caller or f"ip:{client_ip(request) or 'unknown'}")
    if quota is not None and quota.remaining < 0:
        raise RateLimited(retry_after=quota.reset)


class ScopedThrottle(BaseThrottle):
    """Limits each caller to ``DEFAULT_THROTTLE_RATES[scope]``; no such rate, no limit.

    The scope is the class's, or the view's ``throttle_scope``.
    """

    scope: str = ""

    def allow_request(self, request: Request, view: APIView) -> bool:
        scope = self.scope or getattr(view, "throttle_scope", "")
        if not self.applies_to(request):
            return True
        quota = _take(request._request, scope, caller_of(request))  # noqa: SLF001 - the middleware's
        if quota is None:
            return True
        self._reset = quota.reset
        return quota.remaining >= 0

    def applies_to(self, request: Request) -> bool:  # noqa: ARG002 - for subclasses
        return True

    def wait(self) -> float:
        return self._reset


class AnonThrottle(ScopedThrottle):
    """Per address, for callers who are not logged in."""

    scope = "anon"

    def applies_to(self, request: Request) -> bool:
        return caller_of(request).startswith("ip:")


class UserThrottle(ScopedThrottle):
    """Per account or API key."""

    scope = "user"

    def applies_to(self, request: Request) -> bool:
        return not caller_of(request).startswith("ip:")
