"""The page of one booking behind its link, and its one-tap answers (C6, C10, rules 72, 76)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bookings.deposits import payment_reference
from bookings.ics import calendar_file
from bookings.models import Reservation
from bookings.presenters.paying import DepositView, deposit_view
from bookings.presenters.profile import map_url
from bookings.presenters.visit import (
    LATE_CHOICES,
    calendar_title,
    google_url,
    outlook_url,
    visit_of,
)
from bookings.selectors import (
    manage_token_of,
    reservation_by_manage_token,
    reservation_by_view_token,
    view_token_of,
)
from bookings.services import reservation_reconfirm, reservation_running_late
from bookings.services.deposits.records import has_deposit
from bookings.views.common import actor_of, private_page
from bookings.views.limits import behind_link
from payments.selectors import payments_of
from reservehub.core import clock
from reservehub.core.errors import DomainError, NotFound
from reservehub.core.pages import PageError, go_to, is_fragment, refusals_as_pages, varies


def reservation_of(request: HttpRequest, token: str) -> Reservation:
    """The booking of a manage link.

    :raises NotFound: for a link that opens nothing
    :raises RateLimited: after many wrong links from one address
    """
    return behind_link(request, lambda: reservation_by_manage_token(token))


def manage_links(reservation: Reservation) -> dict[str, str]:
    """Every address around a booking, for its owner."""
    token = manage_token_of(reservation)
    path = reverse("bookings:manage", args=[token])
    url = settings.RESERVEHUB_BASE_URL + path
    return {
        "manage": path,
        "url": url,
        **{
            name.removeprefix("pay-"): reverse(f"bookings:manage-{name}", args=[token])
            for name in ("ics", "change", "cancel", "late", "reconfirm", "pay", "pay-receipt")
        },
        "page": path,
        "view": reverse("bookings:view", args=[view_token_of(reservation)]),
        "restaurant": reverse("bookings:restaurant", args=[reservation.restaurant.slug]),
        "map": map_url(reservation.restaurant),
        "google": google_url(reservation, manage_url=url),
        "outlook": outlook_url(reservation, manage_url=url),
    }


def manage_context(reservation: Reservation, *, with_qr: bool = False) -> dict[str, Any]:
    """What every page of the booking prints."""
    links = manage_links(reservation)
    qr = _qr(links["url"]) if with_qr else ""
    return {
        "restaurant": reservation.restaurant,
        "visit": visit_of(reservation, now=clock.now(), qr=qr),
        "links": links,
    }


def _qr(url: str) -> str:
    svg = segno.make(url, error="m").svg_inline(
        omitsize=True, border=0, svgclass="size-28", lineclass=None, title=_("QR code of this page")
    )
    return mark_safe(svg)  # noqa: S308 - made by segno from our own address


@require_GET
@private_page
@refusals_as_pages
def manage(request: HttpRequest, token: str) -> HttpResponse:
    """The booking: its state in words and everything that can be done with it."""
    return manage_page(request, reservation_of(request, token))


def manage_page(
    request: HttpRequest,
    reservation: Reservation,
    *,
    errors: Sequence[PageError] = (),
    status: int = 200,
) -> HttpResponse:
    """The page, also with a refusal on top."""
    context = manage_context(reservation, with_qr=True)
    context |= {
        "errors": errors,
        "has_errors": bool(errors),
        "manage_token": manage_token_of(reservation),
        "reservation": reservation,
        "has_record": reservation.guest_id is not None,
        "deposit": _deposit(reservation),
    }
    return _page(request, context, status=status)


def _deposit(reservation: Reservation) -> DepositView | None:
    if not has_deposit(reservation):
        return None
    payments = list(payments_of(payment_reference(reservation.pk)))
    return deposit_view(reservation, payments, now=clock.now())


def _page(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The whole page, or the booking alone for a page that follows it."""
    is_part = is_fragment(request, "visit")
    template = "pages/parts/visit_response.html" if is_part else "pages/manage.html"
    return varies(render(request, template, context, status=status))


def refused(request: HttpRequest, token: str, error: DomainError) -> HttpResponse:
    """The booking as it is now, with the reason why something was refused."""
    errors = [PageError(str(error))]
    return manage_page(request, reservation_of(request, token), errors=errors, status=error.status)


@require_GET
@private_page
@refusals_as_pages
def view(request: HttpRequest, token: str) -> HttpResponse:
    """For the other guests of the party: where and when, nothing to press (rule 76)."""
    reservation = behind_link(request, lambda: reservation_by_view_token(token))
    url = settings.RESERVEHUB_BASE_URL + reverse("bookings:view", args=[token])
    context = {
        "restaurant": reservation.restaurant,
        "visit": visit_of(reservation, now=clock.now(), can_manage=False),
        "links": {
            "page": reverse("bookings:view", args=[token]),
            "ics": reverse("bookings:view-ics", args=[token]),
            "map": map_url(reservation.restaurant),
            "google": google_url(reservation, manage_url=url),
            "outlook": outlook_url(reservation, manage_url=url),
            "restaurant": reverse("bookings:restaurant", args=[reservation.restaurant.slug]),
        },
    }
    return _page(request, context)


@require_GET
@private_page
@refusals_as_pages
def ics(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar file of the booking."""
    reservation = reservation_of(request, token)
    return _ics(reservation, url=manage_links(reservation)["url"])


@require_GET
@private_page
@refusals_as_pages
def view_ics(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001
    """The same for somebody who may only look."""
    url = settings.RESERVEHUB_BASE_URL + reverse("bookings:view", args=[token])
    return _ics(reservation_by_view_token(token), url=url)


def _ics(reservation: Reservation, *, url: str) -> HttpResponse:
    body = calendar_file(
        reservation,
        title=calendar_title(reservation),
        manage_url=url,
        base_url=settings.RESERVEHUB_BASE_URL,
        now=clock.now(),
    )
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8; method=PUBLISH")
    response["Content-Disposition"] = f'attachment; filename="{reservation.reference}.ics"'
    return response


@require_POST
@private_page
@refusals_as_pages
def late(request: HttpRequest, token: str) -> HttpResponse:
    """“Running late”: 10 or 20 minutes (rule 65)."""
    reservation = reservation_of(request, token)
    text = str(request.POST.get("minutes", ""))
    minutes = int(text) if text in {str(choice) for choice in LATE_CHOICES} else LATE_CHOICES[0]
    try:
        reservation_running_late(
            reservation_id=reservation.pk,
            minutes=minutes,
            actor=actor_of(request),
            now=clock.now(),
        )
    except NotFound:
        raise
    except DomainError as error:
        return refused(request, token, error)
    return go_to(request, reverse("bookings:manage", args=[token]))


@require_POST
@private_page
@refusals_as_pages
def reconfirm(request: HttpRequest, token: str) -> HttpResponse:
    """“Yes, we are coming” (rule 104)."""
    reservation = reservation_of(request, token)
    try:
        reservation_reconfirm(
            reservation_id=reservation.pk, actor=actor_of(request), now=clock.now()
        )
    except NotFound:
        raise
    except DomainError as error:
        return refused(request, token, error)
    return go_to(request, reverse("bookings:manage", args=[token]))
