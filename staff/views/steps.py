"""The steps of an evening, each one POST: confirm, seat, finish, move, undo, walk-in, block.

Every answer is the panel of what was changed, with the event `rh:done` for the page (its words, and
what takes it back); a refusal is the same panel with the reason and the ways out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_POST

from bookings import services
from bookings.lifecycle import Status
from bookings.models import Occupancy, Reservation
from bookings.services import Changes
from reservehub.core.errors import DomainError, NotFound
from reservehub.core.money import Money
from reservehub.core.pages import go_to
from restaurants.models import Table
from restaurants.permissions import Capability
from staff.access import Desk, desk_view
from staff.forms import steps as forms
from staff.presenters.bills import bill_typed
from staff.presenters.done import done_text, table_done_text
from staff.presenters.refusals import Problem, problem_of
from staff.views.panels import (
    Refusal,
    reservation_here,
    reservation_panel_page,
    table_here,
    table_panel_page,
)

Service = Callable[..., Reservation]
Undo = Callable[[Desk, Reservation, Reservation], str | None]
"""Where a step is taken back, from what was before and after it; None if it changed nothing."""


def _undo(desk: Desk, _before: Reservation, after: Reservation) -> str | None:
    return _undo_url(desk, after)


@dataclass(frozen=True)
class Step:
    """What a step asks for, what does it, how it can be taken back, if at all, and what it needs
    besides the right to edit the book.
    """

    form: type[forms.StepForm]
    service: Service
    undo: Undo | None = _undo
    needs: Capability = Capability.EDIT_BOOK


def _seat(*, table_ids: tuple[int, ...] = (), **about: Any) -> Reservation:
    """Seat, at other tables if some are named: both or nothing."""
    if not table_ids:
        return services.reservation_seat(**about)
    with transaction.atomic():
        size = about.pop("actual_party_size", None)
        moved = services.reservation_assign_tables(table_ids=table_ids, **about)
        about |= {"expected_version": moved.version, "actual_party_size": size}
        return services.reservation_seat(**about)


def _eta(*, minutes: int = 0, reservation_id: int, **about: Any) -> Reservation:
    starts_at = Reservation.objects.values_list("starts_at", flat=True).get(pk=reservation_id)
    eta_at = starts_at + timedelta(minutes=minutes) if minutes else None
    return services.reservation_eta_set(reservation_id=reservation_id, eta_at=eta_at, **about)


def _note(*, internal_notes: str, **about: Any) -> Reservation:
    return services.reservation_modify(changes=Changes(internal_notes=internal_notes), **about)


def _finish(*, amount: Money | None = None, **about: Any) -> Reservation:
    """The party has left, and its bill is known, if one is named: both or nothing."""
    if amount is None:
        return services.reservation_complete(**about)
    with transaction.atomic():
        billed = services.reservation_bill_set(amount=amount, **about)
        return services.reservation_complete(**about | {"expected_version": billed.version})


def _bill_remove(**about: Any) -> Reservation:
    return services.reservation_bill_set(amount=None, **about)


def _bill_back(desk: Desk, before: Reservation, after: Reservation) -> str | None:
    """At the table like any step; after the visit, whose last step is its end, by saying again what
    the bill was.
    """
    if before.bill_minor == after.bill_minor:
        return None
    if after.status != Status.COMPLETED:
        return _undo_url(desk, after)
    slug = desk.restaurant.slug
    if before.bill_minor is None:
        return reverse("staff:step", args=[slug, after.pk, "bill-remove"])
    url = reverse("staff:step", args=[slug, after.pk, "bill"])
    return f"{url}?{urlencode({'amount': bill_typed(before)})}"


def _ask_payment(*, expected_version: int | None = None, **about: Any) -> Reservation:
    """Send the guest the link to pay. Nothing they see is overwritten, so no version is lost."""
    del expected_version
    services.reservation_payment_ask(**about)
    return Reservation.objects.select_related("restaurant").get(pk=about["reservation_id"])


def _withdraw_deposit(*, expected_version: int | None = None, **about: Any) -> Reservation:
    """What was paid in the meantime is not withdrawn: the service sees to it, not the version."""
    del expected_version
    return services.reservation_deposit_withdraw(**about)


STEPS: Mapping[str, Step] = {
    "approve": Step(forms.StepForm, services.reservation_approve, undo=None),
    "decline": Step(forms.ReasonForm, services.reservation_decline, undo=None),
    "arrive": Step(forms.ArrivalForm, services.reservation_arrive),
    "table-ready": Step(forms.StepForm, services.reservation_table_ready, undo=None),
    "seat": Step(forms.SeatForm, _seat),
    "partly-seat": Step(forms.PartlyForm, services.reservation_partly_seat),
    "finish": Step(forms.FinishForm, _finish),
    "bill": Step(forms.BillForm, services.reservation_bill_set, undo=_bill_back),
    "bill-remove": Step(forms.StepForm, _bill_remove, undo=_bill_back),
    "no-show": Step(forms.StepForm, services.reservation_no_show),
    "undo": Step(forms.StepForm, services.reservation_undo, undo=None),
    "cancel": Step(forms.CancelForm, services.reservation_cancel, undo=None),
    "eta": Step(forms.EtaForm, _eta),
    "party": Step(forms.PartyForm, services.reservation_party_set),
    "assign": Step(forms.AssignForm, services.reservation_assign_tables),
    "auto-assign": Step(forms.StepForm, services.reservation_auto_assign),
    "extend": Step(forms.ExtendForm, services.reservation_extend),
    "note": Step(forms.NoteForm, _note, undo=None),
    "ask-payment": Step(forms.StepForm, _ask_payment, undo=None),
    "withdraw-deposit": Step(
        forms.StepForm, _withdraw_deposit, undo=None, needs=Capability.CHARGE_REFUND
    ),
}


@require_POST
@desk_view(Capability.EDIT_BOOK)
def step(request: HttpRequest, desk: Desk, reservation_id: int, step: str) -> HttpResponse:
    """One step of one reservation.

    :raises NotFound: for an unknown step, or a reservation of another restaurant
    """
    known = STEPS.get(step)
    if known is None:
        raise NotFound
    reservation = reservation_here(desk, reservation_id)
    desk.require(known.needs)
    form = known.form(_typed(request))
    form.in_currency(desk.restaurant.currency)
    if not form.is_valid():
        return _panel(request, desk, reservation, Refusal(422, _bad_input(form), step, form))
    values = form.values()
    if values.get("overrides"):
        desk.require(Capability.OVERRIDE_PACING)
    try:
        changed = known.service(
            reservation_id=reservation.pk,
            actor=desk.actor,
            now=desk.now,
            expected_version=form.cleaned_data["version"],
            **values,
        )
    except DomainError as error:
        fresh = reservation_here(desk, reservation_id)
        wanted = values.get("table_ids", ())
        problem = problem_of(desk, error, reservation=fresh, step=step, wanted=wanted)
        return _panel(request, desk, fresh, Refusal(error.status, problem, step, form))
    words = done_text(step, changed, desk.restaurant)
    undo = known.undo(desk, reservation, changed) if known.undo else None
    return _done(request, desk, changed, words, undo=undo)


def _typed(request: HttpRequest) -> QueryDict:
    """What was sent; what takes a step back may be said in its address."""
    typed = request.POST.copy()
    for name, value in request.GET.dict().items():
        typed.setdefault(name, value)
    return typed


def _undo_url(desk: Desk, reservation: Reservation) -> str:
    return reverse("staff:step", args=[desk.restaurant.slug, reservation.pk, "undo"])


def _bad_input(form: forms.StepForm) -> Problem:
    lines = []
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else None
        lines += [f"{label}: {error}" if label else str(error) for error in errors]
    return Problem(title=str(forms.PROBLEM), lines=tuple(lines))


def _done(
    request: HttpRequest, desk: Desk, changed: Reservation, words: str, *, undo: str | None
) -> HttpResponse:
    if request.headers.get("HX-Request") != "true":
        floor = reverse("staff:floor", args=[desk.restaurant.slug])
        return go_to(request, f"{floor}?reservation={changed.pk}")
    response = _panel(request, desk, changed)
    told = {
        "text": words,
        "undo": undo,
        "version": changed.version,
        "reservation_id": changed.pk,
    }
    response["HX-Trigger"] = json.dumps({"rh:done": told})
    return response


def _panel(
    request: HttpRequest, desk: Desk, reservation: Reservation, refusal: Refusal | None = None
) -> HttpResponse:
    """The panel the step was taken from: of the table it stands on, else of the reservation."""
    table_id = request.POST.get("table", "")
    if table_id.isascii() and table_id.isdigit() and len(table_id) < 10:
        table = Table.objects.filter(pk=int(table_id), restaurant=desk.restaurant).first()
        is_there = Occupancy.objects.filter(table_id=int(table_id), reservation=reservation)
        if table is not None and (refusal is not None or is_there.exists()):
            return table_panel_page(request, desk, table, reservation=reservation, refusal=refusal)
    return reservation_panel_page(request, desk, reservation, refusal=refusal)


# --- Two parties ----------------------------------------------------------------------------------


@require_POST
@desk_view(Capability.EDIT_BOOK)
def swap(request: HttpRequest, desk: Desk, reservation_id: int) -> HttpResponse:
    """Two parties change tables; doing it again (`?other=`) takes it back.

    :raises NotFound: if one of them is of another restaurant
    """
    first = reservation_here(desk, reservation_id)
    form = forms.SwapForm(_typed(request))
    if not form.is_valid():
        return _panel(request, desk, first, Refusal(422, _bad_input(form), "swap"))
    other = reservation_here(desk, form.cleaned_data["other"])
    try:
        changed, _other = services.reservations_swap(
            first_id=first.pk,
            second_id=other.pk,
            actor=desk.actor,
            now=desk.now,
            first_version=form.cleaned_data["version"],
        )
    except DomainError as error:
        fresh = reservation_here(desk, reservation_id)
        problem = problem_of(desk, error, reservation=fresh, step="swap")
        return _panel(request, desk, fresh, Refusal(error.status, problem, "swap"))
    words = done_text("assign", changed, desk.restaurant)
    return _done(request, desk, changed, words, undo=f"{request.path}?other={other.pk}")


# --- Parties without a booking, and tables --------------------------------------------------------


@require_POST
@desk_view(Capability.EDIT_BOOK)
def walk_in(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A party at the door sits down, at these tables or at the best that are free."""
    form = forms.WalkInForm(request.POST)
    if not form.is_valid():
        return _table_or_nothing(request, desk, Refusal(422, _bad_input(form), "walk-in", form))
    values = form.values()
    if values.get("overrides"):
        desk.require(Capability.OVERRIDE_PACING)
    try:
        booked = services.walk_in_create(
            restaurant_id=desk.restaurant.pk, actor=desk.actor, now=desk.now, **values
        )
    except DomainError as error:
        problem = problem_of(desk, error, reservation=None, step="walk-in")
        return _table_or_nothing(request, desk, Refusal(error.status, problem, "walk-in", form))
    reservation = reservation_here(desk, booked.reservation.pk)
    words = done_text("walk-in", reservation, desk.restaurant)
    return _done(request, desk, reservation, words, undo=_undo_url(desk, reservation))


def _table_or_nothing(request: HttpRequest, desk: Desk, refusal: Refusal) -> HttpResponse:
    """The panel of the table that was tapped; the refusal alone where there was none."""
    form = refusal.form
    ids = form.cleaned_data.get("table_ids") if form is not None else None
    tapped = request.POST.get("table", "") or (str(ids[0]) if ids else "")
    table = None
    if tapped.isascii() and tapped.isdigit() and len(tapped) < 10:
        table = Table.objects.filter(pk=int(tapped), restaurant=desk.restaurant).first()
    return table_panel_page(request, desk, table, refusal=refusal)


@require_POST
@desk_view(Capability.EDIT_BOOK)
def block(request: HttpRequest, desk: Desk, table_id: int) -> HttpResponse:
    """Keep a table free of guests from now on."""
    table = table_here(desk, table_id)
    form = forms.BlockForm(request.POST)
    if not form.is_valid():
        refusal = Refusal(422, _bad_input(form), "block", form)
        return table_panel_page(request, desk, table, refusal=refusal)
    values = form.cleaned_data
    try:
        services.table_block(
            restaurant_id=desk.restaurant.pk,
            table_ids=(table.pk,),
            starts_at=desk.now,
            ends_at=desk.now + timedelta(minutes=values["minutes"]),
            reason=values["reason"],
            actor=desk.actor,
            now=desk.now,
        )
    except DomainError as error:
        problem = problem_of(desk, error, reservation=None, step="block")
        refusal = Refusal(error.status, problem, "block", form)
        return table_panel_page(request, desk, table, refusal=refusal)
    unblock = reverse("staff:table-unblock", args=[desk.restaurant.slug, table.pk])
    return _table_done(request, desk, table, "block", undo=unblock)


@require_POST
@desk_view(Capability.EDIT_BOOK)
def unblock(request: HttpRequest, desk: Desk, table_id: int) -> HttpResponse:
    """Give a blocked table back to guests; nothing happens if it is not blocked now."""
    table = table_here(desk, table_id)
    block_id = (
        Occupancy.objects.filter(table=table, kind="block", period__contains=desk.now)
        .values_list("block_id", flat=True)
        .first()
    )
    if block_id is not None:
        services.table_unblock(
            block_id=block_id, restaurant_id=desk.restaurant.pk, actor=desk.actor, now=desk.now
        )
    return _table_done(request, desk, table, "unblock")


@require_POST
@desk_view(Capability.EDIT_BOOK)
def clean(request: HttpRequest, desk: Desk, table_id: int) -> HttpResponse:
    """The table is ready for the next party."""
    table = table_here(desk, table_id)
    services.table_clean(
        table_id=table.pk, restaurant_id=desk.restaurant.pk, actor=desk.actor, now=desk.now
    )
    return _table_done(request, desk, table, "clean")


def _table_done(
    request: HttpRequest, desk: Desk, table: Table, step: str, *, undo: str | None = None
) -> HttpResponse:
    if request.headers.get("HX-Request") != "true":
        floor = reverse("staff:floor", args=[desk.restaurant.slug])
        return go_to(request, f"{floor}?table={table.pk}")
    response = table_panel_page(request, desk, table)
    told = {"text": table_done_text(step, table), "undo": undo, "version": None}
    response["HX-Trigger"] = json.dumps({"rh:done": told})
    return response
