"""The floor with the state of its tables, and what staff say of one table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.api.access import staff_restaurant
from bookings.api.inputs import parsed
from bookings.api.serializers.floor import (
    FloorPlanStateSerializer,
    FloorQuerySerializer,
    TableStatusChangeSerializer,
    TableStatusSerializer,
)
from bookings.errors import TableOccupied
from bookings.floor import TableState, TableView
from bookings.presenters.floor import floor_data, table_data
from bookings.selectors.floor import (
    Floor,
    day_floor_of,
    floor_of,
    instant_on,
    opening_bounds,
    service_date_at,
)
from bookings.services import table_block, table_clean, table_unblock, walk_in_create
from reservehub.core import clock
from reservehub.core.actors import Actor
from reservehub.core.api.views import ApiView
from reservehub.core.errors import FieldError, NotFound, PermissionRefused, ValidationFailed
from restaurants.models import Restaurant, Table
from restaurants.permissions import Capability
from restaurants.selectors import Place, Room, capabilities_of, floor_plan_of, rooms_of

LONGEST_BLOCK = timedelta(days=366)


class FloorPlanStateView(ApiView):
    @extend_schema(
        operation_id="restaurant_floor_plan",
        summary="The floor and the state of its tables",
        tags=["Floor"],
        parameters=[FloorQuerySerializer],
        responses=FloorPlanStateSerializer,
    )
    def get(self, request: Request, restaurant: str) -> Response:
        """Every table with its state and place: now (`live`, as it is without a date and time), as
        planned `at` a date and time, or for a whole `day`, in the state it has longest.

        Open screens get the same tables over `/ws/staff/{id}/` whenever they change.
        """
        place, _actor = staff_restaurant(request, restaurant, Capability.VIEW_BOOK)
        query = FloorQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        if "plan" in asked:
            floor_plan_of(place, asked["plan"])
        rooms = [
            room for room in rooms_of(place) if asked.get("plan", room.plan_id) == room.plan_id
        ]
        floor = _floor(place, asked, now=clock.now())
        sees = Capability.SEE_CONTACT in capabilities_of(request.user, place)
        return Response(_with_places(floor_data(floor, place, sees_contact=sees), rooms))


def _floor(restaurant: Restaurant, asked: Mapping[str, Any], *, now: datetime) -> Floor:
    today = service_date_at(restaurant, now)
    service_date = asked.get("date", today)
    has_moment = "time" in asked or service_date != today
    mode = asked.get("mode") or ("at" if has_moment else "live")
    if mode == "live":
        return floor_of(restaurant, service_date=today, at=now, now=now, is_live=True)
    if mode == "day":
        return day_floor_of(restaurant, service_date=service_date, now=now)
    if "time" in asked:
        at = instant_on(restaurant, service_date, asked["time"])
    else:
        at = opening_bounds(restaurant, service_date)[0]
    return floor_of(restaurant, service_date=service_date, at=at, now=now, is_live=False)


def _with_places(data: dict[str, Any], rooms: list[Room]) -> dict[str, Any]:
    places = {place.table.pk: (room, place) for room in rooms for place in room.places}
    tables = [
        {**table, **_place_data(*places[table["table_id"]])}
        for table in data["tables"]
        if table["table_id"] in places
    ]
    plans = [
        {
            "id": room.plan_id,
            "name": room.name,
            "width": room.width,
            "height": room.height,
            "background_url": room.background_url,
        }
        for room in rooms
    ]
    return {**data, "plans": plans, "tables": tables}


def _place_data(room: Room, place: Place) -> dict[str, Any]:
    table, spot = place.table, place.spot
    return {
        "number": table.number,
        "name": table.name,
        "area": table.area.name,
        "seats": table.seats,
        "plan_id": room.plan_id,
        "x": spot.x,
        "y": spot.y,
        "width": spot.width,
        "height": spot.height,
        "rotation": spot.rotation,
        "shape": spot.shape,
    }


class TableStatusView(ApiView):
    problem_statuses = (409,)

    @extend_schema(
        operation_id="table_status",
        summary="Say what a table is now",
        tags=["Floor"],
        request=TableStatusChangeSerializer,
        responses=TableStatusSerializer,
    )
    def put(self, request: Request, table_id: int) -> Response:
        """`available`: it has been cleaned, or a block is lifted. `blocked` keeps guests away
        `until` then. `occupied` seats a walk-in of `party_size`; `overrides` accept a table that
        does not suit (`capacity`) or whose next party is `due_soon`.

        Guests who sit at a table leave it by completing their reservation.
        """
        table = Table.objects.filter(pk=table_id, is_active=True).first()
        if table is None:
            raise NotFound
        restaurant, actor = staff_restaurant(
            request, str(table.restaurant_id), Capability.EDIT_BOOK
        )
        data = parsed(TableStatusChangeSerializer, request)
        held = capabilities_of(request.user, restaurant)
        if data["overrides"] and Capability.OVERRIDE_PACING not in held:
            raise PermissionRefused
        _set(restaurant, table, data, actor=actor, now=clock.now())
        restaurant.refresh_from_db()
        now = clock.now()
        sees = Capability.SEE_CONTACT in held
        return Response(
            table_data(_seen(restaurant, table_id, now), restaurant, at=now, sees_contact=sees)
        )


def _set(
    restaurant: Restaurant, table: Table, data: Mapping[str, Any], *, actor: Actor, now: datetime
) -> None:
    if data["status"] == "occupied":
        if "party_size" not in data:
            raise _missing("/party_size")
        walk_in_create(
            restaurant_id=restaurant.pk,
            table_ids=(table.pk,),
            party_size=data["party_size"],
            guest_name=data["guest_name"],
            overrides=frozenset(data["overrides"]),
            actor=actor,
            now=now,
        )
    elif data["status"] == "blocked":
        table_block(
            restaurant_id=restaurant.pk,
            table_ids=(table.pk,),
            starts_at=now,
            ends_at=_until(data, now=now),
            reason=data["reason"],
            actor=actor,
            now=now,
        )
    else:
        _free(restaurant, table, actor=actor, now=now)


def _free(restaurant: Restaurant, table: Table, *, actor: Actor, now: datetime) -> None:
    """:raises TableOccupied: if guests sit there or a party has it now"""
    view = _seen(restaurant, table.pk, now)
    if view.state is TableState.CLEANING:
        table_clean(table_id=table.pk, restaurant_id=restaurant.pk, actor=actor, now=now)
    elif view.state is TableState.BLOCKED and view.block_id is not None:
        table_unblock(block_id=view.block_id, restaurant_id=restaurant.pk, actor=actor, now=now)
    elif view.visit is not None:
        raise TableOccupied(
            _("End or move the visit of the party at this table."),
            table_ids=[table.pk],
            reservation_id=view.visit.reservation_id,
            reference=view.visit.reference,
        )


def _seen(restaurant: Restaurant, table_id: int, now: datetime) -> TableView:
    day = service_date_at(restaurant, now)
    floor = floor_of(restaurant, service_date=day, at=now, now=now, is_live=True)
    found = next((view for view in floor.tables if view.table_id == table_id), None)
    if found is None:
        raise NotFound
    return found


def _until(data: Mapping[str, Any], *, now: datetime) -> datetime:
    if "until" not in data:
        raise _missing("/until")
    until: datetime = data["until"]
    if not now < until <= now + LONGEST_BLOCK:
        refused = _("Use a moment within the next year.")
        raise ValidationFailed(errors=[FieldError("/until", "out_of_range", refused)])
    return until


def _missing(pointer: str) -> ValidationFailed:
    return ValidationFailed(errors=[FieldError(pointer, "required", _("This field is required."))])
