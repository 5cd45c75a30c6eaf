"""What staff do with one reservation: answer, receive, seat, finish, undo (rules 59-68)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from bookings.api.access import Access, staff_access
from bookings.api.examples_money import BILL_REQUEST
from bookings.api.inputs import expected_version, parsed
from bookings.api.output import answer
from bookings.api.parameters import ETAG
from bookings.api.serializers import (
    ArrivalSerializer,
    AssignTablesSerializer,
    ReasonSerializer,
    StaffReservationSerializer,
    VersionSerializer,
)
from bookings.api.serializers.money import BillSerializer
from bookings.api.serializers.steps import (
    EtaSerializer,
    ExtendSerializer,
    PartySerializer,
    PresentSerializer,
)
from bookings.models import Reservation
from bookings.services import (
    reservation_approve,
    reservation_arrive,
    reservation_assign_tables,
    reservation_bill_set,
    reservation_complete,
    reservation_decline,
    reservation_eta_set,
    reservation_extend,
    reservation_no_show,
    reservation_partly_seat,
    reservation_party_set,
    reservation_seat,
    reservation_table_ready,
    reservation_undo,
)
from reservehub.core import clock
from reservehub.core.api.etag import uses_if_match
from reservehub.core.api.idempotent import idempotent
from reservehub.core.api.views import ApiView
from reservehub.core.money import Money
from restaurants.permissions import Capability


class _Step(ApiView):
    """One step of the lifecycle: POST, with `If-Match` or a `version` where the caller wants to
    be sure.
    """

    serializer: ClassVar[type[Serializer[Any]]] = VersionSerializer

    def step(self, **_members: Any) -> Reservation:
        raise NotImplementedError

    def run(self, request: Request, reservation_id: int) -> Response:
        access = staff_access(request, reservation_id, Capability.EDIT_BOOK)
        data = parsed(self.serializer, request)
        version = data.pop("version", None)
        changed = self.step(
            reservation_id=reservation_id,
            actor=access.actor,
            now=clock.now(),
            expected_version=expected_version(request, access.reservation.version, version),
            **data,
        )
        return answer(changed, is_staff=True, sees_contact=access.sees_contact)


def step_view(
    name: str,
    service: Callable[..., Reservation],
    summary: str,
    *,
    serializer: type[Serializer[Any]] = VersionSerializer,
) -> type[ApiView]:
    """The view of one step; its documentation is the service's."""

    def post(self: _Step, request: Request, reservation_id: int) -> Response:
        return self.run(request, reservation_id)

    post.__doc__ = " ".join((service.__doc__ or summary).partition("\n\n")[0].split())
    documented = extend_schema(
        operation_id=f"reservation_{name}",
        summary=summary,
        tags=["Service"],
        request=serializer,
        responses=StaffReservationSerializer,
        parameters=[ETAG],
    )
    members = {
        "post": documented(uses_if_match(idempotent(post))),
        "step": staticmethod(service),
        "serializer": serializer,
        "__module__": __name__,
    }
    return type(f"Reservation{name.title().replace('_', '')}View", (_Step,), members)


ApproveView = step_view("approve", reservation_approve, "Approve a request")
DeclineView = step_view(
    "decline", reservation_decline, "Decline a request", serializer=ReasonSerializer
)
CheckInView = step_view(
    "check_in", reservation_arrive, "The party has arrived", serializer=ArrivalSerializer
)
TableReadyView = step_view("table_ready", reservation_table_ready, "The table is ready")
SeatView = step_view("seat", reservation_seat, "Seat the party", serializer=ArrivalSerializer)
PartlySeatView = step_view(
    "partly_seat",
    reservation_partly_seat,
    "Some of the party sit",
    serializer=PresentSerializer,
)
PartyView = step_view("party", reservation_party_set, "How many came", serializer=PartySerializer)
EtaView = step_view("eta", reservation_eta_set, "When they come", serializer=EtaSerializer)
ExtendView = step_view(
    "extend", reservation_extend, "A longer or shorter stay", serializer=ExtendSerializer
)
CompleteView = step_view("complete", reservation_complete, "The party has left")
NoShowView = step_view("no_show", reservation_no_show, "Nobody came")
UndoView = step_view("undo", reservation_undo, "Undo the last step")


class AssignTablesView(ApiView):
    problem_statuses = (409,)

    @extend_schema(
        operation_id="reservation_assign_tables",
        summary="Assign tables",
        tags=["Service"],
        request=AssignTablesSerializer,
        responses=StaffReservationSerializer,
        parameters=[ETAG],
    )
    @uses_if_match
    def put(self, request: Request, reservation_id: int) -> Response:
        """Put the party at these tables; `lock` keeps it there (rule 34). Taken tables are
        refused, never swapped.
        """
        access = staff_access(request, reservation_id, Capability.EDIT_BOOK)
        data = parsed(AssignTablesSerializer, request)
        if data["overrides"]:
            access.require(Capability.OVERRIDE_PACING)
        changed = reservation_assign_tables(
            reservation_id=reservation_id,
            table_ids=tuple(sorted(set(data["table_ids"]))),
            lock=data["lock"],
            overrides=frozenset(data["overrides"]),
            actor=access.actor,
            now=clock.now(),
            expected_version=expected_version(
                request, access.reservation.version, data.get("version")
            ),
        )
        return answer(changed, is_staff=True, sees_contact=access.sees_contact)


class BillView(ApiView):
    problem_statuses = (409,)

    @extend_schema(
        operation_id="reservation_bill_set",
        summary="Enter the bill",
        tags=["Service"],
        request=BillSerializer,
        responses=StaffReservationSerializer,
        parameters=[ETAG],
        examples=[BILL_REQUEST],
    )
    @uses_if_match
    def put(self, request: Request, reservation_id: int) -> Response:
        """What the visit came to: once the party sits, and corrected at any time afterwards. The
        guest's figures and points follow; the same amount again changes nothing.
        """
        access = staff_access(request, reservation_id, Capability.EDIT_BOOK)
        data = parsed(BillSerializer, request)
        return _billed(request, access, Money(**data["amount"]), data)

    @extend_schema(
        operation_id="reservation_bill_remove",
        summary="Take the bill back",
        tags=["Service"],
        responses={200: StaffReservationSerializer},
        parameters=[ETAG],
    )
    @uses_if_match
    def delete(self, request: Request, reservation_id: int) -> Response:
        """As if nobody had entered it. Nothing happens where there is none."""
        access = staff_access(request, reservation_id, Capability.EDIT_BOOK)
        return _billed(request, access, None, parsed(VersionSerializer, request))


def _billed(
    request: Request, access: Access, amount: Money | None, data: dict[str, Any]
) -> Response:
    version = access.reservation.version
    changed = reservation_bill_set(
        reservation_id=access.reservation.pk,
        amount=amount,
        actor=access.actor,
        now=clock.now(),
        expected_version=expected_version(request, version, data.get("version")),
    )
    return answer(changed, is_staff=True, sees_contact=access.sees_contact)
