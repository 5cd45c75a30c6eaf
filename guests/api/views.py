"""The guest book for staff: finding, profile, notes, VIP, tags, segments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from guests.api.access import (
    Access,
    book_of,
    changing,
    houses_of,
    parsed,
    reading,
    segment_for,
    tag_for,
)
from guests.api.examples import NOTE_REQUEST, PROFILE
from guests.api.output import counted_tag_data, note_data, profile_data, rows_data
from guests.api.serializers import (
    CountedGuestTagSerializer,
    FoundGuestSerializer,
    GuestNoteSerializer,
    GuestNoteWriteSerializer,
    GuestProfileSerializer,
    GuestRowSerializer,
    GuestSegmentSerializer,
    VipSerializer,
)
from guests.conditions import BadConditions
from guests.models import Guest
from guests.selectors.profile import notes_of
from guests.selectors.search import Search, guests_found
from guests.selectors.segments import guests_in_segment, segments_of, segments_with_counts
from guests.selectors.tags import tags_with_counts
from guests.services import guest_viewed, guest_vip, note_add
from guests.services.tags import tag_give, tag_take
from reservehub.core import clock
from reservehub.core.api.fields import MAX_ID
from reservehub.core.api.idempotent import idempotent
from reservehub.core.api.pagination import CursorPages
from reservehub.core.api.queries import Queries
from reservehub.core.api.views import ApiView
from reservehub.core.errors import DomainError
from restaurants.permissions import Capability

TAGS = ["Guests"]
FLAG = {"type": "boolean", "default": False}


class SegmentOutdated(DomainError):
    """What is stored can no longer be asked, such as a tag that is gone."""

    code = "segment_outdated"
    title = _("The conditions of this segment have to be chosen again")


class ByName(CursorPages):
    ordering = ("name", "id")


class GuestsView(ApiView):
    pagination_class = ByName

    @extend_schema(
        operation_id="guests",
        summary="Find guests",
        tags=TAGS,
        parameters=[
            OpenApiParameter(
                "q",
                {"type": "string", "maxLength": 200},
                description="Part of the name, end of the phone number (3 digits or more), or"
                " e-mail address. Every word must fit.",
            ),
            OpenApiParameter("tag", {"type": "integer", "minimum": 1, "maximum": MAX_ID}),
            OpenApiParameter("vip", FLAG, description="Only VIPs."),
            OpenApiParameter("blocked", FLAG, description="Only the blocked."),
        ],
        responses=FoundGuestSerializer(many=True),
    )
    def get(self, request: Request, restaurant: str) -> Response:
        """The guests of the restaurant's organisation by name. Where no name fits, those whose name
        resembles it (`is_close`).
        """
        book = book_of(request, restaurant, Capability.SEE_CONTACT)
        queries = Queries(request, known={"q", "tag", "vip", "blocked"})
        search = Search(
            text=queries.text("q"),
            tag_id=queries.id("tag"),
            is_vip=queries.flag("vip") or None,
            is_blocked=queries.flag("blocked") or None,
        )
        queries.check()
        found = guests_found([book.organisation_id], search)
        pages = self.pagination_class()
        rows = found.guests.select_related("figures")
        page = pages.paginate_queryset(rows, request, self) or []
        return pages.get_paginated_response(
            [{**row, "is_close": found.is_close} for row in rows_data(page)]
        )


class GuestView(ApiView):
    @extend_schema(
        operation_id="guest",
        summary="A guest's profile",
        tags=TAGS,
        responses=GuestProfileSerializer,
        examples=[PROFILE],
    )
    def get(self, request: Request, guest_id: int) -> Response:
        """Of a record that was merged, the one that was kept. Every reading is noted in the audit.
        Contacts and health data are null for roles that may not see them.
        """
        return Response(profile_data(_seen(request, guest_id)))


class NotesView(ApiView):
    pagination_class = CursorPages

    @extend_schema(
        operation_id="guest_notes",
        summary="Notes about a guest",
        tags=TAGS,
        responses=GuestNoteSerializer(many=True),
    )
    def get(self, request: Request, guest_id: int) -> Response:
        """The latest first; health notes only for roles that take care of guests."""
        access = _seen(request, guest_id)
        notes = notes_of(
            access.guest,
            restaurant_ids=houses_of(request, access.guest),
            capabilities=access.capabilities,
        )
        pages = self.pagination_class()
        page = pages.paginate_queryset(notes, request, self) or []
        return pages.get_paginated_response([note_data(note) for note in page])

    @extend_schema(
        operation_id="guest_note_add",
        summary="Write a note",
        tags=TAGS,
        request=GuestNoteWriteSerializer,
        responses={201: GuestNoteSerializer},
        examples=[NOTE_REQUEST],
    )
    @idempotent
    def post(self, request: Request, guest_id: int) -> Response:
        """For one restaurant or for all of the organisation; an alert is shown when the guest books
        and arrives.
        """
        access = changing(request, guest_id, Capability.EDIT_BOOK)
        data = parsed(GuestNoteWriteSerializer, request)
        note = note_add(
            guest_id=access.guest.pk,
            kind=data["kind"],
            text=data["text"],
            is_alert=data["is_alert"],
            restaurant_id=data["restaurant"],
            has_health_consent=data["has_health_consent"],
            actor=access.actor,
            now=clock.now(),
        )
        return Response(note_data(note), status=201)


class VipView(ApiView):
    @extend_schema(
        operation_id="guest_vip",
        summary="VIP or not",
        tags=TAGS,
        request=VipSerializer,
        responses=GuestProfileSerializer,
    )
    def put(self, request: Request, guest_id: int) -> Response:
        """Saying it twice changes nothing."""
        access = changing(request, guest_id, Capability.EDIT_BOOK)
        data = parsed(VipSerializer, request)
        guest_vip(
            guest_id=access.guest.pk,
            is_vip=data["is_vip"],
            actor=access.actor,
            now=clock.now(),
        )
        return Response(profile_data(_read(access)))


class GuestTagView(ApiView):
    @extend_schema(
        operation_id="guest_tag_give",
        summary="Give a tag",
        tags=TAGS,
        request=None,
        responses=GuestProfileSerializer,
    )
    def put(self, request: Request, guest_id: int, tag_id: int) -> Response:
        """By hand: from now on no rule takes it."""
        access = changing(request, guest_id, Capability.EDIT_BOOK)
        tag = tag_for(access.guest, tag_id)
        tag_give(guest=access.guest, tag=tag, actor=access.actor, now=clock.now())
        return Response(profile_data(_read(access)))

    @extend_schema(
        operation_id="guest_tag_take",
        summary="Take a tag",
        tags=TAGS,
        responses={200: GuestProfileSerializer},
    )
    def delete(self, request: Request, guest_id: int, tag_id: int) -> Response:
        """By hand: its rule does not give it to this guest again."""
        access = changing(request, guest_id, Capability.EDIT_BOOK)
        tag = tag_for(access.guest, tag_id)
        tag_take(guest=access.guest, tag=tag, actor=access.actor, now=clock.now())
        return Response(profile_data(_read(access)))


class TagsView(ApiView):
    pagination_class = ByName

    @extend_schema(
        operation_id="guest_tags",
        summary="Tags",
        tags=TAGS,
        responses=CountedGuestTagSerializer(many=True),
    )
    def get(self, request: Request, restaurant: str) -> Response:
        """The tags of the organisation, each with how many carry it."""
        book = book_of(request, restaurant, Capability.SEE_CONTACT)
        Queries(request, known=()).check()
        pages = self.pagination_class()
        page = pages.paginate_queryset(tags_with_counts(book.organisation_id), request, self) or []
        return pages.get_paginated_response(
            [counted_tag_data(tag, tag.guest_count) for tag in page]
        )


class SegmentsView(ApiView):
    pagination_class = ByName

    @extend_schema(
        operation_id="guest_segments",
        summary="Segments",
        tags=TAGS,
        responses=GuestSegmentSerializer(many=True),
    )
    def get(self, request: Request, restaurant: str) -> Response:
        """Saved filters, each with how many are in it now."""
        book = book_of(request, restaurant, Capability.SEE_CONTACT)
        Queries(request, known=()).check()
        pages = self.pagination_class()
        page = pages.paginate_queryset(segments_of(book.organisation_id), request, self) or []
        counts = {
            segment.pk: number
            for segment, number in segments_with_counts(book.organisation_id, now=clock.now())
        }
        return pages.get_paginated_response(
            [
                {
                    "id": one.pk,
                    "name": one.name,
                    "conditions": one.conditions,
                    "guests": counts.get(one.pk),
                }
                for one in page
            ]
        )


class SegmentGuestsView(ApiView):
    pagination_class = ByName

    @extend_schema(
        operation_id="guest_segment_guests",
        summary="Who is in a segment",
        tags=TAGS,
        responses=GuestRowSerializer(many=True),
    )
    def get(self, request: Request, segment_id: int) -> Response:
        """Now, by name; 409 `segment_outdated` where the conditions have to be chosen again."""
        segment = segment_for(request, segment_id, Capability.SEE_CONTACT)
        Queries(request, known=()).check()
        try:
            found = guests_in_segment(segment, now=clock.now())
        except BadConditions:
            raise SegmentOutdated from None
        pages = self.pagination_class()
        page = pages.paginate_queryset(found.select_related("figures"), request, self) or []
        return pages.get_paginated_response(rows_data(page))


def _seen(request: Request, guest_id: int) -> Access:
    """For reading, which the audit remembers."""
    access = _read(reading(request, guest_id))
    guest_viewed(guest=access.guest, actor=access.actor, now=clock.now())
    return access


def _read(access: Access) -> Access:
    """As the guest is now, with figures."""
    guest = Guest.objects.select_related("figures").get(pk=access.guest.pk)
    return access._replace(guest=guest)
