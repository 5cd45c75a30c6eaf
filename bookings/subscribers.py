"""What bookings do when something below them happens."""

from __future__ import annotations

from bookings.deposits import reservation_of
from bookings.events import (
    ReservationBillChanged,
    ReservationCompleted,
    ReservationDepositChanged,
    ReservationEvent,
    ReservationModified,
    ReservationOverrunning,
    ReservationPaymentFailed,
    ReservationPaymentTooLate,
    ReservationRunningLate,
    ReservationTableReady,
    ReservationUndone,
)
from bookings.models import Reservation
from bookings.services import reservation_payment_settle, reservations_rederive
from bookings.services.deposits.links import (
    reservation_hold_lost,
    reservation_instruction_settled,
    reservation_payment_failed,
)
from bookings.services.figures import figures_count
from bookings.services.loyalty import visit_points_settle
from bookings.services.people import guest_vip_follow
from guests.events import GuestVipChanged
from payments.events import (
    DisputeChanged,
    InstructionRefused,
    InstructionSettled,
    PaymentCaptured,
    PaymentEvent,
    PaymentRefunded,
    PaymentReleased,
    PaymentReversed,
    PaymentSecured,
)
from reservehub.core import clock
from reservehub.core.actors import SYSTEM
from reservehub.core.events import subscribe
from restaurants.events import RestaurantTimezoneChanged


@subscribe(RestaurantTimezoneChanged, name="bookings.rederive_times")
def rederive_times(event: RestaurantTimezoneChanged, *, delivery_id: int) -> None:  # noqa: ARG001
    """Keep the wall times of the bookings ahead (rule 10)."""
    reservations_rederive(restaurant_id=event.restaurant_id, actor=SYSTEM, now=event.occurred_at)


@subscribe(
    ReservationCompleted, ReservationUndone, ReservationBillChanged, name="bookings.visit_points"
)
def settle_points(
    event: ReservationCompleted | ReservationUndone | ReservationBillChanged,
    *,
    delivery_id: int,  # noqa: ARG001
) -> None:
    """A completed visit earns points, by its bill as it stands; taken back, it does not."""
    visit_points_settle(reservation_id=event.reservation_id, now=event.occurred_at)


@subscribe(ReservationEvent, name="bookings.guest_figures")
def count_figures(event: ReservationEvent, *, delivery_id: int) -> None:  # noqa: ARG001
    """The guest's figures are counted anew, also of the guest a booking was taken from."""
    if isinstance(event, _NOTHING_TO_COUNT):
        return
    found = Reservation.objects.filter(pk=event.reservation_id).values_list("guest", flat=True)
    guests = [pk for pk in found if pk is not None]
    if isinstance(event, ReservationModified) and event.old_guest_id is not None:
        guests.append(event.old_guest_id)
    figures_count(guests, clock.now())


_NOTHING_TO_COUNT = (
    *(ReservationRunningLate, ReservationTableReady, ReservationOverrunning),
    *(ReservationDepositChanged, ReservationPaymentFailed, ReservationPaymentTooLate),
)


@subscribe(
    PaymentSecured,
    PaymentCaptured,
    PaymentRefunded,
    PaymentReleased,
    PaymentReversed,
    DisputeChanged,
    name="bookings.settle_payment",
)
def settle_payment(event: PaymentEvent, *, delivery_id: int) -> None:  # noqa: ARG001
    """A reservation and its money are kept in step. What is true now counts, not what was told."""
    reservation_id = reservation_of(event.reference)
    if reservation_id is None:
        return
    reservation_payment_settle(reservation_id=reservation_id, now=clock.now())
    if isinstance(event, PaymentReleased):
        reservation_hold_lost(reservation_id=reservation_id, now=clock.now())


@subscribe(InstructionRefused, name="bookings.payment_failed")
def fail_payment(event: InstructionRefused, *, delivery_id: int) -> None:  # noqa: ARG001
    """What the provider would not do."""
    reservation_id = reservation_of(event.reference)
    if reservation_id is not None:
        reservation_payment_failed(
            reservation_id=reservation_id,
            kind=event.kind,
            amount_minor=event.amount_minor,
            code=event.code,
            needs_guest=event.needs_guest,
            now=clock.now(),
        )


@subscribe(InstructionSettled, name="bookings.payment_settled_by_hand")
def follow_settled(event: InstructionSettled, *, delivery_id: int) -> None:  # noqa: ARG001
    """What staff know of what the provider does not tell."""
    reservation_id = reservation_of(event.reference)
    if reservation_id is not None:
        reservation_instruction_settled(
            reservation_id=reservation_id,
            kind=event.kind,
            has_happened=event.has_happened,
            now=clock.now(),
        )


@subscribe(GuestVipChanged, name="bookings.vip_ahead")
def follow_vip(event: GuestVipChanged, *, delivery_id: int) -> None:  # noqa: ARG001
    """Who became a VIP after booking is received as one."""
    guest_vip_follow(guest_id=event.guest_id)
