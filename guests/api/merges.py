"""Duplicates for staff: what may be one person, making it one, taking it back (rules 99-100)."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from guests.api.access import book_of, candidate_for, changing, merge_for, parsed
from guests.api.examples import MERGED
from guests.api.output import candidates_data, merge_data
from guests.api.serializers import (
    GuestDuplicateSerializer,
    GuestMergeRequestSerializer,
    GuestMergeSerializer,
    NoMembersSerializer,
)
from guests.selectors import guest_for
from guests.selectors.duplicates import candidates_of
from guests.services import merge_candidate_dismiss
from guests.services.merging import guests_merge, guests_unmerge
from reservehub.core import clock
from reservehub.core.api.idempotent import idempotent
from reservehub.core.api.pagination import CursorPages
from reservehub.core.api.queries import Queries
from reservehub.core.api.views import ApiView
from restaurants.permissions import Capability

TAGS = ["Guests"]


class LikeliestFirst(CursorPages):
    ordering = ("-score", "id")


class DuplicatesView(ApiView):
    pagination_class = LikeliestFirst

    @extend_schema(
        operation_id="guest_duplicates",
        summary="Possible duplicates",
        tags=TAGS,
        responses=GuestDuplicateSerializer(many=True),
    )
    def get(self, request: Request, restaurant: str) -> Response:
        """Records of the organisation that may be one person, the likeliest first. They are looked
        for every night; nothing is merged by itself.
        """
        book = book_of(request, restaurant, Capability.MERGE_GUESTS)
        Queries(request, known=()).check()
        pages = self.pagination_class()
        page = pages.paginate_queryset(candidates_of(book.organisation_id), request, self) or []
        return pages.get_paginated_response(candidates_data(page))


class DismissView(ApiView):
    @extend_schema(
        operation_id="guest_duplicate_dismiss",
        summary="Not a duplicate",
        tags=TAGS,
        request=NoMembersSerializer,
        responses={204: None},
    )
    @idempotent
    def post(self, request: Request, candidate_id: int) -> Response:
        """The two are not proposed again. Saying it twice changes nothing."""
        candidate, actor = candidate_for(request, candidate_id)
        parsed(NoMembersSerializer, request)
        merge_candidate_dismiss(candidate_id=candidate.pk, actor=actor, now=clock.now())
        return Response(status=204)


class MergeView(ApiView):
    @extend_schema(
        operation_id="guest_merge",
        summary="Merge two records",
        tags=TAGS,
        request=GuestMergeRequestSerializer,
        responses={201: GuestMergeSerializer},
        examples=[MERGED],
    )
    @idempotent
    def post(self, request: Request, guest_id: int) -> Response:
        """History, notes, tags and points of `merged` go over to this guest. VIP and blocked if
        either is; offers and news only if both agreed; the contacts of both stay known. Saying it
        twice gives the same merge.
        """
        access = changing(request, guest_id, Capability.MERGE_GUESTS)
        data = parsed(GuestMergeRequestSerializer, request)
        # Also a record that is part of another: whether it may be merged, the service says.
        guest_for(request.user, data["merged"], Capability.MERGE_GUESTS)
        merge = guests_merge(
            kept_id=access.guest.pk,
            merged_id=data["merged"],
            actor=access.actor,
            now=clock.now(),
        )
        return Response(merge_data(merge), status=201)


class UnmergeView(ApiView):
    @extend_schema(
        operation_id="guest_unmerge",
        summary="Take a merge back",
        tags=TAGS,
        request=NoMembersSerializer,
        responses=GuestMergeSerializer,
    )
    @idempotent
    def post(self, request: Request, merge_id: int) -> Response:
        """Within 30 days. What went over goes back as far as it is still there; the two are not
        proposed again.
        """
        merge, actor = merge_for(request, merge_id)
        parsed(NoMembersSerializer, request)
        undone = guests_unmerge(merge_id=merge.pk, actor=actor, now=clock.now())
        return Response(merge_data(undone))
