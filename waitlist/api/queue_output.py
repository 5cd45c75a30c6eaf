"""A party of the queue as JSON, with what the caller may see and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rest_framework.response import Response

from bookings.api.output import moment, place_data
from bookings.services import service_date_now
from reservehub.core.api.etag import etag_for
from restaurants.permissions import Capability
from waitlist.api.queue_access import Access
from waitlist.models import QueueEntry
from waitlist.prediction import Quote
from waitlist.selectors.queue import Line, queue_now, queue_status_at


def quote_data(quote: Quote) -> dict[str, Any]:
    """A range of minutes; null where no table is expected to become free tonight."""
    return {
        "low_minutes": None if quote.is_hopeless else quote.low,
        "high_minutes": None if quote.is_hopeless else quote.high,
        "is_expected_tonight": not quote.is_hopeless,
    }


def party_data(entry: QueueEntry, line: Line | None, *, now: datetime) -> dict[str, Any]:
    """What guests and staff both get.

    :param line: where it stands now; None once it is over
    """
    zone = ZoneInfo(entry.restaurant.timezone)
    waits = line if line is not None and line.quote is not None else None
    return {
        "id": entry.pk,
        "state": queue_status_at(entry, now).value,
        "version": entry.version,
        "restaurant": place_data(entry.restaurant),
        "date": entry.service_date.isoformat(),
        "party_size": entry.party_size,
        "name": entry.name,
        "area": entry.area_id,
        "note": entry.note,
        "language": entry.language,
        "source": entry.source,
        "position": waits.position if waits else None,
        "estimate": quote_data(waits.quote) if waits and waits.quote else None,
        "quoted": {"low_minutes": entry.quoted_low, "high_minutes": entry.quoted_high},
        "waited_minutes": line.waited if line else None,
        "joined_at": moment(entry.joined_at, zone),
        "ready_at": moment(entry.ready_at, zone),
        "held_until": moment(entry.held_until, zone),
        "coming_at": moment(entry.coming_at, zone),
        "seated_at": moment(entry.seated_at, zone),
        "ended_at": moment(entry.ended_at, zone),
    }


def staff_data(
    entry: QueueEntry, line: Line | None, *, now: datetime, sees_contact: bool
) -> dict[str, Any]:
    """What staff get beyond it."""
    return {
        **party_data(entry, line, now=now),
        "phone": str(entry.phone or "") if sees_contact else None,
        "email": entry.email if sees_contact else None,
        "eta_minutes": entry.eta_minutes,
        "required_features": entry.required_features,
        "skips": entry.skips,
        "tables": entry.table_ids,
        "free_tables": list(line.seat) if line else [],
        "reservation": entry.reservation_id,
    }


def line_of(entry: QueueEntry, now: datetime) -> Line | None:
    """Where a party stands; None if it no longer does. One simulation."""
    today = service_date_now(entry.restaurant, now=now)
    if not entry.is_in_queue or entry.service_date != today:
        return None
    return queue_now(entry.restaurant, now=now, sizes=()).line_of(entry.pk)


def answer(
    access: Access,
    *,
    now: datetime,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One party with its ETag, as the caller may see it."""
    entry = access.entry
    line = line_of(entry, now)
    if access.is_staff:
        sees = Capability.SEE_CONTACT in access.capabilities
        body = staff_data(entry, line, now=now, sees_contact=sees)
    else:
        body = party_data(entry, line, now=now)
    return Response(
        body, status=status, headers={"ETag": etag_for(entry.version), **(headers or {})}
    )
