"""Holds: keep a table while the guest fills in the form (rules 48-52)."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.api.examples import HOLD, HOLD_REQUEST, SLOT_TAKEN
from bookings.api.inputs import area_id_of, parsed
from bookings.api.output import moment
from bookings.api.serializers import HoldCreateSerializer, HoldSerializer
from bookings.models import Hold
from bookings.services import Start, hold_create, hold_extend, hold_release
from reservehub.core import clock
from reservehub.core.api.idempotent import idempotent
from reservehub.core.api.views import ApiView
from reservehub.core.http import client_ip
from reservehub.core.tokens import hash_token, random_token
from restaurants.selectors import restaurant_public


def hold_data(hold: Hold, token: str) -> dict[str, Any]:
    zone = ZoneInfo(hold.restaurant.timezone)
    left = hold.restaurant.policy.hold_extensions - hold.extensions
    return {
        "token": token,
        "starts_at": moment(hold.starts_at, zone),
        "ends_at": moment(hold.ends_at, zone),
        "timezone": hold.restaurant.timezone,
        "party_size": hold.party_size,
        "expires_at": moment(hold.expires_at, zone),
        "extensions_left": max(0, left),
    }


class HoldsView(ApiView):
    is_public = True
    throttle_scopes = {"POST": "holds"}
    problem_statuses = (404,)

    @extend_schema(
        operation_id="hold_create",
        summary="Hold a table",
        tags=["Holds"],
        request=HoldCreateSerializer,
        responses={201: HoldSerializer},
        examples=[HOLD_REQUEST, HOLD, SLOT_TAKEN],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Keep a table for a few minutes; send the token with the booking.

        One live hold per `session` (a new one replaces it) and three per address.
        """
        data = parsed(HoldCreateSerializer, request)
        restaurant = restaurant_public(data["restaurant"])
        user = request.user if request.user.is_authenticated else None
        session = data.get("session") or (f"user:{user.pk}" if user else random_token())
        ip = client_ip(request._request)  # noqa: SLF001 - Django's request, which DRF wraps
        held = hold_create(
            restaurant_id=restaurant.pk,
            start=Start(date=data["date"], time=data["time"], fold=data["fold"]),
            party_size=data["party_size"],
            area_id=area_id_of(restaurant, data["seating_area_preference"]),
            owner_key=hash_token(f"api:{session}"),
            ip_key=hash_token(ip) if ip and not user else "",
            now=clock.now(),
        )
        return Response(hold_data(held.hold, held.token), status=201)


class HoldView(ApiView):
    is_public = True
    problem_statuses = (404,)

    @extend_schema(
        operation_id="hold_release", summary="Release", tags=["Holds"], responses={204: None}
    )
    def delete(self, _request: Request, token: str) -> Response:
        """Give the table back. Releasing twice, or too late, is no error."""
        hold_release(token=token)
        return Response(status=204)


class HoldExtendView(ApiView):
    is_public = True
    throttle_scopes = {"POST": "holds"}
    problem_statuses = (410,)

    @extend_schema(
        operation_id="hold_extend",
        summary="Extend",
        tags=["Holds"],
        request=None,
        responses=HoldSerializer,
    )
    @idempotent
    def post(self, _request: Request, token: str) -> Response:
        """The full time again, as often as the restaurant's policy allows."""
        return Response(hold_data(hold_extend(token=token, now=clock.now()), token))
