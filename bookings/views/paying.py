"""Where a guest pays for a booking, and comes back to from the provider (J1, rules 77-79).

Amounts are the server's: a request carries none. Providers are asked outside any transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.deposits import payment_reference
from bookings.errors import HoldExpired, HoldLimitReached
from bookings.models import Deposit, Reservation
from bookings.presenters.paying import PayState, pay_state, pay_view
from bookings.presenters.receipt import receipt_of
from bookings.presenters.visit import visit_of
from bookings.selectors import manage_token_of, reservation_by_manage_token
from bookings.services import reservation_payment_extend, reservation_payment_settle
from bookings.views.common import actor_of, private_page
from bookings.views.limits import behind_link, limit
from payments.errors import CardRefused, PaymentClosed, ProviderUnavailable
from payments.facts import FactKind
from payments.gateways import registry
from payments.gateways.base import Session
from payments.models import LedgerEntry, Payment
from payments.selectors import payments_of
from payments.services import payment_begin, payment_look_up, payment_pay
from reservehub.core import clock
from reservehub.core.errors import NotFound
from reservehub.core.pages import PageError, go_to, is_fragment, refusals_as_pages, varies

_BEGUN = "bookings_paying"


@dataclass(frozen=True)
class Paying:
    """A booking and the money it asks for.

    :ivar payment: the one that is open, else the latest
    """

    token: str
    reservation: Reservation
    deposit: Deposit
    payment: Payment | None

    def path(self, name: str) -> str:
        return reverse(f"bookings:manage-{name}", args=[self.token])


def pay_path(reservation: Reservation) -> str:
    """The page where a guest pays."""
    return reverse("bookings:manage-pay", args=[manage_token_of(reservation)])


def paying_of(request: HttpRequest, token: str) -> Paying:
    """What a link asks for.

    :raises NotFound: for a link that opens nothing, or a booking that costs nothing
    :raises RateLimited: after many wrong links from one address
    """
    reservation = behind_link(request, lambda: reservation_by_manage_token(token))
    deposit = Deposit.objects.filter(pk=reservation.pk).first()
    if deposit is None:
        raise NotFound
    payments = list(payments_of(payment_reference(reservation.pk)))
    is_open = [payment for payment in payments if payment.status == "open"]
    return Paying(token, reservation, deposit, next(iter([*is_open, *payments]), None))


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@refusals_as_pages
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """What is asked for and on which terms; POST goes on to where the card is given."""
    paying = paying_of(request, token)
    if request.method != "POST":
        return _page(request, paying)
    if paying.payment is None or paying.payment.provider not in registry.OWN_PAGE:
        return go_to(request, paying.path("pay-card"))
    session = _begin(request, paying)
    return session if isinstance(session, HttpResponse) else go_to(request, session.redirect_url)


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@refusals_as_pages
def card(request: HttpRequest, token: str) -> HttpResponse:
    """The same page with the provider's own form in it; POST brings the one-time token of a card,
    where that form makes one. No card comes here.
    """
    paying = paying_of(request, token)
    payment = paying.payment
    if payment is None or payment.provider in registry.OWN_PAGE:
        return go_to(request, paying.path("pay"))
    if request.method == "POST":
        return _pay(request, paying)
    session = _begin(request, paying)
    if isinstance(session, HttpResponse):
        return session
    if session.redirect_url:
        return go_to(request, session.redirect_url)
    response = _page(request, paying, session=session)
    return _allow(request, response, registry.gateway_named(payment.provider).csp)


def _allow(
    request: HttpRequest, response: HttpResponse, sources: Mapping[str, Sequence[str]]
) -> HttpResponse:
    """What the provider's form loads, on this one page."""

    def answer(_request: HttpRequest) -> HttpResponseBase:
        return response

    csp_update({name: list(found) for name, found in sources.items()})(answer)(request)
    return response


def _begin(request: HttpRequest, paying: Paying) -> Session | HttpResponse:
    """A try at the provider, or the page that says why not."""
    now, payment = clock.now(), paying.payment
    state = pay_state(paying.reservation, payment, paying.deposit, now=now)
    if payment is None or state is not PayState.OPEN:
        return go_to(request, paying.path("pay"))
    limit(request, "pay", count=40, seconds=600)
    try:
        session = payment_begin(
            payment_id=payment.pk,
            return_url=settings.RESERVEHUB_BASE_URL + paying.path("pay-back"),
            language=get_language() or "en",
            now=now,
        )
    except PaymentClosed:
        return go_to(request, paying.path("pay-back"))
    except ProviderUnavailable as error:
        return _page(request, paying, errors=[PageError(str(error))], status=error.status)
    _remember(request, payment)
    return session


def _pay(request: HttpRequest, paying: Paying) -> HttpResponse:
    payment = paying.payment
    source = str(request.POST.get("source", ""))
    state = pay_state(paying.reservation, payment, paying.deposit, now=clock.now())
    if payment is None or state is not PayState.OPEN:
        return go_to(request, paying.path("pay"))
    if not 0 < len(source) <= 255:
        return go_to(request, paying.path("pay-card"))
    limit(request, "pay", count=40, seconds=600)
    _remember(request, payment)
    try:
        payment_pay(payment_id=payment.pk, source=source, now=clock.now())
    except CardRefused as error:
        return _page(request, paying, errors=[PageError(str(error))], status=error.status)
    except (PaymentClosed, ProviderUnavailable):
        pass  # the page that comes next finds out
    return go_to(request, paying.path("pay-back"))


@require_POST
@private_page
@refusals_as_pages
def more(request: HttpRequest, token: str) -> HttpResponse:
    """One tap for more time (WCAG 2.2.1)."""
    paying = paying_of(request, token)
    with suppress(HoldExpired, HoldLimitReached):  # the page says how much is left
        reservation_payment_extend(
            reservation_id=paying.reservation.pk, actor=actor_of(request), now=clock.now()
        )
    if is_fragment(request, "time"):
        context = _context(paying_of(request, token))
        return render(request, "pages/parts/pay_time.html", context)
    return go_to(request, paying.path("pay"))


@require_safe
@private_page
@refusals_as_pages
def back(request: HttpRequest, token: str) -> HttpResponse:
    """Back from the provider: ask it what became of the try, and say so."""
    paying = paying_of(request, token)
    if paying.payment is None:
        return go_to(request, paying.path("pay"))
    if "redirectResult" in request.GET and paying.payment.provider not in registry.OWN_PAGE:
        # From the bank's page (Adyen): the provider's form has to finish what it began.
        query = urlencode({"redirectResult": request.GET["redirectResult"]})
        return go_to(request, f"{paying.path('pay-card')}?{query}")
    now = clock.now()
    limit(request, "pay-back", count=200, seconds=600)
    payment = payment_look_up(payment_id=paying.payment.pk, now=now)
    reservation_payment_settle(reservation_id=paying.reservation.pk, now=now)
    paying = paying_of(request, token)
    state = pay_state(paying.reservation, payment, paying.deposit, now=now)
    if state is PayState.OPEN:
        state = _state_of_try(request, payment)
        if state is PayState.OPEN:
            return go_to(request, paying.path("pay"))
    return _page(request, paying, state=state)


# --- Whether a try has ended ----------------------------------------------------------------------


def _refusals(payment: Payment) -> int:
    return LedgerEntry.objects.filter(payment=payment, kind=FactKind.REFUSED.value).count()


def _remember(request: HttpRequest, payment: Payment) -> None:
    """How things stood before the try: what is refused after it was this one."""
    begun = dict(request.session.get(_BEGUN, {}))
    begun[str(payment.pk)] = [payment.attempt, _refusals(payment)]
    request.session[_BEGUN] = begun


def _state_of_try(request: HttpRequest, payment: Payment) -> PayState:
    """Refused, given up (open again), or not known yet."""
    begun = request.session.get(_BEGUN, {}).get(str(payment.pk))
    if begun is None:  # another browser: what was last is all there is
        return PayState.REFUSED if payment.last_refusal else PayState.CHECKING
    attempt, refusals = begun
    if _refusals(payment) > refusals:
        return PayState.REFUSED
    return PayState.OPEN if payment.attempt > attempt else PayState.CHECKING


# --- Pages ----------------------------------------------------------------------------------------


@require_safe
@private_page
@refusals_as_pages
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """What was paid and given back, to be printed.

    :raises NotFound: while nothing has been paid
    """
    paying = paying_of(request, token)
    payments = list(payments_of(payment_reference(paying.reservation.pk)))
    entries = LedgerEntry.objects.filter(payment__in=payments)
    found = receipt_of(paying.reservation.restaurant, payments, entries)
    if found is None:
        raise NotFound
    return render(request, "pages/receipt.html", _context(paying) | {"receipt": found})


def _context(paying: Paying, *, state: PayState | None = None) -> dict[str, Any]:
    now, reservation = clock.now(), paying.reservation
    return {
        "restaurant": reservation.restaurant,
        "visit": visit_of(reservation, now=now),
        "pay": pay_view(
            reservation,
            paying.payment,
            paying.deposit,
            state=state or pay_state(reservation, paying.payment, paying.deposit, now=now),
            now=now,
        ),
        "links": {
            "manage": reverse("bookings:manage", args=[paying.token]),
            "restaurant": reverse("bookings:restaurant", args=[reservation.restaurant.slug]),
            **{
                name: paying.path(f"pay-{name}" if name != "pay" else name)
                for name in ("pay", "card", "more", "back", "receipt")
            },
        },
    }


def _page(
    request: HttpRequest,
    paying: Paying,
    *,
    state: PayState | None = None,
    session: Session | None = None,
    errors: Sequence[PageError] = (),
    status: int = 200,
) -> HttpResponse:
    """The whole page, or the part of it that changes."""
    context = _context(paying, state=state)
    context |= {
        "session": session,
        "element": f"payments/elements/{paying.payment.provider}.html"
        if session and paying.payment
        else "",
        "errors": errors,
        "has_errors": bool(errors) or context["pay"].state is PayState.REFUSED,
        "is_dearer": "dearer" in request.GET,
        "checks": min(_number(request.GET.get("n", "")) + 1, 12),
    }
    is_part = is_fragment(request, "pay")
    template = "pages/parts/pay_response.html" if is_part else "pages/pay.html"
    return varies(render(request, template, context, status=status))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0
