"""Headers that outlive the view."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from reservehub.core.api.throttling import Quota


class RateLimitHeaders(MiddlewareMixin):
    """``RateLimit-Limit``, ``-Remaining`` and ``-Reset`` (seconds) wherever a limit was counted."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        quota: Quota | None = getattr(request, "rate_limit_quota", None)
        if quota is not None:
            response.headers["RateLimit-Limit"] = str(quota.limit)
            response.headers["RateLimit-Remaining"] = str(max(0, quota.remaining))
            response.headers["RateLimit-Reset"] = str(quota.reset)
        return response
