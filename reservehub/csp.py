"""Content security policy: strict everywhere, relaxed under the admin site only.

The admin theme evaluates Alpine.js expressions and sets inline styles; no public page does.
"""

from __future__ import annotations

from functools import cache

from csp.constants import HEADER
from csp.middleware import CheckableLazyObject, CSPMiddleware, PolicyParts
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from reservehub.core.http import is_admin_page


class SiteCSPMiddleware(CSPMiddleware):
    """Sends ``CONTENT_SECURITY_POLICY``; under ``/admin/`` ``CONTENT_SECURITY_POLICY_ADMIN``."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if settings.DEBUG or not _is_plain(request, response):
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, _plain_policy())
        # A nonce asked for from now on would be in no header.
        request.csp_nonce = CheckableLazyObject(self._csp_nonce_post_response)  # type: ignore[attr-defined]
        return response

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and parts.config is None and is_admin_page(request):
            parts.config = settings.CONTENT_SECURITY_POLICY_ADMIN["DIRECTIVES"]
            parts.nonce = None  # a nonce would make browsers ignore 'unsafe-inline'
        return parts


def _is_plain(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether the answer has no nonce and no policy of its own, as all of the API's."""
    return (
        getattr(request, "_csp_nonce", None) is None
        and not any(name.startswith("_csp_") for name in vars(response))
        and not is_admin_page(request)
    )


@cache
def _plain_policy() -> str:
    """Built once: building it takes longer than most of what else surrounds a short answer."""
    return build_policy()
