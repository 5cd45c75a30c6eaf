"""The queue at the door: for guests (how long, join, look, come, leave) and as staff see it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.api.access import staff_restaurant
from bookings.api.inputs import area_id_of, expected_version, parsed
from bookings.api.parameters import ETAG, LOCATION, MANAGE_TOKEN, TOKEN_IN_QUERY
from bookings.loading import public_restaurant
from reservehub.core import clock
from reservehub.core.api.etag import uses_if_match
from reservehub.core.api.idempotent import idempotent
from reservehub.core.api.queries import Queries
from reservehub.core.api.views import ApiView, actor_of
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from restaurants.selectors import capabilities_of
from waitlist.api.queue_access import Access, any_access, party_of
from waitlist.api.queue_output import answer, quote_data, staff_data
from waitlist.api.queue_serializers import (
    AfarSerializer,
    DoorPartySerializer,
    EstimatesSerializer,
    JoinedPartySerializer,
    QueuePartySerializer,
    StaffPartySerializer,
    StaffQueueSerializer,
    StepSerializer,
)
from waitlist.api.serializers import EmptySerializer
from waitlist.models import QueueSource
from waitlist.selectors.queue import queue_now, queue_settings_of, queue_token_of
from waitlist.services import queue as services
from waitlist.services.queue.joining import closed_for

TAGS = ["Queue"]
HOLDER = [MANAGE_TOKEN, TOKEN_IN_QUERY]


class EstimatesView(ApiView):
    """What guests ask before they come."""

    is_public = True
    problem_statuses = (422,)

    @extend_schema(
        operation_id="restaurant_queue_estimates",
        summary="How long the wait is now",
        tags=TAGS,
        responses=EstimatesSerializer,
    )
    def get(self, request: Request, restaurant: str) -> Response:
        """By party size, for those who join from afar; `reasons` say why nobody may."""
        place = public_restaurant(restaurant)
        Queries(request, known=()).check()
        settings = queue_settings_of(place.pk)
        if not settings.is_remote_open:
            closed = {"status": "CLOSED_OTHER", "reasons": ["switched_off"], "estimates": []}
            return Response(closed)
        sizes = range(1, settings.largest_remote_party + 1)
        here = queue_now(place, now=clock.now(), sizes=sizes)
        refused, estimates = set(), []
        for size in sizes:
            wish = services.QueueRequest(restaurant_id=place.pk, party_size=size)
            reasons = set(closed_for(wish, here, here.quotes[size], settings))
            may_join = not reasons
            refused |= reasons
            estimates.append(
                {"party_size": size, **quote_data(here.quotes[size]), "may_join": may_join}
            )
        if not any(one["may_join"] for one in estimates):
            status = "CLOSED_OTHER"
        elif here.lines or not all(quote.is_now for quote in here.quotes.values()):
            status, refused = "OPEN", set()
        else:
            status, refused = "CLOSED_NO_WAIT", set()
        return Response({"status": status, "reasons": sorted(refused), "estimates": estimates})


class QueueView(ApiView):
    """The public way in."""

    is_public = True
    throttle_scopes = {"POST": "booking"}
    problem_statuses = (404,)

    @extend_schema(
        operation_id="queue_join",
        summary="Join the queue from afar",
        tags=TAGS,
        request=AfarSerializer,
        responses={201: JoinedPartySerializer},
        parameters=[ETAG, LOCATION],
    )
    def post(self, request: Request) -> Response:
        """Wait for a table tonight. `quoted` is the promise. 409 `queue_closed` says with `reasons`
        why nobody may join now, `already_in_queue` that the phone has a place.
        """
        response = self._join(request)
        if response.status_code == 201:
            # Only now: the stored answer of an idempotency key must not hold the guest's secret.
            response.data["token"] = queue_token_of(party_of(response.data["id"]))
        return response

    @idempotent
    def _join(self, request: Request) -> Response:
        data = parsed(AfarSerializer, request)
        place = public_restaurant(data.pop("restaurant"))
        actor = actor_of(request)
        wish = _wish(place, data, source=QueueSource.REMOTE)
        joined = services.queue_join(request=wish, actor=actor, now=clock.now())
        return _made(request, Access(party_of(joined.entry.pk), actor))

    post.is_idempotent = True  # type: ignore[attr-defined]


class HouseQueueView(ApiView):
    problem_statuses = {"get": (422,)}

    @extend_schema(
        operation_id="restaurant_queue",
        summary="The queue",
        tags=TAGS,
        responses=StaffQueueSerializer,
    )
    def get(self, request: Request, restaurant: str) -> Response:
        """Who waits now, in the order of joining, with the best tables they could have."""
        place, _actor = staff_restaurant(request, restaurant, Capability.VIEW_BOOK)
        Queries(request, known=()).check()
        now = clock.now()
        here = queue_now(place, now=now)
        sees = Capability.SEE_CONTACT in capabilities_of(request.user, place)
        return Response(
            {
                "is_open": here.house.is_open,
                "estimates": [
                    {"party_size": size, **quote_data(quote), "may_join": True}
                    for size, quote in here.quotes.items()
                ],
                "parties": [
                    staff_data(line.entry, line, now=now, sees_contact=sees) for line in here.lines
                ],
            }
        )

    @extend_schema(
        operation_id="restaurant_queue_add",
        summary="Add a party at the door",
        tags=TAGS,
        request=DoorPartySerializer,
        responses={201: StaffPartySerializer},
        parameters=[ETAG, LOCATION],
    )
    @idempotent
    def post(self, request: Request, restaurant: str) -> Response:
        """A name and a phone are optional: who stands at the door can be called by voice."""
        place, actor = staff_restaurant(request, restaurant, Capability.EDIT_BOOK)
        wish = _wish(place, parsed(DoorPartySerializer, request), source=QueueSource.HOST)
        joined = services.queue_join(request=wish, actor=actor, now=clock.now())
        rights = capabilities_of(request.user, place)
        return _made(request, Access(party_of(joined.entry.pk), actor, rights))


class PartyView(ApiView):
    is_public = True
    problem_statuses = {"get": (401, 403), "delete": (400, 401, 403, 415)}

    @extend_schema(
        operation_id="queue_party",
        summary="Read a party",
        tags=TAGS,
        responses=QueuePartySerializer,
        parameters=[*HOLDER, ETAG],
    )
    def get(self, request: Request, party_id: int) -> Response:
        """With the token, or as staff (who get other members)."""
        return answer(any_access(request, party_id), now=clock.now())

    @extend_schema(
        operation_id="queue_leave",
        summary="Leave the queue",
        tags=TAGS,
        responses={200: QueuePartySerializer},
        parameters=[*HOLDER, ETAG],
    )
    @uses_if_match
    def delete(self, request: Request, party_id: int) -> Response:
        """Guests leave (`CANCELED`), staff take off (`REMOVED`). What was held is free at once."""
        access = any_access(request, party_id)
        access.require(Capability.EDIT_BOOK)
        data = parsed(StepSerializer, request)
        version = expected_version(request, access.entry.version, data.get("version"))
        about: dict[str, Any] = {"entry_id": party_id, "actor": access.actor, "now": clock.now()}
        if access.is_staff:
            services.queue_remove(**about, expected_version=version)
        else:
            services.queue_leave(**about)
        return answer(replace(access, entry=party_of(party_id)), now=clock.now())


class ComingView(ApiView):
    is_public = True
    problem_statuses = (401, 403)

    @extend_schema(
        operation_id="queue_coming",
        summary="Say that the party is coming",
        tags=TAGS,
        request=EmptySerializer,
        responses=QueuePartySerializer,
        parameters=[*HOLDER, ETAG],
    )
    @idempotent
    def post(self, request: Request, party_id: int) -> Response:
        """Its ten minutes stay ten; a party that was skipped is in turn again."""
        access = any_access(request, party_id)
        access.require(Capability.EDIT_BOOK)
        parsed(EmptySerializer, request)
        services.queue_coming(entry_id=party_id, actor=access.actor, now=clock.now())
        return answer(replace(access, entry=party_of(party_id)), now=clock.now())


def _wish(place: Restaurant, data: dict[str, Any], *, source: str) -> services.QueueRequest:
    area_id = area_id_of(place, data.pop("area"), pointer="/area")
    return services.QueueRequest(restaurant_id=place.pk, area_id=area_id, source=source, **data)


def _made(request: Request, access: Access) -> Response:
    where = request.build_absolute_uri(f"/api/v1/queue/{access.entry.pk}")
    return answer(access, now=clock.now(), status=201, headers={"Location": where})
