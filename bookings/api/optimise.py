"""Better tables for a whole service."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.callers import account_of
from bookings import selectors
from bookings.api.access import staff_restaurant
from bookings.api.inputs import parsed
from bookings.api.serializers import OptimisationSerializer, OptimiseSerializer
from bookings.services.optimisation import service_optimise
from reservehub.core import clock
from reservehub.core.api.idempotent import idempotent
from reservehub.core.api.views import ApiView
from restaurants.permissions import Capability


class OptimiseView(ApiView):
    @extend_schema(
        operation_id="restaurant_optimise",
        summary="Re-optimise a service",
        tags=["Service"],
        request=OptimiseSerializer,
        responses=OptimisationSerializer,
    )
    @idempotent
    def post(self, request: Request, restaurant: str) -> Response:
        """Find better tables for the unlocked parties of a date (rule 35). Without `apply`
        nothing changes.
        """
        place, actor = staff_restaurant(request, restaurant, Capability.EDIT_BOOK)
        data = parsed(OptimiseSerializer, request)
        found = service_optimise(
            restaurant_id=place.pk,
            date=data["date"],
            apply=data["apply"],
            actor=actor,
            now=clock.now(),
        )
        ids = [move.reservation_id for move in found.moves]
        own = selectors.reservations_visible_to(account_of(request), Capability.VIEW_BOOK)
        references = dict(own.filter(pk__in=ids).values_list("pk", "reference"))
        moves = [
            {
                "reservation_id": move.reservation_id,
                "reference": references.get(move.reservation_id, ""),
                "from_tables": list(move.from_tables),
                "to_tables": list(move.to_tables),
            }
            for move in found.moves
        ]
        return Response(
            {
                "date": data["date"].isoformat(),
                "applied": found.is_applied,
                "moves": moves,
                "covers_before": found.covers_before,
                "covers_after": found.covers_after,
                "unseated": list(found.unseated),
            }
        )
