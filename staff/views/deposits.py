"""When a booking costs money: the account, the rules in plain words, and trying them out (J1)."""

from __future__ import annotations

from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bookings.availability import Channel, Query
from bookings.availability import answer as answer_day
from bookings.deposits import Booking
from bookings.loading import load_days
from bookings.models import DepositRule, Source
from bookings.selectors.deposit_rules import deposit_rules_of
from bookings.services.deposit_rules import deposit_rule_delete, deposit_rule_save
from payments.models import PaymentAccount
from reservehub.core.errors import NotFound
from reservehub.core.pages import errors_of, go_to
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.forms.deposits import AccountForm, DepositRuleForm, TryForm
from staff.forms.settings import SettingForm
from staff.presenters.deposits import (
    account_line,
    offered_providers,
    provider_problems,
    rule_lines,
    rule_words,
    try_rules,
)
from staff.views.settings_kinds import KINDS

_BY_PARTNER = frozenset({Source.GOOGLE, Source.THEFORK, Source.PARTNER_API})
"""Only rules that name the channel hold."""
_BY_STAFF = frozenset({Source.PHONE, Source.STAFF})


@require_GET
@desk_view(Capability.CONFIGURE)
def overview(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The account, the rules, and what a booking would cost."""
    rows = list(deposit_rules_of(desk.restaurant))
    context: dict[str, Any] = {
        "account": account_line(_account(desk)),
        "lines": rule_lines(rows, desk.restaurant),
        "has_active": any(row.is_active for row in rows),
        "trial": None,
    }
    form = _try_form(request, desk)
    status = 200
    if "guests" in request.GET:
        if form.is_valid():
            booking, is_start = _booking(desk, form.cleaned_data)
            context |= {
                "trial": try_rules(rows, booking, desk.restaurant),
                "is_start": is_start,
                "is_by_staff": booking.source in _BY_STAFF,
            }
        else:
            status = 422
    return _show(request, desk, "overview.html", context | {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.CONFIGURE)
def account(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Which provider, and which account there."""
    stored = _account(desk) or PaymentAccount(restaurant=desk.restaurant)
    form = AccountForm(
        request.POST if request.method == "POST" else None,
        instance=stored,
        restaurant=desk.restaurant,
        providers=offered_providers(),
    )
    context = {"problems": provider_problems()}
    return _edit(request, desk, "account.html", form, context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.CONFIGURE)
def add(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A new rule."""
    return _rule(request, desk, DepositRule(restaurant=desk.restaurant))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.CONFIGURE)
def edit(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Another price or other conditions; bookings that were made keep their terms."""
    return _rule(request, desk, _row(desk, pk))


@require_POST
@desk_view(Capability.CONFIGURE)
def switch(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """On or off, as the button said: a second tap changes nothing."""
    row = _row(desk, pk)
    row.is_active = request.POST.get("on") == "1"
    deposit_rule_save(rule=row, actor=desk.actor, now=desk.now)
    said = _("“%(name)s” is in use.") if row.is_active else _("“%(name)s” is no longer in use.")
    messages.success(request, said % {"name": row.name})
    return go_to(request, _url(desk, "settings-deposits"))


@require_POST
@desk_view(Capability.CONFIGURE)
def delete(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Take a rule away; bookings that were made keep their terms."""
    row = _row(desk, pk)
    name = row.name
    deposit_rule_delete(rule=row, actor=desk.actor, now=desk.now)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": name})
    return go_to(request, _url(desk, "settings-deposits"))


def _rule(request: HttpRequest, desk: Desk, row: DepositRule) -> HttpResponse:
    form = DepositRuleForm(
        request.POST if request.method == "POST" else None,
        instance=row,
        restaurant=desk.restaurant,
    )
    stored = _row(desk, row.pk) if row.pk else None
    context = {
        "row": stored,
        "words": rule_words(stored, desk.restaurant) if stored is not None else "",
    }
    return _edit(request, desk, "rule.html", form, context)


def _edit(
    request: HttpRequest, desk: Desk, template: str, form: SettingForm, context: dict[str, Any]
) -> HttpResponse:
    status = form.stored(actor=desk.actor, now=desk.now)
    if status == 303:
        messages.success(request, _("Saved."))
        return go_to(request, _url(desk, "settings-deposits"))
    return _show(request, desk, template, context | {"form": form}, status=status)


def _try_form(request: HttpRequest, desk: Desk) -> TryForm:
    today = desk.now.astimezone(ZoneInfo(desk.restaurant.timezone)).date()
    asked = {"date": today.isoformat(), "time": "19:00", "guests": "6", "source": Source.WEB}
    if "guests" in request.GET:
        return TryForm(request.GET, restaurant=desk.restaurant)
    return TryForm(initial=asked, restaurant=desk.restaurant)


def _booking(desk: Desk, asked: dict[str, Any]) -> tuple[Booking, bool]:
    """What the rules look at, and whether a booking can start then at all."""
    period = _period_at(desk, asked["date"], asked["time"], asked["guests"])
    booking = Booking(
        party_size=asked["guests"],
        service_date=asked["date"],
        service_period_id=period,
        area_id=asked["area"],
        source=asked["source"],
        is_by_guest=asked["source"] not in _BY_PARTNER,
    )
    return booking, period is not None


def _period_at(desk: Desk, day: date, at: time, guests: int) -> int | None:
    """The service in which a visit would start; None where none does."""
    (loaded,) = load_days(desk.restaurant, [day], now=desk.now)
    query = Query(party_size=guests, now=desk.now, channel=Channel.IN_HOUSE)
    slots = answer_day(loaded.service, query)
    return next((slot.period_id for slot in slots if slot.local_time.time() == at), None)


def _account(desk: Desk) -> PaymentAccount | None:
    return PaymentAccount.objects.filter(restaurant=desk.restaurant).first()


def _row(desk: Desk, pk: int) -> DepositRule:
    """:raises NotFound: also for rules of other restaurants"""
    found = deposit_rules_of(desk.restaurant).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _url(desk: Desk, name: str, *args: int) -> str:
    return reverse(f"staff:{name}", args=[desk.restaurant.slug, *args])


def _show(
    request: HttpRequest, desk: Desk, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    form = context["form"]
    errors = errors_of(form) if form.is_bound else []
    frame = {
        "kinds": KINDS.values(),
        "current": "deposits",
        "errors": errors,
        "has_errors": bool(errors),
    }
    return show(
        request,
        desk,
        f"staff/deposits/{template}",
        frame | context,
        section="settings",
        status=status,
    )
