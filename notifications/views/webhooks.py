"""``/webhooks/<provider>/``: where providers report what became of messages and who wrote back.

Only the name of the provider and numbers are logged: everything else here is about somebody.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseForbidden,
    HttpResponseNotAllowed,
    HttpResponseNotFound,
    UnreadablePostError,
)
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from notifications import services
from notifications.channels.base import (
    BadSignature,
    Incoming,
    Malformed,
    OptOutNotice,
    Webhook,
)
from notifications.channels.registry import webhook_named
from notifications.tasks import report_later
from reservehub.core import clock

LARGEST_BODY = 1024 * 1024
"""SendGrid's batches, the largest there are, stay well below."""
_log = logging.getLogger(__name__)


@csrf_exempt
@never_cache
def provider_webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Verify, read, write down, and answer as the provider expects.

    A fault of ours is a 500, so that the provider tries again.
    """
    webhook = webhook_named(provider)
    if webhook is None:
        return HttpResponseNotFound()
    if request.method not in webhook.methods:
        return HttpResponseNotAllowed(webhook.methods)
    if _length_of(request) > LARGEST_BODY:
        return HttpResponse(status=413)
    incoming = _read(webhook, request)
    if isinstance(incoming, HttpResponse):
        return incoming
    _record(webhook, incoming, clock.now())
    return incoming.response


def _read(webhook: Webhook, request: HttpRequest) -> Incoming | HttpResponse:
    """What the request says, or the refusal to believe or to understand it."""
    try:
        return webhook.read(request)
    except BadSignature as error:
        _log.warning("refused a request: %s", error, extra={"provider": webhook.provider})
        return HttpResponseForbidden()
    except Malformed as error:
        _log.warning("cannot read a request: %s", error, extra={"provider": webhook.provider})
        return HttpResponseBadRequest()
    except UnreadablePostError:
        return HttpResponseBadRequest()


def _length_of(request: HttpRequest) -> int:
    """What the request says; a body without a length is not read at all."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdigit() else LARGEST_BODY + 1


def _record(webhook: Webhook, incoming: Incoming, now: datetime) -> None:
    """Each on its own: a repetition of the request finds done what is done."""
    for report in incoming.reports:
        if not services.report_record(provider=webhook.provider, report=report, now=now):
            report_later(provider=webhook.provider, report=report)
    for inbound in incoming.inbound:
        services.inbound_record(
            provider=webhook.provider, channel=webhook.channel, inbound=inbound, now=now
        )
    for notice in incoming.opt_outs:
        # Refusing campaigns refuses no message about a table (rule 105).
        if notice.address and not notice.is_marketing:
            _note(webhook, notice, now)


def _note(webhook: Webhook, notice: OptOutNotice, now: datetime) -> None:
    if notice.is_withdrawn:
        services.opt_in(channel=webhook.channel, address=notice.address)
    else:
        services.opt_out(
            channel=webhook.channel, address=notice.address, reason=notice.reason, now=now
        )
