"""Bookings by phone, and changing them, through the same services as everything (C9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings.availability import Channel
from bookings.errors import SameGuestOverlap, SlotUnavailable, TableTaken, TableUnsuitable
from bookings.models import Reservation, Source
from bookings.presenters.clock import clock_text, local, short_date
from bookings.presenters.finder import Alternative, Choice, alternatives_of
from bookings.selectors import reservations_visible_to, tables_of
from bookings.selectors.floor import service_date_at
from bookings.selectors.service import last_change_of
from bookings.services import BookingRequest, Changes, reservation_create, reservation_modify
from guests.models import Guest
from guests.selectors.profile import guest_known
from reservehub.core.errors import DomainError, NotFound, ValidationFailed, VersionConflict
from reservehub.core.idempotency import form_once
from reservehub.core.pages import PageError, errors_of, go_to, is_fragment, varies
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.forms.booking import BookingForm
from staff.presenters import objections
from staff.presenters.booking import Offer, offer_of
from staff.views.guests import known_context
from staff.views.sheet import (
    Sheet,
    first_values,
    form_of,
    given_of,
    minutes_of,
    named_tables,
    typed_so_far,
    values_of,
    wish_of,
)

_FIELDS = {
    "/guest_name": "id_name",
    "/guest_phone": "id_phone",
    "/guest_email": "id_email",
    "/party_size": "id_guests",
    "/special_requests": "id_requests",
    "/dietary_restrictions": "id_consent",
    "/has_health_consent": "id_consent",
    "/special_occasion": "id_occasion",
    "/table_ids": "id_table",
    "/area": "id_area",
}


@require_http_methods(["GET", "POST"])
@desk_view(Capability.EDIT_BOOK)
def book(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Take a booking by phone; 422 for input, 409 when time or table are refused."""
    if request.method == "GET":
        is_asking = is_fragment(request, "times")
        values = typed_so_far(request) if is_asking else first_values(request, desk)
        return _page(request, desk, Sheet(form=form_of(desk, initial=values)))
    sheet = Sheet(form=form_of(desk, given_of(request)))
    return _submit(request, desk, sheet)


@require_http_methods(["GET", "POST"])
@desk_view(Capability.EDIT_BOOK)
def edit(request: HttpRequest, desk: Desk, reservation_id: int) -> HttpResponse:
    """Change a booking; a late version shows who was faster and keeps what was typed (rule 56)."""
    found = reservations_visible_to(desk.person, Capability.EDIT_BOOK)
    reservation = found.filter(restaurant=desk.restaurant, pk=reservation_id).first()
    if reservation is None:
        raise NotFound
    tables = tuple(table.pk for table in tables_of([reservation])[reservation.pk])
    if request.method == "POST":
        form = form_of(desk, given_of(request))
    elif is_fragment(request, "times"):
        form = form_of(desk, initial=typed_so_far(request))
    else:
        form = form_of(desk, initial=values_of(reservation, tables))
    sheet = Sheet(form=form, reservation=reservation, now_tables=tables)
    if request.method == "GET":
        return _page(request, desk, sheet)
    return _submit(request, desk, sheet)


# --- Doing it -------------------------------------------------------------------------------------


def _submit(request: HttpRequest, desk: Desk, sheet: Sheet) -> HttpResponse:
    form = sheet.form
    if not form.is_valid():
        return _page(request, desk, sheet, errors=errors_of(form), status=422)
    overrides = frozenset(form.cleaned_data["overrides"])
    if overrides:
        desk.require(Capability.OVERRIDE_PACING)
    try:
        row = _change(desk, sheet) if sheet.reservation else _book_once(desk, form)
    except ValidationFailed as refusal:
        errors = [PageError(str(e.detail), _FIELDS.get(e.pointer, "")) for e in refusal.errors]
        return _page(request, desk, sheet, errors=errors, status=422)
    except VersionConflict:
        return _conflict(request, desk, sheet)
    except DomainError as refusal:
        return _refused(request, desk, sheet, refusal)
    messages.success(request, _done_text(desk, row, is_new=sheet.reservation is None))
    day = (
        ""
        if row.service_date == service_date_at(desk.restaurant, desk.now)
        else (f"?date={row.service_date.isoformat()}")
    )
    return go_to(request, reverse("staff:list", args=[desk.restaurant.slug]) + day)


def _book_once(desk: Desk, form: BookingForm) -> Reservation:
    """A double tap, or a resend by a shaky network, finds the booking of the first."""
    wish = _request_of(desk, form)

    def work() -> int:
        return reservation_create(request=wish, actor=desk.actor, now=desk.now).reservation.pk

    made = form_once(
        nonce=form.cleaned_data["nonce"],
        scope=f"staff:book:{desk.person.pk}",
        wish=(wish.start, wish.party_size, wish.guest_name, wish.guest_phone),
        now=desk.now,
        work=work,
    )
    return Reservation.objects.get(pk=made)


def _request_of(desk: Desk, form: BookingForm) -> BookingRequest:
    data = form.cleaned_data
    choice: Choice = data["slot"]
    return BookingRequest(
        restaurant_id=desk.restaurant.pk,
        date=choice.date,
        time=choice.time,
        fold=choice.fold,
        party_size=data["guests"],
        area_id=data["area"],
        table_ids=data["table"],
        guest_name=data["name"],
        guest_email=data["email"],
        guest_phone=data["phone"],
        guest_language=desk.restaurant.language,
        special_occasion=data["occasion"] or "none",
        special_requests=data["requests"],
        dietary_restrictions=tuple(data["dietary"]),
        has_health_consent=data["consent"],
        internal_notes=data["notes"],
        source=Source.PHONE,
        channel=Channel.IN_HOUSE,
        overrides=frozenset(data["overrides"]),
        asks_payment=data["asks_payment"],
    )


def _change(desk: Desk, sheet: Sheet) -> Reservation:
    row, data = sheet.reservation, sheet.form.cleaned_data
    if row is None:
        raise NotFound
    choice: Choice = data["slot"]
    return reservation_modify(
        reservation_id=row.pk,
        changes=Changes(
            date=choice.date,
            time=choice.time,
            fold=choice.fold,
            party_size=data["guests"],
            area_id=data["area"] or 0,
            table_ids=named_tables(sheet, choice),
            minutes=data["minutes"] if data["minutes"] != minutes_of(row) else None,
            guest_name=data["name"],
            guest_email=data["email"],
            guest_phone=data["phone"],
            special_occasion=data["occasion"] or "none",
            special_requests=data["requests"],
            dietary_restrictions=tuple(data["dietary"]),
            has_health_consent=data["consent"],
            internal_notes=data["notes"],
            overrides=frozenset(data["overrides"]),
        ),
        actor=desk.actor,
        now=desk.now,
        expected_version=data["version"],
    )


def _done_text(desk: Desk, row: Reservation, *, is_new: bool) -> str:
    numbers = "+".join(table.number for table in tables_of([row])[row.pk])
    when = clock_text(local(row.starts_at, desk.restaurant), desk.restaurant)
    parts = [
        _("Booked") if is_new else _("Changed"),
        f"{row.guest_name}, {row.party_size}",
        f"{short_date(row.service_date)}, {when}",
        _("table %(numbers)s") % {"numbers": numbers} if numbers else _("no table yet"),
        row.reference,
    ]
    return " · ".join(parts)


# --- Saying no ------------------------------------------------------------------------------------


def _refused(request: HttpRequest, desk: Desk, sheet: Sheet, refusal: DomainError) -> HttpResponse:
    """The reasons in the words of the house, what may be accepted, and what is free instead."""
    codes = [str(code) for code in refusal.extra.get("reasons", ())]
    if isinstance(refusal, SameGuestOverlap):
        codes = ["same_guest"]
        texts = [_("This guest already has a booking around this time.")]
    elif isinstance(refusal, SlotUnavailable | TableTaken | TableUnsuitable):
        texts = [objections.sentence(code) for code in codes] or [str(refusal)]
    else:
        texts = [str(refusal)]
    wish = wish_of(sheet)
    others = alternatives_of(
        refusal.extra.get("alternatives", ()),
        wished=wish.date if wish else desk.now.date(),
        restaurant=desk.restaurant,
    )
    is_table = isinstance(refusal, TableTaken | TableUnsuitable)
    errors = [PageError(text, "id_table" if is_table else "") for text in texts]
    return _page(request, desk, sheet, errors=errors, status=409, codes=codes, alternatives=others)


def _conflict(request: HttpRequest, desk: Desk, sheet: Sheet) -> HttpResponse:
    """Somebody was faster: say who and when, keep what was typed, and let it be saved on top."""
    row = sheet.reservation
    if row is None:
        raise NotFound
    row.refresh_from_db()
    entry = last_change_of(row.pk)
    who = entry.actor_label if entry and entry.actor_label else _("Somebody")
    when = clock_text(local(row.updated_at, desk.restaurant), desk.restaurant)
    text = _("%(who)s changed this booking at %(time)s. It is now: %(state)s.") % {
        "who": who,
        "time": when,
        "state": _state_text(desk, row),
    }
    again = _("Nothing you typed is lost: save again to apply it all the same.")
    data = given_of(request)
    data["version"] = str(row.version)
    fresh = Sheet(
        form=form_of(desk, data),
        reservation=row,
        now_tables=tuple(table.pk for table in tables_of([row])[row.pk]),
    )
    errors = [PageError(text), PageError(again)]
    return _page(request, desk, fresh, errors=errors, status=409)


def _state_text(desk: Desk, row: Reservation) -> str:
    numbers = "+".join(table.number for table in tables_of([row])[row.pk])
    clock = clock_text(local(row.starts_at, desk.restaurant), desk.restaurant)
    facts = [row.guest_name, str(row.party_size), short_date(row.service_date), clock]
    facts += [_("table %(numbers)s") % {"numbers": numbers}] if numbers else []
    return ", ".join([*facts, row.get_status_display()])


def _known_guest(desk: Desk, form: BookingForm) -> Guest | None:
    """Whose phone or e-mail was typed."""
    return guest_known(
        organisation_id=desk.restaurant.organisation_id,
        phone=str(form["phone"].value() or ""),
        email=str(form["email"].value() or ""),
        region=desk.restaurant.country,
    )


def _page(
    request: HttpRequest,
    desk: Desk,
    sheet: Sheet,
    *,
    errors: Sequence[PageError] = (),
    status: int = 200,
    codes: Sequence[str] = (),
    alternatives: Sequence[Alternative] = (),
) -> HttpResponse:
    form, wish = sheet.form, wish_of(sheet)
    offer: Offer | None = offer_of(desk.restaurant, wish, now=desk.now) if wish else None
    asked = list(dict.fromkeys([*codes, *(offer.codes if offer else ())]))
    context: dict[str, Any] = {
        "desk": desk,
        "restaurant": desk.restaurant,
        "form": form,
        "reservation": sheet.reservation,
        "wish": wish,
        "offer": offer,
        "errors": errors,
        "has_errors": bool(errors),
        "alternatives": alternatives,
        "overrides": objections.overrides_for(
            asked,
            restaurant=desk.restaurant,
            capabilities=desk.capabilities,
            ticked=form["overrides"].value() or (),
        ),
        "sizes": range(1, 9),
        "action": request.path,
        "dietary_chosen": {str(one) for one in form["dietary"].value() or ()},
    }
    if is_fragment(request, "times"):
        return varies(render(request, "staff/book/times.html", context))
    context |= known_context(desk, _known_guest(desk, form))
    if is_fragment(request, "booking"):
        return varies(render(request, "staff/book/form.html", context, status=status))
    page = show(request, desk, "staff/book/page.html", context, section="list", status=status)
    return varies(page)
