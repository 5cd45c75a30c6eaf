"""The form of a booking as the views of it see it: what was typed, and for which reservation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from bookings.models import Reservation
from bookings.presenters.finder import Choice
from bookings.selectors.floor import service_date_at
from guests.selectors import guests_visible_to
from reservehub.core.tokens import new_nonce
from restaurants.permissions import Capability
from restaurants.selectors import areas_of
from staff.access import Desk
from staff.forms.booking import BookingForm
from staff.presenters.booking import Wish
from staff.presenters.day import asked_of


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One filled-in form: of a new booking, or of the change of `reservation`."""

    form: BookingForm
    reservation: Reservation | None = None
    now_tables: tuple[int, ...] = ()


def form_of(desk: Desk, data: Any = None, *, initial: dict[str, Any] | None = None) -> BookingForm:
    """With `data` it complains about what is missing, with `initial` it only shows it."""
    areas = [(area.pk, area.name) for area in areas_of(desk.restaurant)]
    return BookingForm(data, areas=areas, initial=initial)


def typed_so_far(request: HttpRequest) -> dict[str, Any]:
    """A form that is not sent yet, as the times are asked for."""
    values: dict[str, Any] = request.GET.dict()
    return values | {name: request.GET.getlist(name) for name in ("dietary", "overrides")}


def given_of(request: HttpRequest) -> Any:
    """What was posted; the button of another time stands for that time."""
    data = request.POST.copy()
    instead = Choice.parse(str(data.get("instead", "")))
    if instead is not None:
        data["slot"], data["date"] = str(instead), instead.date.isoformat()
    return data


def first_values(request: HttpRequest, desk: Desk) -> dict[str, Any]:
    today = service_date_at(desk.restaurant, desk.now)
    given = request.GET
    values: dict[str, Any] = {
        "date": asked_of(given.dict(), today=today).date.isoformat(),
        "guests": "2",
        "occasion": "none",
        "nonce": new_nonce(),
    }
    values |= _values_of_guest(desk, given.get("guest", ""))
    for name in ("guests", "slot", "table", "area", "name", "phone"):
        if given.get(name):
            values[name] = given[name]
    return values


def _values_of_guest(desk: Desk, text: str) -> dict[str, Any]:
    """Who books again is named by number in the address, so that no contact stands there."""
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        return {}
    if not desk.can(Capability.SEE_CONTACT):
        return {}
    people = guests_visible_to(desk.person).filter(organisation=desk.restaurant.organisation_id)
    guest = people.filter(pk=int(text), anonymised_at=None).first()
    if guest is None:
        return {}
    return {"name": guest.name, "phone": str(guest.phone or ""), "email": guest.email or ""}


def values_of(row: Reservation, tables: tuple[int, ...]) -> dict[str, Any]:
    return {
        "date": row.service_date.isoformat(),
        "guests": row.party_size,
        "area": row.area_preference_id or "",
        "slot": str(Choice(row.service_date, row.local_time, row.fold)),
        "table": "+".join(str(pk) for pk in tables),
        "minutes": minutes_of(row),
        "name": row.guest_name,
        "phone": str(row.guest_phone or ""),
        "email": row.guest_email,
        "occasion": row.special_occasion,
        "requests": row.special_requests,
        "dietary": row.dietary_restrictions,
        "consent": row.has_health_consent,
        "notes": row.internal_notes,
        "version": row.version,
    }


def minutes_of(row: Reservation) -> int:
    return int((row.ends_at - row.starts_at).total_seconds() // 60)


def wish_of(sheet: Sheet) -> Wish | None:
    """None while date or party are missing."""
    form, row = sheet.form, sheet.reservation
    day, guests = form.peek("date"), form.peek("guests")
    if day is None or guests is None:
        return None
    choice = form.peek("slot")
    if choice is not None and choice.date != day:  # the same time of another day
        choice = Choice(day, choice.time, choice.fold)
    table = str(form["table"].value() or "")
    minutes = form.peek("minutes")
    return Wish(
        date=day,
        party_size=guests,
        choice=choice,
        area_id=form.peek("area"),
        table_ids=tuple(int(part) for part in table.split("+") if part.isdecimal()),
        minutes=minutes if row is not None and minutes != minutes_of(row) else None,
        reservation_id=row.pk if row else None,
        features=frozenset(row.required_features) if row else frozenset(),
    )


def named_tables(sheet: Sheet, choice: Choice) -> tuple[int, ...]:
    """The tables the host insists on: other ones, or the same ones at another time."""
    row, wanted = sheet.reservation, sheet.form.cleaned_data["table"]
    if row is None:
        return tuple(wanted)
    stays = choice == Choice(row.service_date, row.local_time, row.fold)
    is_same = set(wanted) == set(sheet.now_tables)
    return () if is_same and stays else tuple(wanted)
