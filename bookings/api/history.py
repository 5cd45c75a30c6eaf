"""What a guest booked, for staff (the guest book itself knows nothing of bookings)."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.api.output import rows_data
from bookings.api.serializers import ReservationSerializer
from bookings.selectors.history import history_of
from guests.api.access import reading
from guests.services import guest_viewed
from reservehub.core import clock
from reservehub.core.api.pagination import CursorPages
from reservehub.core.api.queries import Queries
from reservehub.core.api.views import ApiView


class LatestStartFirst(CursorPages):
    ordering = ("-starts_at", "-id")


class GuestHistoryView(ApiView):
    pagination_class = LatestStartFirst

    @extend_schema(
        operation_id="guest_history",
        summary="A guest's reservations",
        tags=["Guests"],
        responses=ReservationSerializer(many=True),
    )
    def get(self, request: Request, guest_id: int) -> Response:
        """In all restaurants of the organisation, the latest start first, also under records that
        were merged into this one. Contact and health data are null for roles that do not take care
        of guests.
        """
        access = reading(request, guest_id)
        Queries(request, known=()).check()
        guest_viewed(guest=access.guest, actor=access.actor, now=clock.now())
        pages = self.pagination_class()
        page = pages.paginate_queryset(history_of(access.guest), request, self) or []
        sees = access.sees_contact and access.sees_health
        return pages.get_paginated_response(rows_data(page, is_staff=False, sees_contact=sees))
