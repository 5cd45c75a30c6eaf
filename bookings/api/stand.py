"""The host stand by API: walk-ins, where a party could sit, two parties change tables, blocked
tables (rules 15, 26-31, 63, 64).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.api.access import staff_access, staff_restaurant
from bookings.api.inputs import expected_version, parsed
from bookings.api.output import answer, moment, rows_data
from bookings.api.parameters import DATE, ETAG, LOCATION
from bookings.api.serializers.stand import (
    PossibleSeatsSerializer,
    SeatedWalkInSerializer,
    SwappedSerializer,
    TableBlockCreateSerializer,
    TableBlockSerializer,
    WalkInSerializer,
)
from bookings.api.serializers.steps import SwapSerializer
from bookings.models import TableBlock
from bookings.selectors.blocks import blocks_of
from bookings.services import (
    reservations_swap,
    table_block,
    table_unblock,
    tables_possible,
    walk_in_create,
)
from reservehub.core import clock
from reservehub.core.api.etag import etag_for, uses_if_match
from reservehub.core.api.idempotent import idempotent
from reservehub.core.api.pagination import CursorPages
from reservehub.core.api.queries import Queries
from reservehub.core.api.views import ApiView
from reservehub.core.errors import FieldError, PermissionRefused, ValidationFailed
from restaurants.permissions import Capability
from restaurants.selectors import capabilities_of

LONGEST_BLOCK = timedelta(days=366)
EARLIEST_BLOCK = timedelta(days=1)
"""A block may have begun a little ago; its end still lies ahead."""


class WalkInsView(ApiView):
    problem_statuses = (409,)

    @extend_schema(
        operation_id="walk_in_create",
        summary="Seat a walk-in",
        tags=["Service"],
        request=WalkInSerializer,
        responses={201: SeatedWalkInSerializer},
        parameters=[ETAG, LOCATION],
    )
    @idempotent
    def post(self, request: Request, restaurant: str) -> Response:
        """A party without a booking sits down now, at these tables or at the best that are free.
        Where the next party comes sooner, the stay is cut to it (`warnings`). `overrides` accept
        tables that do not suit (`capacity`) or whose next party is `due_soon`.
        """
        place, actor = staff_restaurant(request, restaurant, Capability.EDIT_BOOK)
        data = parsed(WalkInSerializer, request)
        capabilities = capabilities_of(request.user, place)
        if data["overrides"] and Capability.OVERRIDE_PACING not in capabilities:
            raise PermissionRefused
        seated = walk_in_create(
            restaurant_id=place.pk,
            table_ids=tuple(data["table_ids"]),
            party_size=data["party_size"],
            guest_name=data["guest_name"],
            overrides=frozenset(data["overrides"]),
            actor=actor,
            now=clock.now(),
        )
        made = seated.reservation
        where = request.build_absolute_uri(f"/api/v1/reservations/{made.pk}")
        response = answer(
            made,
            is_staff=True,
            sees_contact=Capability.SEE_CONTACT in capabilities,
            status=201,
            headers={"Location": where},
        )
        response.data["warnings"] = list(seated.warnings)
        return response


class PossibleTablesView(ApiView):
    problem_statuses = (409,)

    @extend_schema(
        operation_id="reservation_possible_tables",
        summary="Tables that could take the party",
        tags=["Service"],
        responses=PossibleSeatsSerializer,
    )
    def get(self, request: Request, reservation_id: int) -> Response:
        """Every table and declared combination for what is left of the party's stay, and why not:
        what a floor plan lights up while a party is moved.
        """
        staff_access(request, reservation_id, Capability.VIEW_BOOK)
        found = tables_possible(reservation_id=reservation_id, now=clock.now())
        seats = [
            {
                "table_ids": list(seat.table_ids),
                "is_possible": seat.is_possible,
                "is_overridable": seat.is_overridable,
                "is_present": seat.is_present,
                "reasons": list(seat.reasons),
                "in_the_way": list(seat.in_the_way),
            }
            for seat in found
        ]
        return Response({"seats": seats})


class SwapView(ApiView):
    problem_statuses = (409,)

    @extend_schema(
        operation_id="reservation_swap",
        summary="Swap tables with another party",
        tags=["Service"],
        request=SwapSerializer,
        responses=SwappedSerializer,
        parameters=[ETAG],
    )
    @uses_if_match
    @idempotent
    def post(self, request: Request, reservation_id: int) -> Response:
        """Each gets the other's tables for what is left of its own stay; both or neither.
        Swapping again takes it back.
        """
        access = staff_access(request, reservation_id, Capability.EDIT_BOOK)
        data = parsed(SwapSerializer, request)
        staff_access(request, data["other"], Capability.EDIT_BOOK)
        if data["overrides"]:
            access.require(Capability.OVERRIDE_PACING)
        both = reservations_swap(
            first_id=reservation_id,
            second_id=data["other"],
            actor=access.actor,
            now=clock.now(),
            overrides=frozenset(data["overrides"]),
            first_version=expected_version(
                request, access.reservation.version, data.get("version")
            ),
            second_version=data.get("other_version"),
        )
        first, second = rows_data(both, is_staff=True, sees_contact=access.sees_contact)
        return Response(
            {"first": first, "second": second}, headers={"ETag": etag_for(both[0].version)}
        )


def block_data(block: TableBlock, zone: ZoneInfo) -> dict[str, Any]:
    rows = sorted(block.occupancies.all(), key=lambda row: row.table_id)
    return {
        "id": block.pk,
        "table_ids": [row.table_id for row in rows],
        "starts_at": moment(rows[0].period.lower if rows else None, zone),
        "ends_at": moment(rows[0].period.upper if rows else None, zone),
        "reason": block.reason,
        "created_at": moment(block.created_at, zone),
    }


class TableBlocksView(ApiView):
    pagination_class = CursorPages
    problem_statuses = {"post": (409,)}

    @extend_schema(
        operation_id="table_blocks",
        summary="Blocked tables",
        tags=["Floor"],
        parameters=[
            OpenApiParameter(
                "date", DATE.type, description="A service date; all from now on without it."
            )
        ],
        responses=TableBlockSerializer(many=True),
    )
    def get(self, request: Request, restaurant: str) -> Response:
        """Tables that staff keep free of guests, the latest block first."""
        place, _actor = staff_restaurant(request, restaurant, Capability.VIEW_BOOK)
        queries = Queries(request, known={"date"})
        day = queries.date("date")
        queries.check()
        rows = blocks_of(place, service_date=day, now=clock.now())
        pages = self.pagination_class()
        page = pages.paginate_queryset(rows, request, self) or []
        zone = ZoneInfo(place.timezone)
        return pages.get_paginated_response([block_data(one, zone) for one in page])

    @extend_schema(
        operation_id="table_block_create",
        summary="Block tables",
        tags=["Floor"],
        request=TableBlockCreateSerializer,
        responses={201: TableBlockSerializer},
    )
    @idempotent
    def post(self, request: Request, restaurant: str) -> Response:
        """Keep tables free of guests (rule 15). It never cancels a booking: one in the way refuses
        the block.
        """
        place, actor = staff_restaurant(request, restaurant, Capability.EDIT_BOOK)
        data = parsed(TableBlockCreateSerializer, request)
        now = clock.now()
        block = table_block(
            restaurant_id=place.pk,
            table_ids=tuple(data["table_ids"]),
            **_span(data, now=now),
            reason=data["reason"],
            actor=actor,
            now=now,
        )
        return Response(block_data(block, ZoneInfo(place.timezone)), status=201)


def _span(data: Mapping[str, Any], *, now: datetime) -> dict[str, datetime]:
    """:raises ValidationFailed: for what is over, or lasts longer than a year"""
    starts_at, ends_at = data.get("starts_at", now), data["ends_at"]
    soonest = now - EARLIEST_BLOCK
    if not soonest <= starts_at <= now + LONGEST_BLOCK:
        detail = _("Use a moment within the next year.")
        raise ValidationFailed(errors=[FieldError("/starts_at", "out_of_range", detail)])
    if not now < ends_at <= starts_at + LONGEST_BLOCK:
        detail = _("Use a moment ahead, within a year of the start.")
        raise ValidationFailed(errors=[FieldError("/ends_at", "out_of_range", detail)])
    return {"starts_at": starts_at, "ends_at": ends_at}


class TableBlockView(ApiView):
    @extend_schema(
        operation_id="table_block_delete",
        summary="Lift a block",
        tags=["Floor"],
        responses={204: None},
    )
    def delete(self, request: Request, restaurant: str, block_id: int) -> Response:
        """The tables can be given to guests again, at once."""
        place, actor = staff_restaurant(request, restaurant, Capability.EDIT_BOOK)
        table_unblock(block_id=block_id, restaurant_id=place.pk, actor=actor, now=clock.now())
        return Response(status=204)
