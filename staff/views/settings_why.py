"""Why is 19:30 not free? Every slot of a day, and what stands against it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from bookings.availability import Channel, Detail, Query, Reason, SlotAnswer, explain
from bookings.availability import answer as answer_day
from bookings.loading import LoadedDay, load_days
from reservehub.core.pages import errors_of
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.forms.base import HouseForm
from staff.forms.fields import calendar, clock
from staff.presenters.reasons import Why, why
from staff.views.settings_kinds import KINDS


class WhyForm(HouseForm):
    date = forms.DateField(label=_("Day"), widget=calendar())
    time = forms.TimeField(label=_("Time"), widget=clock(), required=False)
    guests = forms.IntegerField(label=_("Guests"), min_value=1, max_value=500)
    channel = forms.ChoiceField(
        label=_("Asked by"),
        choices=[(Channel.ONLINE, _("Guests online")), (Channel.IN_HOUSE, _("Our staff"))],
    )


@require_GET
@desk_view(Capability.CONFIGURE)
def explore(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The slots of a day for a party, and the reasons of one of them."""
    zone = ZoneInfo(desk.restaurant.timezone)
    today = desk.now.astimezone(zone).date()
    asked = {"date": today.isoformat(), "guests": "2", "channel": "online"}
    asked |= {name: str(value) for name, value in request.GET.items() if value}
    form = WhyForm(asked)
    context: dict[str, Any] = {"form": form, "kinds": KINDS.values(), "current": "why"}
    if not form.is_valid():
        context |= {"errors": errors_of(form), "has_errors": True}
        return show(
            request, desk, "staff/settings/why.html", context, section="settings", status=422
        )
    data = form.cleaned_data
    (day,) = load_days(desk.restaurant, [data["date"]], now=desk.now)
    query = Query(party_size=data["guests"], now=desk.now, channel=Channel(data["channel"]))
    slots = answer_day(day.service, query)
    chosen = _chosen(slots, data["time"])
    context |= {
        "slots": [
            {"slot": slot, "url": f"?{urlencode({**asked, 'time': f'{slot.local_time:%H:%M}'})}"}
            for slot in slots
        ],
        "chosen": chosen,
        "asked_time": data["time"],
        "date": data["date"],
        "reasons": [
            {"why": found, "url": _setting_url(desk, found.setting)}
            for found in _reasons(day, query, chosen, is_asked=data["time"] is not None, zone=zone)
        ],
    }
    return show(request, desk, "staff/settings/why.html", context, section="settings")


def _chosen(slots: list[SlotAnswer] | tuple[SlotAnswer, ...], wish: Any) -> SlotAnswer | None:
    return next((slot for slot in slots if slot.local_time.time() == wish), None)


def _reasons(
    day: LoadedDay, query: Query, chosen: SlotAnswer | None, *, is_asked: bool, zone: ZoneInfo
) -> list[Why]:
    config = day.prepared.config
    if config.is_closed or not config.periods:
        return [why(Detail(config.closed_reason), zone)]
    if chosen is not None:
        starts_at: datetime = chosen.starts_at
        return [why(detail, zone) for detail in explain(day.service, query, starts_at)]
    return [why(Detail(Reason.NOT_A_SLOT), zone)] if is_asked else []


def _setting_url(desk: Desk, setting: str) -> str:
    slug = desk.restaurant.slug
    if setting == "overview":
        return reverse("staff:settings", args=[slug])
    if setting == "tables":
        return reverse("staff:tables", args=[slug])
    if setting in KINDS:
        return reverse("staff:settings-kind", args=[slug, setting])
    return ""
