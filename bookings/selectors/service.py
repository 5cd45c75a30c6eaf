"""The whole book of one service date: who comes, sits and has left, which tables they have, and how
full each quarter of an hour is. Three queries, whatever the size of the house.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from bookings import lifecycle
from bookings.availability import Period, PreparedDay
from bookings.floor import TableView, Visit, table_view
from bookings.lifecycle import Status
from bookings.loading import prepared_day
from bookings.models import Reservation, Source
from bookings.selectors.floor import Stays, opening_bounds, service_date_at, stays_of_day
from reservehub.core.models import AuditEntry
from reservehub.core.timezones import service_bounds
from restaurants.models import Restaurant, Table
from restaurants.selectors import tables_of

COMING = lifecycle.AWAITING | {Status.CONFIRMED, Status.ARRIVED}
HONOURED = lifecycle.OCCUPYING | {Status.COMPLETED}
"""States that count as covers of the evening."""

_UNREAD = (
    *("policy_snapshot", "manage_token_hash", "view_token_hash", "link_nonce", "ip_address"),
    *("created_at", "confirmed_at", "reconfirmed_at", "cancelled_at", "expires_at"),
    *("cancel_deadline_at", "modify_deadline_at", "cancellation_reason", "required_features"),
    *("guest_email", "guest_language", "local_date", "local_time", "partner_reference"),
)
"""What lists do not show: reading it would take a third of their time."""

_PHONE = Cast("guest_phone", CharField())
"""As text: numbers are parsed one by one otherwise, hundreds for a list."""


@dataclass(frozen=True, kw_only=True)
class Party:
    """A reservation of the service with its tables (ids, none if it has no table)."""

    reservation: Reservation
    visit: Visit

    @property
    def status(self) -> Status:
        return self.visit.status

    @property
    def table_ids(self) -> tuple[int, ...]:
        return self.visit.table_ids

    @property
    def phone(self) -> str:
        """In E.164, or empty."""
        return str(getattr(self.reservation, "phone_text", "") or "")

    @property
    def covers(self) -> int:
        """Those who came, else those who booked (rule 68)."""
        return self.visit.party_size


@dataclass(frozen=True, kw_only=True)
class OpenSpan:
    """One service period on the clock: first seating to closing, half open."""

    period: Period
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """One pacing interval: who arrives in it, who is present during it, and the limits (rules 41,
    42; None is unlimited). `is_closed` means that nobody can start then.
    """

    starts_at: datetime
    ends_at: datetime
    arriving: int
    arriving_parties: int
    present: int
    arriving_cap: int | None
    present_cap: int | None
    is_closed: bool


@dataclass(frozen=True, kw_only=True)
class Service:
    """One service date of a restaurant. `is_live` where it is the running business day."""

    restaurant: Restaurant
    date: date
    now: datetime
    is_live: bool
    prepared: PreparedDay
    parties: tuple[Party, ...]
    stays: Stays
    tables: tuple[Table, ...]
    spans: tuple[OpenSpan, ...]
    bounds: tuple[datetime, datetime]
    """From the first seating to the last closing."""

    def view_of(self, table_id: int) -> TableView:
        """The state of a table now."""
        stays = self.stays.get(table_id, ())
        return table_view(stays, at=self.now, is_live=self.is_live, table_id=table_id)

    def span_of(self, party: Party) -> OpenSpan | None:
        """The service period a party belongs to."""
        period_id = party.reservation.service_period_id
        for span in self.spans:
            if span.period.id == period_id:
                return span
        return None

    @property
    def unassigned(self) -> list[Party]:
        """Active parties without a table (rule 37)."""
        return [p for p in self.parties if p.status in lifecycle.OCCUPYING and not p.table_ids]

    def totals(self) -> tuple[int, int]:
        """Covers and parties that are expected, here or have been."""
        counted = [party for party in self.parties if party.status in HONOURED]
        return sum(party.covers for party in counted), len(counted)


def service_of(restaurant: Restaurant, *, service_date: date, now: datetime) -> Service:
    """The book of a service date, earliest start first."""
    prepared = prepared_day(restaurant, service_date)
    stays = stays_of_day(restaurant, service_date=service_date, now=now)
    tables_by_party: dict[int, tuple[int, ...]] = {}
    for rows in stays.values():
        for stay in rows:
            if stay.visit is not None:
                tables_by_party[stay.visit.reservation_id] = stay.visit.table_ids
    reservations = (
        Reservation.objects.filter(restaurant_id=restaurant.pk, service_date=service_date)
        .defer(*_UNREAD)
        .annotate(phone_text=_PHONE)
        .order_by("starts_at", "pk")
    )
    parties = tuple(
        Party(reservation=row, visit=visit_of(row, table_ids=tables_by_party.get(row.pk, ())))
        for row in reservations
    )
    return Service(
        restaurant=restaurant,
        date=service_date,
        now=now,
        is_live=service_date_at(restaurant, now) == service_date,
        prepared=prepared,
        parties=parties,
        stays=stays,
        tables=tuple(sorted(tables_of(restaurant), key=_place_of)),
        spans=tuple(_spans(restaurant, prepared, service_date)),
        bounds=opening_bounds(restaurant, service_date),
    )


def visit_of(reservation: Reservation, *, table_ids: tuple[int, ...] = ()) -> Visit:
    """A reservation as the floor sees it; reads no further rows."""
    return Visit(
        reservation_id=reservation.pk,
        reference=reservation.reference,
        status=Status(reservation.status),
        version=reservation.version,
        guest_name=reservation.guest_name,
        party_size=reservation.actual_party_size or reservation.party_size,
        starts_at=reservation.starts_at,
        ends_at=reservation.ends_at,
        eta_at=reservation.late_eta_at,
        arrived_at=reservation.arrived_at,
        seated_at=reservation.seated_at,
        completed_at=reservation.completed_at,
        is_vip=reservation.is_vip,
        flags=_flags(reservation),
        table_ids=table_ids,
    )


def _flags(reservation: Reservation) -> tuple[str, ...]:
    is_walk_in = reservation.source == Source.WALK_IN
    occasion = reservation.special_occasion
    said = {
        "vip": reservation.is_vip,
        "allergy": bool(reservation.dietary_restrictions),
        "birthday": occasion == "birthday",
        "occasion": occasion not in ("none", "birthday"),
        "note": bool(reservation.special_requests or reservation.internal_notes),
        "walk_in": is_walk_in,
        "first_visit": reservation.previous_visits == 0 and not is_walk_in,
        "partly_seated": reservation.status == Status.PARTIALLY_SEATED,
        "locked": reservation.is_table_locked,
        "unpaid": reservation.status == Status.PENDING_PAYMENT,
    }
    return tuple(flag for flag, is_so in said.items() if is_so)


def _place_of(table: Table) -> tuple[int, int, list[tuple[int, str]], int]:
    """Area by area, and 2 before 10."""
    parts = re.findall(r"\d+|\D+", table.number)
    natural = [(int(part), "") if part.isdecimal() else (0, part) for part in parts]
    return table.area.position, table.area_id, natural, table.pk


def _spans(restaurant: Restaurant, prepared: PreparedDay, service_date: date) -> Iterator[OpenSpan]:
    if prepared.config.is_closed:
        return
    for period in sorted(prepared.config.periods, key=lambda one: one.first_seating):
        first, last = service_bounds(
            service_date, period.first_seating, period.closes, restaurant.timezone
        )
        yield OpenSpan(period=period, opens_at=first, closes_at=last)


def buckets_of(service: Service) -> tuple[Bucket, ...]:
    """How full each pacing interval from opening to closing is. Live holds count too (rule 44)."""
    first, last = service.bounds
    starts = [at for at in service.prepared.bucket_starts if first <= at < last]
    length = timedelta(minutes=service.prepared.config.rules.bucket_minutes)
    visits = list(_counted(service))
    found = []
    for index, at in enumerate(starts):
        until = starts[index + 1] if index + 1 < len(starts) else at + length
        arriving = [covers for start, _end, covers in visits if at <= start < until]
        slot = service.prepared.slot_for(at)
        rules = service.prepared.rules_for(slot)
        is_open = any(
            at <= one.starts_at < until and service.prepared.rules_for(one).refusal is None
            for one in service.prepared.slots
        )
        found.append(
            Bucket(
                starts_at=at,
                ends_at=until,
                arriving=sum(arriving),
                arriving_parties=len(arriving),
                present=sum(n for start, end, n in visits if start < until and at < end),
                arriving_cap=rules.total.arriving_covers,
                present_cap=rules.total.seated_covers,
                is_closed=not is_open,
            )
        )
    return tuple(found)


def _counted(service: Service) -> Iterator[tuple[datetime, datetime, int]]:
    """Start, end and covers of whatever consumes pacing."""
    for party in service.parties:
        if party.status in HONOURED:
            yield party.visit.starts_at, party.visit.ends_at, party.reservation.party_size
    seen = set()
    for rows in service.stays.values():
        for stay in rows:
            key = (stay.starts_at, stay.expires_at, stay.party_size)
            if stay.kind == "hold" and key not in seen:
                seen.add(key)  # one hold may keep several tables
                yield stay.starts_at, stay.ends_at, stay.party_size


def party_of(reservation: Reservation) -> Party:
    """A single reservation whose tables do not matter."""
    return Party(reservation=reservation, visit=visit_of(reservation))


def parties_found(
    restaurant: Restaurant,
    *,
    text: str,
    since: date,
    but_not_on: date,
    sees_contact: bool,
    limit: int,
) -> QuerySet[Reservation]:
    """Reservations from a service date on by name, reference or the last digits of the phone.

    :param sees_contact: without it the phone is not searched, so that nothing can be guessed
    """
    wanted = Q(guest_name__icontains=text) | Q(reference__iendswith=text)
    digits = "".join(character for character in text if character.isdecimal())
    if sees_contact and len(digits) >= 4:
        wanted |= Q(guest_phone__endswith=digits)
    return (
        Reservation.objects.filter(wanted, restaurant_id=restaurant.pk, service_date__gte=since)
        .exclude(service_date=but_not_on)
        .defer(*_UNREAD)
        .annotate(phone_text=_PHONE)
        .order_by("starts_at", "pk")[:limit]
    )


def last_change_of(reservation_id: int) -> AuditEntry | None:
    """Who changed a reservation last, when and how (rule 109)."""
    return (
        AuditEntry.objects.filter(
            object_type=Reservation._meta.label_lower, object_id=str(reservation_id)
        )
        .order_by("-occurred_at", "-pk")
        .first()
    )
