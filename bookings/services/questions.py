"""From a request to the engine's question: who asks, what staff accept (rules 18, 43)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bookings.availability import PACING_REASONS, Channel, Query, Reason
from bookings.services.requests import BookingRequest
from restaurants.models import Restaurant

STAFF_REASONS: dict[str, frozenset[Reason]] = {
    "pacing": PACING_REASONS | {Reason.WALK_IN_QUOTA},
    "hours": frozenset(
        {
            *(Reason.CLOSED, Reason.OUTSIDE_HOURS, Reason.NOT_A_SLOT, Reason.MUST_FINISH_BY_CLOSE),
            *(Reason.PRIVATE_EVENT, Reason.MAINTENANCE, Reason.WEATHER, Reason.CLOSED_SLOT),
        }
    ),
    "capacity": frozenset(
        {
            *(Reason.TABLE_TOO_SMALL, Reason.TABLE_TOO_LARGE, Reason.OVERSIZE, Reason.ACCESS),
            *(Reason.NOT_A_COMBINATION, Reason.WRONG_AREA, Reason.FEATURE_MISSING),
            *(Reason.OVERRIDE_PARTY_MIN, Reason.OVERRIDE_PARTY_MAX),
        }
    ),
    "notice": frozenset({Reason.NOTICE, Reason.NOTICE_CUTOFF, Reason.HORIZON, Reason.NOT_RELEASED}),
}
"""What each override of a `BookingRequest` accepts; "same_guest" concerns rule 57 alone."""


def accepted_reasons(overrides: Iterable[str], *, restaurant: Restaurant) -> frozenset[Reason]:
    """The reasons that staff accept; mandatory pacing cannot be overridden (rule 43)."""
    names = set(overrides)
    if restaurant.policy.is_pacing_mandatory:
        names.discard("pacing")
    return frozenset().union(*(STAFF_REASONS.get(name, frozenset()) for name in names))


def query_of(
    request: BookingRequest, *, restaurant: Restaurant, hold_id: int | None, now: datetime
) -> Query:
    """The engine's question for a request; staff are exempt from notice."""
    return Query(
        party_size=request.party_size,
        now=now,
        channel=request.channel,
        area_id=request.area_id,
        required_features=request.required_features,
        exclude_hold_id=hold_id,
        is_notice_exempt=request.channel is not Channel.ONLINE,
        overrides=accepted_reasons(request.overrides, restaurant=restaurant),
    )
