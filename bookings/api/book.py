"""The restaurant's book: its reservations, new ones by staff, opening hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.callers import account_of
from bookings import selectors
from bookings.api.access import staff_restaurant
from bookings.api.examples import STAFF_BOOKING_REQUEST
from bookings.api.inputs import parsed
from bookings.api.output import answer, moment, place_data, rows_data
from bookings.api.parameters import DATE, ETAG, LOCATION, integer
from bookings.api.reservations import TAKEN, booking_request
from bookings.api.serializers import (
    OpeningHoursSerializer,
    StaffReservationCreateSerializer,
    StaffReservationSerializer,
)
from bookings.availability import Channel
from bookings.availability.calendar import closes_at, instant_after, on_service_day
from bookings.lifecycle import Status
from bookings.loading import prepared_day, snapshot_of
from bookings.models import Source
from bookings.services import reservation_create
from reservehub.core import clock
from reservehub.core.api.idempotent import idempotent
from reservehub.core.api.pagination import CursorPages
from reservehub.core.api.queries import Queries
from reservehub.core.api.views import ApiView
from reservehub.core.errors import FieldError, PermissionRefused, ValidationFailed
from reservehub.core.timezones import service_date_of, to_wall
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from restaurants.selectors import capabilities_of, restaurant_public

#: Whoever stands at the door has come, whatever the hours and the slots say.
_AT_THE_DOOR = frozenset({"hours", "notice"})
GRID_SECONDS = 300
LONGEST_SPAN = timedelta(days=62)


class EarliestFirst(CursorPages):
    ordering = ("starts_at", "id")


class RestaurantReservationsView(ApiView):
    pagination_class = EarliestFirst
    problem_statuses = {"post": (410,)}

    @extend_schema(
        operation_id="restaurant_reservations",
        summary="The book",
        tags=["Service"],
        parameters=[
            OpenApiParameter("date", DATE.type, description="Service date; all dates without it."),
            OpenApiParameter(
                "status",
                {"type": "array", "items": {"type": "string", "enum": [s.value for s in Status]}},
                style="form",
                explode=False,
                description="One or several, separated by commas.",
            ),
            integer("area", "Only parties at a table of this area."),
        ],
        responses=StaffReservationSerializer(many=True),
    )
    def get(self, request: Request, restaurant: str) -> Response:
        """Reservations by start. Contact data is null for roles that may not see it."""
        place, _actor = staff_restaurant(request, restaurant, Capability.VIEW_BOOK)
        queries = Queries(request, known={"date", "status", "area"})
        rows = selectors.reservations_visible_to(account_of(request), Capability.VIEW_BOOK)
        rows = rows.filter(restaurant=place).select_related("restaurant")
        if (day := queries.date("date")) is not None:
            rows = rows.filter(service_date=day)
        if statuses := queries.choices("status", [s.value for s in Status]):
            rows = rows.filter(status__in=statuses)
        if (area := queries.id("area")) is not None:
            rows = rows.filter(occupancies__table__area=area).distinct()
        queries.check()
        pages = self.pagination_class()
        page = pages.paginate_queryset(rows, request, self) or []
        sees = Capability.SEE_CONTACT in capabilities_of(request.user, place)
        return pages.get_paginated_response(rows_data(page, is_staff=True, sees_contact=sees))

    @extend_schema(
        operation_id="restaurant_reservation_create",
        summary="Book for a guest",
        tags=["Service"],
        request=StaffReservationCreateSerializer,
        responses={201: StaffReservationSerializer, **TAKEN},
        parameters=[ETAG, LOCATION],
        examples=[STAFF_BOOKING_REQUEST],
    )
    @idempotent
    def post(self, request: Request, restaurant: str) -> Response:
        """By phone or at the door. Notice and online limits do not bind staff; `overrides` go
        further.
        """
        place, actor = staff_restaurant(request, restaurant, Capability.EDIT_BOOK)
        data = parsed(StaffReservationCreateSerializer, request)
        capabilities = capabilities_of(request.user, place)
        if data["overrides"] and Capability.OVERRIDE_PACING not in capabilities:
            raise PermissionRefused
        is_walk_in = data["source"] == Source.WALK_IN
        if is_walk_in:
            present = _walk_in_now(place, clock.now())
            data = {"date": present["date"], **data} if "time" in data else {**data, **present}
            data["guest_name"] = data["guest_name"] or _("Walk-in")
        made = reservation_create(
            request=booking_request(
                place,
                data,
                channel=Channel.WALK_IN if is_walk_in else Channel.IN_HOUSE,
                internal_notes=data["internal_notes"],
                asks_payment=data["asks_payment"] and not is_walk_in,
                table_ids=tuple(data["table_ids"]),
                overrides=frozenset(data["overrides"]) | (_AT_THE_DOOR if is_walk_in else set()),
            ),
            actor=actor,
            now=clock.now(),
        ).reservation
        where = request.build_absolute_uri(f"/api/v1/reservations/{made.pk}")
        return answer(
            made,
            is_staff=True,
            sees_contact=Capability.SEE_CONTACT in capabilities,
            status=201,
            headers={"Location": where},
        )


def _walk_in_now(place: Restaurant, now: datetime) -> dict[str, Any]:
    """The next five minutes on the restaurant's clock, on the service date that is running."""
    start = datetime.fromtimestamp(-(-now.timestamp() // GRID_SECONDS) * GRID_SECONDS, UTC)
    wall, fold = to_wall(start, place.timezone)
    day = service_date_of(start, place.timezone, place.business_day_cut)
    return {"date": day, "time": wall.time(), "fold": fold}


class OpeningHoursView(ApiView):
    is_public = True
    is_cacheable = True

    @extend_schema(
        operation_id="restaurant_opening_hours",
        summary="Opening hours",
        tags=["Availability"],
        parameters=[
            OpenApiParameter("from", DATE.type, description="First date; today without it."),
            OpenApiParameter(
                "to", DATE.type, description="Last date; a week without it, 62 days at most."
            ),
        ],
        responses=OpeningHoursSerializer,
    )
    def get(self, request: Request, restaurant: str) -> Response:
        """The service periods of each date, special days included."""
        place = restaurant_public(restaurant)
        zone = ZoneInfo(place.timezone)
        queries = Queries(request, known={"from", "to"})
        first = queries.date("from") or clock.now().astimezone(zone).date()
        last = queries.date("to") or first + timedelta(days=6)
        queries.check()
        if not timedelta(0) <= last - first < LONGEST_SPAN:
            detail = _("Ask for 1 to 62 days.")
            raise ValidationFailed(errors=[FieldError("/to", "out_of_range", detail)])
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return Response(
            {
                "restaurant": place_data(place),
                "timezone": place.timezone,
                "days": [_opening(place, day, zone) for day in days],
            }
        )


def _opening(place: Restaurant, day: date, zone: ZoneInfo) -> dict[str, Any]:
    prepared = prepared_day(place, day)
    special = snapshot_of(place).special_day(day)
    periods = []
    for period in prepared.config.periods:
        last = on_service_day(day, period.first_seating, period.last_seating)
        periods.append(
            {
                "name": period.name,
                "opens_at": moment(
                    instant_after(zone, datetime.combine(day, period.first_seating)), zone
                ),
                "last_seating_at": moment(instant_after(zone, last), zone),
                "closes_at": moment(closes_at(prepared.config, period), zone),
                "first_seating": period.first_seating.strftime("%H:%M"),
                "last_seating": period.last_seating.strftime("%H:%M"),
                "closes": period.closes.strftime("%H:%M"),
            }
        )
    return {
        "date": day.isoformat(),
        "is_open": bool(periods),
        "name": special[0] if special else "",
        "note": special[1] if special else "",
        "periods": periods,
    }
