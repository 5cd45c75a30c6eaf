"""The simulator's pages: the guest's, and a desk for whoever plays the bank afterwards."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from payments.facts import Mode
from payments.gateways.base import Refused
from payments.gateways.simulator import guest
from payments.gateways.simulator.forms import PayForm
from payments.gateways.simulator.guest import Bank, Told
from payments.gateways.simulator.presenter import money_text, page_view
from payments.models import SimulatedPayment
from reservehub.core import clock
from reservehub.core.errors import NotFound
from reservehub.core.limits import behind_link
from reservehub.core.pages import PageError, private_page, refusals_as_pages

SHOWN = 50


def _check_on() -> None:
    """:raises Http404: outside development, so that nobody learns of it"""
    if not settings.RESERVEHUB_PAYMENT_SIMULATOR:
        raise Http404


def _payment(request: HttpRequest, secret: str) -> SimulatedPayment:
    """:raises NotFound: for an address that opens nothing"""
    _check_on()

    def find() -> SimulatedPayment:
        payment = guest.payment_behind(secret)
        if payment is None:
            raise NotFound
        return payment

    return behind_link(request, find)


def _see_other(url: str) -> HttpResponse:
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response


def _page(
    request: HttpRequest,
    payment: SimulatedPayment,
    template: str,
    *,
    errors: tuple[PageError, ...] = (),
    status: int = 200,
) -> HttpResponse:
    # The merchant names the language of the page, as with every provider.
    with translation.override(payment.language):
        chosen = {name: request.GET[name] for name in ("told",) if name in request.GET}
        context = {
            "view": page_view(payment, now=clock.now(), **chosen),
            "links": {
                name: reverse(f"simulator:{name}", args=[payment.secret])
                for name in ("page", "challenge", "dispute", "decide")
            },
            "told": chosen.get("told", ""),
            "errors": errors,
            "has_errors": bool(errors),
        }
        return render(request, template, context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@refusals_as_pages
def page(request: HttpRequest, secret: str) -> HttpResponse:
    """The card form without a card: the guest chooses what the bank does."""
    payment = _payment(request, secret)
    if request.method != "POST":
        return _page(request, payment, "payments/simulator/page.html")
    if request.POST.get("do") == "leave":
        guest.guest_leaves(secret=secret, now=clock.now())
        return _see_other(payment.return_url)
    form = PayForm(request.POST, mode=Mode(payment.mode))
    if not form.is_valid():
        errors = (PageError(_("Choose what the bank does, and how it is told.")),)
        return _page(request, payment, "payments/simulator/page.html", errors=errors, status=422)
    bank, told = form.chosen_bank, form.chosen_told
    if bank is Bank.CHALLENGE:
        query = urlencode({"told": told.value})
        return _see_other(f"{reverse('simulator:challenge', args=[secret])}?{query}")
    guest.guest_pays(secret=secret, bank=bank, told=told, now=clock.now())
    return _see_other(payment.return_url)


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@refusals_as_pages
def challenge(request: HttpRequest, secret: str) -> HttpResponse:
    """3-D Secure: the bank's own page, where the guest proves who they are."""
    payment = _payment(request, secret)
    if request.method != "POST":
        return _page(request, payment, "payments/simulator/challenge.html")
    if request.POST.get("do") == "pass":
        word = str(request.POST.get("told", ""))
        told = Told(word) if word in list(Told) else Told.AT_ONCE
        guest.guest_pays(secret=secret, bank=Bank.CHALLENGE, told=told, now=clock.now())
    else:
        guest.guest_fails(secret=secret, now=clock.now())
    return _see_other(payment.return_url)


@require_POST
@private_page
@refusals_as_pages
def dispute(request: HttpRequest, secret: str) -> HttpResponse:
    """The cardholder asks the bank for the money back."""
    payment = _payment(request, secret)
    try:
        guest.dispute_open(secret=secret, now=clock.now())
    except Refused:
        errors = (PageError(_("There is nothing to dispute.")),)
        return _page(request, payment, "payments/simulator/page.html", errors=errors, status=409)
    return _see_other(reverse("simulator:page", args=[secret]))


@require_POST
@private_page
@refusals_as_pages
def decide(request: HttpRequest, secret: str) -> HttpResponse:
    """The bank decides about a dispute."""
    _payment(request, secret)
    is_won = request.POST.get("do") == "won"
    guest.dispute_decide(secret=secret, is_won=is_won, now=clock.now())
    return _see_other(reverse("simulator:page", args=[secret]))


@require_GET
@private_page
def desk(request: HttpRequest) -> HttpResponse:
    """The newest payments, to dispute one of them or to look what moved. Only for the demo, whose
    guests are invented, and for administrators.

    :raises Http404: so that nobody learns of it
    """
    _check_on()
    user = request.user
    is_admin = user.is_authenticated and user.is_active and user.is_superuser
    if not (settings.DEBUG or settings.RESERVEHUB_DEMO or is_admin):
        raise Http404
    payments = SimulatedPayment.objects.select_related("card")[:SHOWN]
    rows = [
        {
            "url": reverse("simulator:page", args=[payment.secret]),
            "view": page_view(payment, now=clock.now()),
            "amount": money_text(payment.amount) if payment.amount_minor else "",
        }
        for payment in payments
    ]
    return render(request, "payments/simulator/desk.html", {"rows": rows})
