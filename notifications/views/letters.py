"""Showing a letter inside a page without letting it do anything there."""

from __future__ import annotations

from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.http import HttpResponse

POLICY = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": ["data:"],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}
"""No script, no form, nothing fetched, an origin of its own; links open in a new window."""


def letter_response(html: str) -> HttpResponse:
    """A letter as a document of its own, to be framed by our pages only."""
    page = html.replace("<head>", '<head><base target="_blank">', 1)
    response = HttpResponse(page or "<!DOCTYPE html><title>—</title>")
    response._csp_config = POLICY  # type: ignore[attr-defined]  # noqa: SLF001 - as csp.decorators does
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response
