"""What guests do: book, look up, read, change, cancel, re-confirm."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.callers import account_of
from bookings import selectors
from bookings.api.access import answered, any_access
from bookings.api.examples import (
    BOOKED,
    BOOKING_REQUEST,
    CHANGE_REQUEST,
    LOOKUP_REQUEST,
    RESERVATION,
    SLOT_TAKEN,
)
from bookings.api.inputs import area_id_of, expected_version, parsed
from bookings.api.money_output import with_pay_url
from bookings.api.output import answer, manage_url, rows_data
from bookings.api.parameters import (
    ETAG,
    FOR_GUEST,
    LOCATION,
    MANAGE_TOKEN,
    REASON,
    TOKEN_IN_QUERY,
)
from bookings.api.serializers import (
    CreatedReservationSerializer,
    LookupSerializer,
    ReservationCreateSerializer,
    ReservationModifySerializer,
    ReservationSerializer,
    SlotProblemSerializer,
    VersionSerializer,
)
from bookings.api.serializers.steps import CancelSerializer
from bookings.loading import public_restaurant
from bookings.services import (
    Booked,
    BookingRequest,
    Changes,
    reservation_approve,
    reservation_cancel,
    reservation_create,
    reservation_modify,
    reservation_reconfirm,
)
from reservehub.core import clock
from reservehub.core.api.etag import uses_if_match
from reservehub.core.api.idempotent import idempotent
from reservehub.core.api.pagination import CursorPages
from reservehub.core.api.problems import PROBLEM_JSON
from reservehub.core.api.views import ApiView, actor_of
from reservehub.core.errors import NotFound
from restaurants.models import Restaurant
from restaurants.permissions import Capability

TAKEN = {(409, PROBLEM_JSON): SlotProblemSerializer}
HOLDER = [MANAGE_TOKEN, TOKEN_IN_QUERY]
_STAFF_ONLY = ("internal_notes", "overrides")


class NewestStartFirst(CursorPages):
    ordering = ("-starts_at", "-id")


def booking_request(restaurant: Restaurant, data: dict[str, Any], **more: Any) -> BookingRequest:
    """The service's request from a validated body."""
    area = data["seating_area_preference"]
    return BookingRequest(
        restaurant_id=restaurant.pk,
        date=data["date"],
        time=data["time"],
        fold=data["fold"],
        party_size=data["party_size"],
        guest_name=data["guest_name"],
        guest_email=data["guest_email"],
        guest_phone=data["guest_phone"],
        guest_language=data["guest_language"],
        area_id=area_id_of(restaurant, area),
        special_occasion=data["special_occasion"],
        special_requests=data["special_requests"],
        dietary_restrictions=tuple(data["dietary_restrictions"]),
        has_health_consent=data["has_health_consent"],
        source=data["source"],
        **more,
    )


class ReservationsView(ApiView):
    """The public way in."""

    is_public = True
    _booked: Booked | None = None
    pagination_class = NewestStartFirst
    throttle_scopes = {"POST": "booking"}
    problem_statuses = {"get": (401,), "post": (404, 410)}

    def get_permissions(self) -> list[BasePermission]:
        return [IsAuthenticated()] if self.request.method == "GET" else super().get_permissions()

    @extend_schema(
        operation_id="reservations_of_customer",
        summary="My reservations",
        tags=["Reservations"],
        responses=ReservationSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """The reservations of the logged-in customer, the latest start first."""
        pages = self.pagination_class()
        own = selectors.reservations_of_customer(account_of(request)).select_related("restaurant")
        page = pages.paginate_queryset(own, request, self) or []
        rows = rows_data(page, is_staff=False, sees_contact=True)
        shown = [with_pay_url(row, one) for row, one in zip(rows, page, strict=True)]
        return pages.get_paginated_response(shown)

    @extend_schema(
        operation_id="reservation_create",
        summary="Book",
        tags=["Reservations"],
        request=ReservationCreateSerializer,
        responses={201: CreatedReservationSerializer, **TAKEN},
        parameters=[ETAG, LOCATION],
        examples=[BOOKING_REQUEST, BOOKED, SLOT_TAKEN],
    )
    def post(self, request: Request) -> Response:
        """Book a table, or ask for one where the restaurant approves by hand (`status: pending`).

        An e-mail address or a phone number is enough. A time that is taken answers 409 with the
        nearest free ones.
        """
        response = self._create(request)
        if response.status_code == 201:
            # Only now: the stored answer of an idempotency key must not hold the guest's secret.
            if self._booked is not None:
                reservation, token = self._booked.reservation, self._booked.manage_token
            else:
                reservation = answered(response.data["id"])
                token = selectors.manage_token_of(reservation)
            with_pay_url(response.data, reservation)
            response.data["manage_token"] = token
            response.data["manage_url"] = manage_url(token)
        return response

    @idempotent
    def _create(self, request: Request) -> Response:
        data = parsed(ReservationCreateSerializer, request)
        restaurant = public_restaurant(data["restaurant"])
        if restaurant is None:
            raise NotFound
        customer_id = request.user.pk if request.user.is_authenticated else None
        booked = reservation_create(
            request=booking_request(
                restaurant,
                data,
                hold_token=data["hold"],
                customer_id=customer_id,
                marketing_words=data["marketing_consent"],
            ),
            actor=actor_of(request),
            now=clock.now(),
            restaurant=restaurant,
        )
        where = request.build_absolute_uri(f"/api/v1/reservations/{booked.reservation.pk}")
        self._booked = booked
        return answer(
            booked.reservation,
            tables=selectors.labels_of(restaurant, booked.table_ids),
            status=201,
            headers={"Location": where},
        )

    post.is_idempotent = True  # type: ignore[attr-defined]


class LookupView(ApiView):
    is_public = True
    throttle_scopes = {"POST": "lookup"}
    problem_statuses = (404,)

    @extend_schema(
        operation_id="reservation_lookup",
        summary="Look up",
        tags=["Reservations"],
        request=LookupSerializer,
        responses=CreatedReservationSerializer,
        parameters=[ETAG],
        examples=[LOOKUP_REQUEST],
    )
    def post(self, request: Request) -> Response:
        """Find a reservation by its reference and the guest's e-mail address. Both must match."""
        response = self._find(request)
        if response.status_code == 200:
            reservation = answered(response.data["id"])
            token = selectors.manage_token_of(reservation)
            with_pay_url(response.data, reservation)
            response.data["manage_token"] = token
            response.data["manage_url"] = manage_url(token)
        return response

    @idempotent
    def _find(self, request: Request) -> Response:
        data = parsed(LookupSerializer, request)
        return answer(
            selectors.reservation_lookup(reference=data["reference"], email=data["email"])
        )

    post.is_idempotent = True  # type: ignore[attr-defined]


class ReservationView(ApiView):
    is_public = True
    problem_statuses = (401, 403)

    @extend_schema(
        operation_id="reservation",
        summary="Read",
        tags=["Reservations"],
        responses=ReservationSerializer,
        parameters=[*HOLDER, ETAG],
        examples=[RESERVATION],
    )
    def get(self, request: Request, reservation_id: int) -> Response:
        """With the manage token, as the customer who booked, or as staff (who get more members)."""
        access = any_access(request, reservation_id)
        response = answer(
            access.reservation, is_staff=access.is_staff, sees_contact=access.sees_contact
        )
        if not access.is_staff:
            with_pay_url(response.data, access.reservation)
        return response


class ReservationModifyView(ApiView):
    is_public = True
    problem_statuses = (401, 403)

    @extend_schema(
        operation_id="reservation_modify",
        summary="Change",
        tags=["Reservations"],
        request=ReservationModifySerializer,
        responses={200: ReservationSerializer, **TAKEN},
        parameters=[*HOLDER, ETAG],
        examples=[CHANGE_REQUEST, RESERVATION, SLOT_TAKEN],
    )
    @uses_if_match
    def put(self, request: Request, reservation_id: int) -> Response:
        """Members that are left out stay as they are. Until the new place is certain the old
        one is kept.
        """
        access = any_access(request, reservation_id)
        access.require(Capability.EDIT_BOOK)
        data = parsed(ReservationModifySerializer, request)
        if not access.is_staff:
            for name in _STAFF_ONLY:
                data.pop(name, None)
        elif data.get("overrides"):
            access.require(Capability.OVERRIDE_PACING)
        changed = reservation_modify(
            reservation_id=reservation_id,
            changes=_changes(access.reservation.restaurant, data),
            actor=access.actor,
            now=clock.now(),
            expected_version=expected_version(
                request, access.reservation.version, data.get("version")
            ),
        )
        return answer(changed, is_staff=access.is_staff, sees_contact=access.sees_contact)


def _changes(restaurant: Restaurant, data: dict[str, Any]) -> Changes:
    values: dict[str, Any] = {
        name: data[name]
        for name in (
            *("date", "time", "fold", "party_size", "special_occasion", "special_requests"),
            *("has_health_consent", "internal_notes"),
        )
        if name in data
    }
    if "seating_area_preference" in data:
        values["area_id"] = area_id_of(restaurant, data["seating_area_preference"]) or 0
    if "dietary_restrictions" in data:
        values["dietary_restrictions"] = tuple(data["dietary_restrictions"])
    return Changes(**values, overrides=frozenset(data.get("overrides", ())))


class ReservationCancelView(ApiView):
    is_public = True
    problem_statuses = (400, 401, 403, 415)

    @extend_schema(
        operation_id="reservation_cancel",
        summary="Cancel",
        tags=["Reservations"],
        responses={200: ReservationSerializer},
        parameters=[*HOLDER, REASON, FOR_GUEST, ETAG],
    )
    @uses_if_match
    def delete(self, request: Request, reservation_id: int) -> Response:
        """Guests may until the deadline; the table is free at once. With `for_guest` staff write
        down the guest's own cancellation, in time or late.
        """
        access = any_access(request, reservation_id)
        access.require(Capability.EDIT_BOOK)
        data = parsed(CancelSerializer, request, query=("reason", "for_guest"))
        cancelled = reservation_cancel(
            reservation_id=reservation_id,
            actor=access.actor,
            now=clock.now(),
            reason=data["reason"],
            for_guest=data["for_guest"] and access.is_staff,
            expected_version=expected_version(
                request, access.reservation.version, data.get("version")
            ),
        )
        return answer(cancelled, is_staff=access.is_staff, sees_contact=access.sees_contact)


class ReservationConfirmView(ApiView):
    is_public = True
    problem_statuses = (401, 403)

    @extend_schema(
        operation_id="reservation_confirm",
        summary="Confirm",
        tags=["Reservations"],
        request=VersionSerializer,
        responses=ReservationSerializer,
        parameters=[*HOLDER, ETAG],
    )
    @uses_if_match
    @idempotent
    def post(self, request: Request, reservation_id: int) -> Response:
        """A guest says again that they come; staff approve a request that waits."""
        access = any_access(request, reservation_id)
        access.require(Capability.EDIT_BOOK)
        data = parsed(VersionSerializer, request)
        version = expected_version(request, access.reservation.version, data.get("version"))
        if access.is_staff:
            confirmed = reservation_approve(
                reservation_id=reservation_id,
                actor=access.actor,
                now=clock.now(),
                expected_version=version,
            )
        else:
            # Saying it twice changes nothing, so there is no version to be lost.
            confirmed = reservation_reconfirm(
                reservation_id=reservation_id, actor=access.actor, now=clock.now()
            )
        return answer(confirmed, is_staff=access.is_staff, sees_contact=access.sees_contact)
