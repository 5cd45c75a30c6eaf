"""Why something was not done, who was faster, and the ways out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from bookings.availability import Reason
from bookings.errors import TablesMissing, TableTaken, TableUnsuitable, TransitionRefused
from bookings.loading import snapshot_of
from bookings.models import Reservation, ReservationStatus
from bookings.presenters.clock import clock_text, local
from bookings.services import PossibleSeat, tables_possible
from reservehub.core.errors import DomainError, VersionConflict
from reservehub.core.models import AuditEntry
from restaurants.permissions import Capability
from staff.access import Desk
from staff.presenters.objections import sentence
from staff.presenters.panels import name_of

MOST_WAYS = 4


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way out: one button that sends these fields to a step of the reservation, or (with no
    `step`) again to where the refused request went.
    """

    label: str
    step: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    tone: str = "quiet"


@dataclass(frozen=True, kw_only=True)
class Problem:
    title: str
    lines: tuple[str, ...] = ()
    ways: tuple[Way, ...] = ()


def problem_of(
    desk: Desk,
    error: DomainError,
    *,
    reservation: Reservation | None,
    step: str,
    wanted: tuple[int, ...] = (),
) -> Problem:
    """A refusal in words, with what is possible instead of the `wanted` tables."""
    if isinstance(error, VersionConflict) and reservation is not None:
        return conflict_of(desk, reservation)
    lines = [str(error.detail)] if error.detail else []
    lines += [one.detail for one in error.errors if one.detail not in lines]
    lines += [_reason(code) for code in error.extra.get("reasons", ())]
    if "until" in error.extra and isinstance(error.extra["until"], datetime):
        lines.append(_next_party(desk, error.extra["until"]))
    return Problem(
        title=str(error.title),
        lines=tuple(dict.fromkeys(lines)),
        ways=_ways(desk, error, reservation, step, wanted),
    )


def _reason(code: str) -> str:
    return _("The next party is due soon.") if code == "due_soon" else sentence(code)


def _next_party(desk: Desk, until: datetime) -> str:
    at = clock_text(local(until, desk.restaurant), desk.restaurant)
    return _("The next party comes at %(time)s.") % {"time": at}


# --- Somebody was faster --------------------------------------------------------------------------


def conflict_of(desk: Desk, reservation: Reservation) -> Problem:
    """Who changed the reservation last, when and to what, from the audit."""
    entry = (
        AuditEntry.objects.filter(
            object_type=reservation._meta.label_lower, object_id=str(reservation.pk)
        )
        .order_by("-occurred_at", "-pk")
        .first()
    )
    title = _("Somebody was faster")
    again = _("This is how it is now. Nothing of yours was done: try again if it still fits.")
    if entry is None:
        return Problem(title=title, lines=(again,))
    said = {
        "who": entry.actor_label or _("Somebody"),
        "when": ago(desk.now, entry.occurred_at),
        "what": _what(entry, reservation),
    }
    return Problem(title=title, lines=(_("%(who)s, %(when)s: %(what)s") % said, again))


def ago(now: datetime, then: datetime) -> str:
    """``3 seconds ago``."""
    seconds = max(0, int((now - then).total_seconds()))
    if seconds < 60:
        return ngettext("%(count)d second ago", "%(count)d seconds ago", seconds) % {
            "count": seconds
        }
    if seconds < 3600:
        return ngettext("%(count)d minute ago", "%(count)d minutes ago", seconds // 60) % {
            "count": seconds // 60
        }
    return ngettext("%(count)d hour ago", "%(count)d hours ago", seconds // 3600) % {
        "count": seconds // 3600
    }


def _what(entry: AuditEntry, reservation: Reservation) -> str:
    before: Mapping[str, Any] = entry.before or {}
    after: Mapping[str, Any] = entry.after or {}
    labels = dict(ReservationStatus.choices)
    name = name_of(reservation)
    old, new = before.get("status"), after.get("status")
    if new and new != old and new in labels:
        return f"{name}: {labels.get(old, '')} → {labels[new]}" if old else f"{name}: {labels[new]}"
    if "tables" in after:
        labels_now = snapshot_of(reservation.restaurant).labels
        numbers = {pk: label.number for pk, label in labels_now.items()}
        tables = " + ".join(numbers.get(pk, "?") for pk in after["tables"])
        return _("%(name)s moved to %(tables)s") % {"name": name, "tables": tables}
    return _("%(name)s was changed") % {"name": name}


# --- Ways out -------------------------------------------------------------------------------------


def _ways(
    desk: Desk,
    error: DomainError,
    reservation: Reservation | None,
    step: str,
    wanted: tuple[int, ...],
) -> tuple[Way, ...]:
    reasons = set(error.extra.get("reasons", ()))
    if reservation is None:
        return _walk_in_ways(desk, error, reasons)
    found: list[Way] = []
    if isinstance(error, TableUnsuitable) and desk.can(Capability.OVERRIDE_PACING):
        label = _("Seat there anyway")
        found.append(Way(label=label, fields=(("overrides", "capacity"),), tone="strong"))
    if isinstance(error, (TableTaken, TableUnsuitable, TablesMissing)):
        found += _other_tables(desk, reservation, step, wanted)
    return tuple(found)


def _walk_in_ways(desk: Desk, error: DomainError, reasons: set[str]) -> tuple[Way, ...]:
    found = []
    overrides = []
    if "due_soon" in reasons:
        overrides.append(("overrides", "due_soon"))
    if isinstance(error, TableUnsuitable):
        overrides.append(("overrides", "capacity"))
    if overrides and desk.can(Capability.OVERRIDE_PACING):
        found.append(Way(label=_("Seat there anyway"), fields=tuple(overrides), tone="strong"))
    if isinstance(error, (TableTaken, TableUnsuitable)):
        found.append(Way(label=_("Best free table"), fields=(("table_ids", ""),)))
    return tuple(found)


def _other_tables(
    desk: Desk, reservation: Reservation, step: str, wanted: tuple[int, ...]
) -> list[Way]:
    """The party in the way may change places; other tables could take this one now."""
    try:
        seats = tables_possible(reservation_id=reservation.pk, now=desk.now)
    except TransitionRefused:
        return []
    ways = list(_swaps(seats, wanted))
    possible = [seat for seat in seats if seat.is_possible and not seat.is_present][:MOST_WAYS]
    is_seating = step in ("seat", "partly-seat")
    for seat in possible:
        text = _("Seat at %(tables)s") if is_seating else _("Move to %(tables)s")
        ids = ",".join(str(pk) for pk in seat.table_ids)
        ways.append(
            Way(
                label=text % {"tables": seat_text(desk, seat)},
                step="seat" if is_seating else "assign",
                fields=(("table_ids", ids),),
            )
        )
    return ways


def _swaps(seats: list[PossibleSeat], wanted: tuple[int, ...]) -> Iterator[Way]:
    aimed = next((seat for seat in seats if set(seat.table_ids) == set(wanted)), None)
    if aimed is None or len(aimed.in_the_way) != 1:
        return
    other = Reservation.objects.filter(pk=aimed.in_the_way[0]).first()
    if other is not None and other.occupancies.exists():
        text = _("Swap with %(name)s") % {"name": name_of(other)}
        yield Way(label=text, step="swap", fields=(("other", str(other.pk)),))


def seat_text(desk: Desk, seat: PossibleSeat) -> str:
    """``12``, or ``7 + 8``."""
    labels = snapshot_of(desk.restaurant).labels
    return " + ".join(labels[pk].number for pk in seat.table_ids if pk in labels)


def legal_words(seat: PossibleSeat, names: Mapping[int, str]) -> str:
    """What is announced of a table while a party is moved over it."""
    if seat.is_possible:
        return pgettext("table while moving", "free")
    said = [_reason(code) for code in seat.reasons]
    if Reason.TABLE_BUSY.value in seat.reasons and seat.in_the_way:
        who = ", ".join(names.get(pk, "?") for pk in seat.in_the_way)
        said[0] = _("taken by %(who)s") % {"who": who}
    return " ".join(said)
