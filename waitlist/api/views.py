"""The waitlist for guests: join, look, change, leave, answer. Staff may do so for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.api.inputs import area_id_of, expected_version, parsed
from bookings.api.output import answer as reservation_answer
from bookings.api.output import manage_url
from bookings.api.parameters import ETAG, LOCATION, MANAGE_TOKEN, REASON, TOKEN_IN_QUERY
from bookings.api.serializers import ReasonSerializer, SlotProblemSerializer
from bookings.loading import public_restaurant
from bookings.models import Reservation
from bookings.selectors import manage_token_of
from reservehub.core import clock
from reservehub.core.api.etag import uses_if_match
from reservehub.core.api.idempotent import idempotent
from reservehub.core.api.problems import PROBLEM_JSON
from reservehub.core.api.views import ApiView, actor_of
from reservehub.core.errors import NotFound
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from waitlist import selectors, services
from waitlist.api.access import Access, answered, any_access
from waitlist.api.examples import CHANGE_REQUEST, JOIN_REQUEST, JOINED, TABLE_FREE, WITH_OFFER
from waitlist.api.output import answer, answer_of
from waitlist.api.serializers import (
    ENTRY_AS_SEEN,
    AcceptedSerializer,
    AnswerSerializer,
    ChangeSerializer,
    EmptySerializer,
    JoinedSerializer,
    JoinSerializer,
)
from waitlist.errors import OfferGone
from waitlist.models import OfferStatus, WaitlistOffer

TAGS = ["Waitlist"]
HOLDER = [MANAGE_TOKEN, TOKEN_IN_QUERY]
REFUSED = {(409, PROBLEM_JSON): SlotProblemSerializer}


class WaitlistView(ApiView):
    """The public way in."""

    is_public = True
    throttle_scopes = {"POST": "booking"}
    problem_statuses = (404,)

    @extend_schema(
        operation_id="waitlist_join",
        summary="Join the waitlist",
        tags=TAGS,
        request=JoinSerializer,
        responses={201: JoinedSerializer, **REFUSED},
        parameters=[ETAG, LOCATION],
        examples=[JOIN_REQUEST, JOINED, TABLE_FREE],
    )
    def post(self, request: Request) -> Response:
        """Wait for a table of a date that is full. Where a start of the window is free the answer
        is 409 `table_free` with it.
        """
        response = self._join(request)
        if response.status_code == 201:
            # Only now: the stored answer of an idempotency key must not hold the guest's secret.
            response.data["token"] = selectors.entry_token_of(answered(response.data["id"]))
        return response

    @idempotent
    def _join(self, request: Request) -> Response:
        data = parsed(JoinSerializer, request)
        restaurant = public_restaurant(data["restaurant"])
        joined = services.entry_join(
            request=_join_request(request, restaurant, data),
            actor=actor_of(request),
            now=clock.now(),
        )
        where = request.build_absolute_uri(f"/api/v1/waitlist/{joined.entry.pk}")
        return answer(joined.entry, now=clock.now(), status=201, headers={"Location": where})

    post.is_idempotent = True  # type: ignore[attr-defined]


def _join_request(
    request: Request, restaurant: Restaurant, data: dict[str, Any]
) -> services.JoinRequest:
    same = (
        *("date", "last_date", "from_time", "until_time", "flexibility_minutes", "party_size"),
        *("guest_name", "guest_email", "guest_phone", "guest_language", "special_occasion"),
        *("special_requests", "has_health_consent", "source"),
    )
    return services.JoinRequest(
        restaurant_id=restaurant.pk,
        area_ids=_area_ids(restaurant, data["areas"]),
        dietary_restrictions=tuple(data["dietary_restrictions"]),
        customer_id=request.user.pk if request.user.is_authenticated else None,
        **{name: data[name] for name in same},
    )


def _area_ids(restaurant: Restaurant, areas: list[int | str]) -> tuple[int, ...]:
    found = (
        area_id_of(restaurant, area, pointer=f"/areas/{position}")
        for position, area in enumerate(areas)
    )
    return tuple(area for area in found if area is not None)


def _changes(restaurant: Restaurant, data: dict[str, Any]) -> services.EntryChanges:
    areas = data["areas"]
    same = (
        *("date", "last_date", "from_time", "until_time", "flexibility_minutes"),
        *("party_size", "special_requests"),
    )
    return services.EntryChanges(
        area_ids=None if areas is None else _area_ids(restaurant, areas),
        **{name: data[name] for name in same},
    )


class EntryView(ApiView):
    is_public = True
    problem_statuses = {"get": (401, 403), "patch": (401, 403), "delete": (400, 401, 403, 415)}

    @extend_schema(
        operation_id="waitlist_entry",
        summary="Read an entry",
        tags=TAGS,
        responses=ENTRY_AS_SEEN,
        parameters=[*HOLDER, ETAG],
        examples=[WITH_OFFER],
    )
    def get(self, request: Request, entry_id: int) -> Response:
        """With the token, as the customer who joined, or as staff (who get other members)."""
        return answer_of(any_access(request, entry_id))

    @extend_schema(
        operation_id="waitlist_change",
        summary="Change the wish",
        tags=TAGS,
        request=ChangeSerializer,
        responses={200: ENTRY_AS_SEEN, **REFUSED},
        parameters=[*HOLDER, ETAG],
        examples=[CHANGE_REQUEST],
    )
    @uses_if_match
    def patch(self, request: Request, entry_id: int) -> Response:
        """What is left out stays; so does the place in line. A table that was offered for the old
        wish goes to the next.
        """
        access = any_access(request, entry_id)
        access.require(Capability.EDIT_BOOK)
        data = parsed(ChangeSerializer, request)
        services.entry_change(
            entry_id=entry_id,
            changes=_changes(access.entry.restaurant, data),
            actor=access.actor,
            now=clock.now(),
            expected_version=expected_version(request, access.entry.version, data["version"]),
        )
        return answer_of(replace(access, entry=answered(entry_id)))

    @extend_schema(
        operation_id="waitlist_leave",
        summary="Leave the waitlist",
        tags=TAGS,
        responses={200: ENTRY_AS_SEEN},
        parameters=[*HOLDER, REASON, ETAG],
    )
    @uses_if_match
    def delete(self, request: Request, entry_id: int) -> Response:
        """Guests leave, staff take off. A table that was offered goes to the next at once."""
        access = any_access(request, entry_id)
        access.require(Capability.EDIT_BOOK)
        data = parsed(ReasonSerializer, request, query=("reason",))
        version = expected_version(request, access.entry.version, data.get("version"))
        about: dict[str, Any] = {"entry_id": entry_id, "actor": access.actor, "now": clock.now()}
        if access.is_staff:
            services.entry_remove(**about, reason=data["reason"], expected_version=version)
        else:
            services.entry_leave(**about, expected_version=version)
        return answer_of(replace(access, entry=answered(entry_id)))


class ResumeView(ApiView):
    is_public = True
    problem_statuses = (401, 403)

    @extend_schema(
        operation_id="waitlist_resume",
        summary="Still waiting",
        tags=TAGS,
        request=EmptySerializer,
        responses=ENTRY_AS_SEEN,
        parameters=[*HOLDER, ETAG],
    )
    @idempotent
    def post(self, request: Request, entry_id: int) -> Response:
        """An entry that was paused after two unanswered offers is asked again."""
        access = any_access(request, entry_id)
        access.require(Capability.EDIT_BOOK)
        parsed(EmptySerializer, request)
        services.entry_resume(entry_id=entry_id, actor=access.actor, now=clock.now())
        return answer_of(replace(access, entry=answered(entry_id)))


class AcceptView(ApiView):
    is_public = True
    throttle_scopes = {"POST": "booking"}
    problem_statuses = (401, 403, 410)

    @extend_schema(
        operation_id="waitlist_accept",
        summary="Accept the offer",
        tags=TAGS,
        request=AnswerSerializer,
        responses={201: AcceptedSerializer, **REFUSED},
        parameters=[*HOLDER, ETAG],
    )
    def post(self, request: Request, entry_id: int) -> Response:
        """The table becomes a booking. Twice gives the same booking; too late answers 410."""
        response = self._accept(request, entry_id)
        if response.status_code == 201:
            # The stored answer of an idempotency key holds no secret; whoever gets it now is asked
            # again whether the entry is theirs.
            any_access(request, entry_id)
            booked = Reservation.objects.get(pk=response.data["id"])
            response.data["manage_token"] = manage_token_of(booked)
            response.data["manage_url"] = manage_url(response.data["manage_token"])
        return response

    @idempotent
    def _accept(self, request: Request, entry_id: int) -> Response:
        access = any_access(request, entry_id)
        access.require(Capability.EDIT_BOOK)
        offer = _offer(access, parsed(AnswerSerializer, request))
        booked = services.offer_accept(offer_id=offer.pk, actor=access.actor, now=clock.now())
        return reservation_answer(booked.reservation, status=201, sees_contact=access.sees_contact)

    post.is_idempotent = True  # type: ignore[attr-defined]


class DeclineView(ApiView):
    is_public = True
    problem_statuses = (401, 403, 410)

    @extend_schema(
        operation_id="waitlist_decline",
        summary="Decline the offer",
        tags=TAGS,
        request=AnswerSerializer,
        responses=ENTRY_AS_SEEN,
        parameters=[*HOLDER, ETAG],
    )
    @idempotent
    def post(self, request: Request, entry_id: int) -> Response:
        """The guest goes on waiting and is not offered this start again; the next is asked."""
        access = any_access(request, entry_id)
        access.require(Capability.EDIT_BOOK)
        offer = _offer(access, parsed(AnswerSerializer, request))
        services.offer_decline(offer_id=offer.pk, actor=access.actor, now=clock.now())
        return answer_of(replace(access, entry=answered(entry_id)))


def _offer(access: Access, data: dict[str, Any]) -> WaitlistOffer:
    """The offer that is answered: the one named, else the latest, which may be over.

    :raises NotFound: if it is not this entry's
    :raises OfferGone: if there never was one
    """
    offers = WaitlistOffer.objects.filter(entry=access.entry).order_by("-made_at", "-pk")
    if data["offer"] is not None:
        named = offers.filter(pk=data["offer"]).first()
        if named is None:
            raise NotFound
        return named
    latest = offers.first()
    if latest is None:
        raise OfferGone(status=str(OfferStatus.EXPIRED))
    return latest
