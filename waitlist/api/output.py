"""An entry as JSON, with what the caller may see and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rest_framework.response import Response

from bookings.api.output import moment, place_data
from reservehub.core import clock
from reservehub.core.api.etag import etag_for
from waitlist import selectors
from waitlist.api.access import Access
from waitlist.models import WaitlistEntry, WaitlistOffer


def offer_data(offer: WaitlistOffer, zone: ZoneInfo) -> dict[str, Any]:
    """An offer as guest and staff see it."""
    return {
        "id": offer.pk,
        "date": offer.service_date.isoformat(),
        "time": f"{offer.local_time:%H:%M}",
        "fold": offer.fold,
        "starts_at": moment(offer.starts_at, zone),
        "ends_at": moment(offer.ends_at, zone),
        "party_size": offer.party_size,
        "area": offer.area_id,
        "made_at": moment(offer.made_at, zone),
        "expires_at": moment(offer.expires_at, zone),
        "is_broadcast": offer.is_broadcast,
    }


def entry_data(
    entry: WaitlistEntry, offer: WaitlistOffer | None, *, sees_contact: bool
) -> dict[str, Any]:
    """What guests and staff both get (rule 107)."""
    zone = ZoneInfo(entry.restaurant.timezone)
    return {
        "id": entry.pk,
        "status": entry.status,
        "version": entry.version,
        "restaurant": place_data(entry.restaurant),
        "date": entry.service_date.isoformat(),
        "last_date": entry.last_service_date.isoformat(),
        "from_time": f"{entry.from_time:%H:%M}",
        "until_time": f"{entry.until_time:%H:%M}",
        "flexibility_minutes": entry.flexibility_minutes,
        "timezone": entry.restaurant.timezone,
        "party_size": entry.party_size,
        "areas": entry.area_ids,
        "guest_name": entry.guest_name,
        "guest_email": entry.guest_email if sees_contact else None,
        "guest_phone": str(entry.guest_phone or "") if sees_contact else None,
        "guest_language": entry.guest_language,
        "special_occasion": entry.special_occasion,
        "special_requests": entry.special_requests if sees_contact else None,
        "dietary_restrictions": entry.dietary_restrictions if sees_contact else None,
        "source": entry.source,
        "created_at": moment(entry.created_at, zone),
        "expires_at": moment(entry.expires_at, zone),
        "offer": offer_data(offer, zone) if offer else None,
        "reservation": entry.reservation_id,
    }


def staff_data(
    entry: WaitlistEntry, offer: WaitlistOffer | None, *, sees_contact: bool
) -> dict[str, Any]:
    """What staff get beyond it."""
    return {
        **entry_data(entry, offer, sees_contact=sees_contact),
        "priority": entry.priority,
        "ignored_offers": entry.ignored_offers,
        "required_features": entry.required_features,
    }


def answer(
    entry: WaitlistEntry,
    *,
    now: datetime,
    is_staff: bool = False,
    sees_contact: bool = True,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One entry with its open offer and its ETag; guests are told their place in line."""
    offer = selectors.open_offer_of(entry, now) if entry.is_live else None
    if is_staff:
        body = staff_data(entry, offer, sees_contact=sees_contact)
    else:
        body = entry_data(entry, offer, sees_contact=True)
        body["position"] = selectors.position_of(entry)
    return Response(
        body, status=status, headers={"ETag": etag_for(entry.version), **(headers or {})}
    )


def answer_of(access: Access) -> Response:
    """The entry as the caller may see it."""
    return answer(
        access.entry,
        now=clock.now(),
        is_staff=access.is_staff,
        sees_contact=access.sees_contact,
    )
