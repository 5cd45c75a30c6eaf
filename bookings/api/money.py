"""The money of one reservation: to see, to ask for, to give back, to charge, to waive (J1-J5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from bookings.api.access import Access, answered, any_access, staff_access
from bookings.api.examples_money import (
    ASK_REQUEST,
    ASKED,
    FEE_REQUEST,
    PAYMENT,
    REFUND_REQUEST,
    REFUNDED,
    TO_PAY,
)
from bookings.api.inputs import expected_version, parsed
from bookings.api.money_output import (
    is_payable,
    pay_url,
    payment_data,
    staff_payment_data,
)
from bookings.api.parameters import MANAGE_TOKEN, TOKEN_IN_QUERY
from bookings.api.serializers import VersionSerializer
from bookings.api.serializers.money import (
    DepositAskSerializer,
    FeeSerializer,
    NothingSerializer,
    PaymentSerializer,
    RefundSerializer,
    StaffPaymentSerializer,
)
from bookings.errors import DepositMissing
from bookings.models import Reservation
from bookings.services import (
    reservation_deposit_ask,
    reservation_deposit_refund,
    reservation_deposit_waive,
    reservation_deposit_withdraw,
    reservation_fee_charge,
    reservation_payment_ask,
)
from reservehub.core import clock
from reservehub.core.api.etag import uses_if_match
from reservehub.core.api.idempotent import idempotent
from reservehub.core.api.views import ApiView
from reservehub.core.errors import NotFound
from reservehub.core.money import Money
from restaurants.permissions import Capability

HOLDER = [MANAGE_TOKEN, TOKEN_IN_QUERY]


class PaymentView(ApiView):
    """Also for guests, by their manage token."""

    is_public = True
    problem_statuses = {
        "get": (401, 403),
        "post": (401, 403, 409),
    }

    @extend_schema(
        operation_id="reservation_payment",
        summary="The payment",
        tags=["Payments"],
        responses=StaffPaymentSerializer,
        parameters=HOLDER,
        examples=[PAYMENT],
    )
    def get(self, request: Request, reservation_id: int) -> Response:
        """What was agreed and how it stands. What was taken, given back and told to the provider
        only for staff who may charge and refund; guests see where they pay.
        """
        access = any_access(request, reservation_id)
        return Response(_body(access))

    @extend_schema(
        operation_id="reservation_payment_ask",
        summary="Ask for payment",
        tags=["Payments"],
        request=VersionSerializer,
        responses=PaymentSerializer,
        parameters=HOLDER,
        examples=[TO_PAY],
    )
    def post(self, request: Request, reservation_id: int) -> Response:
        """Staff send the guest the link to pay, which gives a waiting booking four hours; a guest
        is told where to pay. Either gets the `pay_url`.
        """
        response = self._ask(request, reservation_id)
        if response.status_code == 200:
            # Only now: the stored answer of an idempotency key must not hold the guest's secret.
            response.data["pay_url"] = pay_url(answered(reservation_id))
        return response

    @uses_if_match
    @idempotent
    def _ask(self, request: Request, reservation_id: int) -> Response:
        access = any_access(request, reservation_id)
        access.require(Capability.EDIT_BOOK)
        data = parsed(VersionSerializer, request)
        expected_version(request, access.reservation.version, data.get("version"))
        if access.is_staff:
            reservation_payment_ask(
                reservation_id=reservation_id, actor=access.actor, now=clock.now()
            )
        elif not is_payable(access.reservation):
            raise DepositMissing
        return Response(payment_data(answered(reservation_id)))

    post.is_idempotent = True  # type: ignore[attr-defined]
    post.uses_if_match = True  # type: ignore[attr-defined]


def _body(access: Access) -> dict[str, Any]:
    """:raises NotFound: if nothing was ever asked for"""
    reservation = access.reservation
    known = payment_data(reservation)
    if known is None:
        raise NotFound
    if access.is_staff:
        may = Capability.CHARGE_REFUND in access.capabilities
        return staff_payment_data(reservation) if may else known
    return {**known, "pay_url": pay_url(reservation)}


class _Deed(ApiView):
    """One thing that is done with the money of a reservation, by those who may."""

    serializer: ClassVar[type[Serializer[Any]]] = RefundSerializer
    problem_statuses = (409,)

    def deed(self, **_members: Any) -> Reservation:
        raise NotImplementedError

    def run(self, request: Request, reservation_id: int) -> Response:
        access = staff_access(request, reservation_id, Capability.CHARGE_REFUND)
        data = parsed(self.serializer, request)
        expected_version(request, access.reservation.version, None)
        if "amount" in data:
            amount = data["amount"]
            data["amount"] = None if amount is None else Money(**amount)
        self.deed(reservation_id=reservation_id, actor=access.actor, now=clock.now(), **data)
        return Response(staff_payment_data(answered(reservation_id)))


def deed_view(
    name: str,
    service: Callable[..., Reservation],
    summary: str,
    text: str,
    *,
    serializer: type[Serializer[Any]],
    examples: list[OpenApiExample],
) -> type[ApiView]:
    """The view of one deed."""

    def post(self: _Deed, request: Request, reservation_id: int) -> Response:
        return self.run(request, reservation_id)

    post.__doc__ = text
    documented = extend_schema(
        operation_id=f"reservation_{name}",
        summary=summary,
        tags=["Payments"],
        request=serializer,
        responses=StaffPaymentSerializer,
        examples=examples,
    )
    members = {
        "post": documented(uses_if_match(idempotent(post))),
        "deed": staticmethod(service),
        "serializer": serializer,
        "__module__": __name__,
    }
    return type(f"Reservation{name.title().replace('_', '')}View", (_Deed,), members)


RefundsView = deed_view(
    "refund",
    reservation_deposit_refund,
    "Give money back",
    "All that is left, or a part of it, whatever the terms say. The provider is told after the "
    "answer: `instructions` says how far it is.",
    serializer=RefundSerializer,
    examples=[REFUND_REQUEST, REFUNDED],
)
FeeView = deed_view(
    "fee",
    reservation_fee_charge,
    "Charge a fee",
    "For guests who did not come or cancelled too late: once, after the time they are waited for, "
    "within seven days, never more than was agreed. `fee_refused` says why not in `reason`.",
    serializer=FeeSerializer,
    examples=[FEE_REQUEST],
)
WaiveView = deed_view(
    "waive",
    reservation_deposit_waive,
    "Waive it",
    "The guest owes it no more, or a part of it: what is held is released, what was paid goes "
    "back. A booking that waited for nothing else is confirmed.",
    serializer=RefundSerializer,
    examples=[],
)
DepositView = deed_view(
    "deposit_ask",
    reservation_deposit_ask,
    "Ask for a deposit",
    "Of a confirmed booking ahead that was made without, or of a request, which is accepted if it "
    "is paid. The guest is sent a link. The booking waits for the money (`pending_payment`) and "
    "expires without it, unless `release_unpaid` is false: then it stays. Asking for the same "
    "again changes nothing; other terms are refused with `deposit_asked`.",
    serializer=DepositAskSerializer,
    examples=[ASK_REQUEST, ASKED],
)
WithdrawView = deed_view(
    "deposit_withdraw",
    reservation_deposit_withdraw,
    "Withdraw what was asked for",
    "What staff asked for and nobody has given yet: a booking that waited for it is confirmed. "
    "Withdrawing again changes nothing; `deposit_asked` says that it has been given.",
    serializer=NothingSerializer,
    examples=[],
)
