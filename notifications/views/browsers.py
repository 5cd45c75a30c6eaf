"""Notifications in the guest's browser: its subscription, and the worker that shows them."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from bookings.views.common import private_page
from bookings.views.limits import limit
from bookings.views.manage import reservation_of
from notifications.errors import TooManyContacts
from notifications.presenters.guest import settings_of
from notifications.services.browsers import browser_connect, browser_forget, browser_renew
from notifications.views.guest import panel_page
from reservehub.core import clock
from reservehub.core.errors import DomainError, NotFound, ValidationFailed
from reservehub.core.pages import refusals_as_pages


@require_POST
@private_page
@refusals_as_pages
def push_on(request: HttpRequest, token: str) -> HttpResponse:
    """Notify in this browser: its subscription comes as `endpoint`, `p256dh` and `auth`."""
    reservation = reservation_of(request, token)
    limit(request, "messages", count=60, seconds=600)
    if reservation.guest_id is None or not settings_of(reservation).push_key:
        raise NotFound
    try:
        browser_connect(
            guest_id=reservation.guest_id,
            endpoint=request.POST.get("endpoint", ""),
            keys=_keys(request),
            now=clock.now(),
        )
    except TooManyContacts as error:
        return panel_page(request, reservation, token, error=error)
    except ValidationFailed:
        refusal = ValidationFailed(_("This browser's notifications cannot be used here."))
        return panel_page(request, reservation, token, error=refusal)
    said = _("This browser will notify you.")
    return panel_page(request, reservation, token, said=said)


@require_POST
@private_page
@refusals_as_pages
def push_off(request: HttpRequest, token: str) -> HttpResponse:
    """No more notifications of these bookings in this browser."""
    reservation = reservation_of(request, token)
    limit(request, "messages", count=60, seconds=600)
    if reservation.guest_id is None:
        raise NotFound
    browser_forget(
        guest_id=reservation.guest_id,
        endpoint=request.POST.get("endpoint", ""),
        now=clock.now(),
    )
    said = _("This browser will not notify you any more.")
    return panel_page(request, reservation, token, said=said)


@csrf_exempt  # sent by the worker, which knows no page; the old endpoint is the secret
@require_POST
def push_renew(request: HttpRequest) -> HttpResponse:
    """The push service has replaced a subscription."""
    try:
        limit(request, "renewals", count=30, seconds=600)
        browser_renew(
            old_endpoint=request.POST.get("old", ""),
            endpoint=request.POST.get("endpoint", ""),
            keys=_keys(request),
            now=clock.now(),
        )
    except DomainError as error:
        return JsonResponse({"code": error.code}, status=error.status)
    return HttpResponse(status=204)  # the same whether it was known: nothing can be probed


def _keys(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in ("p256dh", "auth")}


@require_GET
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The worker, at the root, as it may only act for pages below its own address."""
    return HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")


@cache
def _worker() -> bytes:
    return (settings.BASE_DIR / "static" / "js" / "sw.js").read_bytes()
