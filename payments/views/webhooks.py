"""``/webhooks/payments/<provider>/``: where providers report what happened to money.

Only the name of the provider is logged: everything else here is about somebody.
"""

from __future__ import annotations

import logging

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseForbidden,
    HttpResponseNotFound,
    UnreadablePostError,
)
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments import services
from payments.gateways import registry
from payments.gateways.base import BadSignature, Malformed
from reservehub.core import clock

LARGEST_BODY = 1024 * 1024
"""Events of providers are a few kilobytes."""
_log = logging.getLogger(__name__)


@csrf_exempt
@never_cache
@require_POST
def provider_webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Verify, read, write down, and answer as the provider expects; it is handled afterwards.

    A fault of ours is a 500, so that the provider tries again.
    """
    webhook = registry.webhook_named(provider)
    if webhook is None:
        return HttpResponseNotFound()
    if _length_of(request) > LARGEST_BODY:
        return HttpResponse(status=413)
    try:
        incoming = webhook.read(request)
    except BadSignature:
        _log.warning("refused a webhook of payments", extra={"provider": provider})
        return HttpResponseForbidden()
    except (Malformed, UnreadablePostError):
        _log.warning("cannot read a webhook of payments", extra={"provider": provider})
        return HttpResponseBadRequest()
    services.notices_receive(provider=provider, notices=incoming.notices, now=clock.now())
    return incoming.response


def _length_of(request: HttpRequest) -> int:
    """What the request says; a body without a length is not read at all."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdigit() else LARGEST_BODY + 1
