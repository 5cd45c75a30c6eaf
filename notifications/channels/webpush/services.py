"""Which push services we send to.

An endpoint comes from the guest's browser, or from whoever pretends to be one: without this list
anybody could have our servers call any address, inside our network too.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings


def is_push_service(endpoint: str) -> bool:
    """Whether the endpoint belongs to one of ``WEBPUSH_SERVICES``.

    An entry is a host, with a leading dot a domain with all hosts below; ``http://`` before it
    allows an unencrypted one, for stand-ins on this machine.
    """
    try:
        parts = urlsplit(endpoint)
        host, is_plain = parts.hostname or "", parts.scheme == "http"
        has_odd_port = parts.port not in (None, 443)
    except ValueError:
        return False
    if not host or parts.username is not None or parts.scheme not in ("http", "https"):
        return False
    if is_plain:
        return f"http://{host}" in settings.WEBPUSH_SERVICES
    return not has_odd_port and any(
        host.endswith(entry) if entry.startswith(".") else host == entry
        for entry in settings.WEBPUSH_SERVICES
    )
