"""Content security policy: strict everywhere, relaxed under the admin site only.

The admin theme evaluates Alpine.js expressions and sets inline styles; no public page does.
"""

from __future__ import annotations

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from reservehub.core.http import is_admin_page


class SiteCSPMiddleware(CSPMiddleware):
    """Sends ``CONTENT_SECURITY_POLICY``; under ``/admin/`` ``CONTENT_SECURITY_POLICY_ADMIN``."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and parts.config is None and is_admin_page(request):
            parts.config = settings.CONTENT_SECURITY_POLICY_ADMIN["DIRECTIVES"]
            parts.nonce = None  # a nonce would make browsers ignore 'unsafe-inline'
        return parts
