"""The waitlist for staff: who waits, and offering a table by hand."""

from __future__ import annotations

from dataclasses import replace

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.callers import account_of
from bookings.api.access import staff_restaurant
from bookings.api.inputs import parsed
from bookings.api.parameters import DATE, ETAG
from reservehub.core import clock
from reservehub.core.api.idempotent import idempotent
from reservehub.core.api.pagination import CursorPages
from reservehub.core.api.queries import Queries
from reservehub.core.api.views import ApiView
from restaurants.permissions import Capability
from restaurants.selectors import capabilities_of
from waitlist import selectors, services
from waitlist.api.access import answered, staff_access
from waitlist.api.output import answer_of, staff_data
from waitlist.api.serializers import EmptySerializer, StaffEntrySerializer
from waitlist.models import EntryStatus

TAGS = ["Waitlist"]


class EarliestFirst(CursorPages):
    ordering = ("service_date", "created_at", "id")


class RestaurantWaitlistView(ApiView):
    pagination_class = EarliestFirst

    @extend_schema(
        operation_id="restaurant_waitlist",
        summary="The waitlist",
        tags=TAGS,
        parameters=[
            OpenApiParameter("date", DATE.type, description="Service date; all dates without it."),
            OpenApiParameter(
                "status",
                {"type": "array", "items": {"type": "string", "enum": EntryStatus.values}},
                style="form",
                explode=False,
                description="One or several, separated by commas.",
            ),
        ],
        responses=StaffEntrySerializer(many=True),
    )
    def get(self, request: Request, restaurant: str) -> Response:
        """Entries by date and by who joined first. Contact data is null for roles that may not see
        it.
        """
        place, _actor = staff_restaurant(request, restaurant, Capability.VIEW_BOOK)
        queries = Queries(request, known={"date", "status"})
        rows = selectors.entries_visible_to(account_of(request)).filter(restaurant=place)
        if (day := queries.date("date")) is not None:
            rows = rows.filter(service_date__lte=day, last_service_date__gte=day)
        if statuses := queries.choices("status", EntryStatus.values):
            rows = rows.filter(status__in=statuses)
        queries.check()
        pages = self.pagination_class()
        page = pages.paginate_queryset(rows, request, self) or []
        sees = Capability.SEE_CONTACT in capabilities_of(request.user, place)
        offers = selectors.open_offers_by_entry([entry.pk for entry in page], clock.now())
        return pages.get_paginated_response(
            [staff_data(entry, offers.get(entry.pk), sees_contact=sees) for entry in page]
        )


class NotifyView(ApiView):
    problem_statuses = (410,)

    @extend_schema(
        operation_id="waitlist_notify",
        summary="Offer a table",
        tags=TAGS,
        request=EmptySerializer,
        responses=StaffEntrySerializer,
        parameters=[ETAG],
    )
    @idempotent
    def post(self, request: Request, entry_id: int) -> Response:
        """Offer the best free table to this guest now, whoever else waits; 409 `nothing_to_offer`
        with the reasons if there is none. An open offer is answered as it is.
        """
        access = staff_access(request, entry_id, Capability.EDIT_BOOK)
        parsed(EmptySerializer, request)
        services.entry_notify(entry_id=entry_id, actor=access.actor, now=clock.now())
        return answer_of(replace(access, entry=answered(entry_id)))
