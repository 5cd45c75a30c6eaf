"""What staff do with a party of the queue: call, seat, remind, pass over, take back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.api.inputs import expected_version, parsed
from bookings.api.parameters import ETAG
from reservehub.core import clock
from reservehub.core.api.etag import uses_if_match
from reservehub.core.api.idempotent import idempotent
from reservehub.core.api.views import ApiView
from restaurants.permissions import Capability
from waitlist.api.queue_access import party_of, staff_access
from waitlist.api.queue_output import answer
from waitlist.api.queue_serializers import (
    StaffPartySerializer,
    StepSerializer,
    TablesSerializer,
)
from waitlist.api.serializers import EmptySerializer
from waitlist.services import queue as services

TAGS = ["Queue"]
LIMITS = frozenset({"due_soon", "capacity"})
"""Overrides that need a right of their own; whose turn it is, the host decides."""

Service = Callable[..., object]


def _step(request: Request, party_id: int, service: Service) -> Response:
    access = staff_access(request, party_id, Capability.EDIT_BOOK)
    data = parsed(StepSerializer, request)
    version = expected_version(request, access.entry.version, data.get("version"))
    service(entry_id=party_id, actor=access.actor, now=clock.now(), expected_version=version)
    return answer(replace(access, entry=party_of(party_id)), now=clock.now())


def _at_tables(request: Request, party_id: int, service: Service) -> Response:
    access = staff_access(request, party_id, Capability.EDIT_BOOK)
    data = parsed(TablesSerializer, request)
    overrides = frozenset(data["overrides"])
    if overrides & LIMITS:
        access.require(Capability.OVERRIDE_PACING)
    about: dict[str, Any] = {"entry_id": party_id, "actor": access.actor, "now": clock.now()}
    service(
        **about,
        table_ids=data["table_ids"],
        overrides=overrides,
        expected_version=expected_version(request, access.entry.version, data.get("version")),
    )
    return answer(replace(access, entry=party_of(party_id)), now=clock.now())


class ReadyView(ApiView):
    @extend_schema(
        operation_id="queue_ready",
        summary="Call a party to its table",
        tags=TAGS,
        request=TablesSerializer,
        responses=StaffPartySerializer,
        parameters=[ETAG],
    )
    @uses_if_match
    @idempotent
    def post(self, request: Request, party_id: int) -> Response:
        """The table is held for ten minutes and the party is told. 409 `out_of_turn` names those
        who came earlier and fit (`ahead`), `no_table_ready` that none is free.
        """
        return _at_tables(request, party_id, services.queue_ready)


class SeatView(ApiView):
    @extend_schema(
        operation_id="queue_seat",
        summary="Seat a party",
        tags=TAGS,
        request=TablesSerializer,
        responses=StaffPartySerializer,
        parameters=[ETAG],
    )
    @uses_if_match
    @idempotent
    def post(self, request: Request, party_id: int) -> Response:
        """At these tables, at those held for it, or at the best that are free; `reservation` is its
        visit. Twice is one visit.
        """
        return _at_tables(request, party_id, services.queue_seat)


class NudgeView(ApiView):
    @extend_schema(
        operation_id="queue_nudge",
        summary="Remind a called party",
        tags=TAGS,
        request=EmptySerializer,
        responses=StaffPartySerializer,
        parameters=[ETAG],
    )
    @idempotent
    def post(self, request: Request, party_id: int) -> Response:
        """Once per call; 409 `not_called` if no table is ready for it."""
        access = staff_access(request, party_id, Capability.EDIT_BOOK)
        parsed(EmptySerializer, request)
        services.queue_nudge(entry_id=party_id, actor=access.actor, now=clock.now())
        return answer(replace(access, entry=party_of(party_id)), now=clock.now())


class SkipView(ApiView):
    @extend_schema(
        operation_id="queue_skip",
        summary="Pass over a party that is not there",
        tags=TAGS,
        request=StepSerializer,
        responses=StaffPartySerializer,
        parameters=[ETAG],
    )
    @uses_if_match
    @idempotent
    def post(self, request: Request, party_id: int) -> Response:
        """It keeps its place once (`SKIPPED`), then it is a no-show."""
        return _step(request, party_id, services.queue_skip)


class NoShowView(ApiView):
    @extend_schema(
        operation_id="queue_no_show",
        summary="Say that a party has gone",
        tags=TAGS,
        request=StepSerializer,
        responses=StaffPartySerializer,
        parameters=[ETAG],
    )
    @uses_if_match
    @idempotent
    def post(self, request: Request, party_id: int) -> Response:
        """Without a word; what was held for it is free at once."""
        return _step(request, party_id, services.queue_no_show)


class UndoView(ApiView):
    @extend_schema(
        operation_id="queue_undo",
        summary="Take the last step back",
        tags=TAGS,
        request=StepSerializer,
        responses=StaffPartySerializer,
        parameters=[ETAG],
    )
    @uses_if_match
    @idempotent
    def post(self, request: Request, party_id: int) -> Response:
        """Within 15 minutes: the party waits again at its old place."""
        return _step(request, party_id, services.queue_undo)
