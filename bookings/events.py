"""What happens to reservations, for the apps above (notifications, waitlist, analytics, partners,
bot).

One family: a subscriber to `ReservationEvent` hears everything. Each event carries identities, not
personal data; a handler reads the reservation as it is when it runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from reservehub.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ReservationEvent(Event):
    """Something happened to one reservation.

    `version` is the reservation's version after the change; `actor_kind` and `channel` say who and
    through which door.
    """

    reservation_id: int
    restaurant_id: int
    service_date: date
    starts_at: datetime
    version: int
    actor_kind: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class ReservationRequested(ReservationEvent):
    """A request waits for approval; its tables are taken (rule 54)."""

    name = "bookings.reservation.requested"


@dataclass(frozen=True, kw_only=True)
class ReservationConfirmed(ReservationEvent):
    """Confirmed: at once (`is_new`) or by staff."""

    name = "bookings.reservation.confirmed"
    is_new: bool = False


@dataclass(frozen=True, kw_only=True)
class ReservationPaymentAsked(ReservationEvent):
    """The guest is asked for money: "please pay" (rule 78). Until it is there, the tables are kept.

    :param by_link: they have to be sent the link; else they are on the page where they pay
    :param payment_id: the payment that is open for them
    :param expires_at: until when the tables are kept; None if the booking does not depend on it
    :param by_hand: staff ask for what was not agreed when booking
    """

    name = "bookings.reservation.payment_asked"
    by_link: bool
    payment_id: int
    expires_at: datetime | None = None
    by_hand: bool = False


@dataclass(frozen=True, kw_only=True)
class ReservationPaymentTooLate(ReservationEvent):
    """The guest paid after the time was over, and the tables had gone: they get everything back,
    and an apology (rule 79).
    """

    name = "bookings.reservation.payment_too_late"


@dataclass(frozen=True, kw_only=True)
class ReservationPaymentFailed(ReservationEvent):
    """The provider refused what was to be done while the guest is away; staff must look.

    :param kind: `payments.models.InstructionKind`: authorise, charge, capture, refund ...
    :param link_sent: the guest was asked to pay or to confirm by a link
    """

    name = "bookings.reservation.payment_failed"
    kind: str
    amount_minor: int
    code: str
    link_sent: bool


@dataclass(frozen=True, kw_only=True)
class ReservationDepositChanged(ReservationEvent):
    """The money of a reservation is in another state (`bookings.models.DepositStatus`); its own
    state is the same.
    """

    name = "bookings.reservation.deposit_changed"
    deposit_status: str
    old_deposit_status: str


@dataclass(frozen=True, kw_only=True)
class ReservationDeclined(ReservationEvent):
    name = "bookings.reservation.declined"


@dataclass(frozen=True, kw_only=True)
class ReservationExpired(ReservationEvent):
    """Nobody answered the request in time (rule 54)."""

    name = "bookings.reservation.expired"


@dataclass(frozen=True, kw_only=True)
class ReservationModified(ReservationEvent):
    """Date, time, party or area changed. The `old_*` fields say what was given up; `old_guest_id`
    is there only if the booking is somebody else's now.
    """

    name = "bookings.reservation.modified"
    old_service_date: date
    old_starts_at: datetime
    old_party_size: int
    old_guest_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReservationCancelled(ReservationEvent):
    """Cancelled by guest or restaurant; the tables are free again (rule 75)."""

    name = "bookings.reservation.cancelled"
    by_guest: bool
    is_in_time: bool


@dataclass(frozen=True, kw_only=True)
class ReservationReconfirmed(ReservationEvent):
    """The guest said again that they will come."""

    name = "bookings.reservation.reconfirmed"


@dataclass(frozen=True, kw_only=True)
class ReservationRunningLate(ReservationEvent):
    name = "bookings.reservation.running_late"
    eta_at: datetime


@dataclass(frozen=True, kw_only=True)
class ReservationArrived(ReservationEvent):
    name = "bookings.reservation.arrived"


@dataclass(frozen=True, kw_only=True)
class ReservationTableReady(ReservationEvent):
    """A party that waits is called to its table."""

    name = "bookings.reservation.table_ready"


@dataclass(frozen=True, kw_only=True)
class ReservationSeated(ReservationEvent):
    name = "bookings.reservation.seated"


@dataclass(frozen=True, kw_only=True)
class ReservationWalkedIn(ReservationEvent):
    """A party without a booking came and was seated at once."""

    name = "bookings.reservation.walked_in"


@dataclass(frozen=True, kw_only=True)
class ReservationPartlySeated(ReservationEvent):
    """Some of the party sit; the rest are still to come. `present` is how many, 0 if unknown."""

    name = "bookings.reservation.partly_seated"
    present: int = 0


@dataclass(frozen=True, kw_only=True)
class ReservationPartyChanged(ReservationEvent):
    """Another number of guests came than was booked (rule 68)."""

    name = "bookings.reservation.party_changed"
    actual_party_size: int


@dataclass(frozen=True, kw_only=True)
class ReservationOnTime(ReservationEvent):
    """The party is no longer expected late."""

    name = "bookings.reservation.on_time"


@dataclass(frozen=True, kw_only=True)
class ReservationExtended(ReservationEvent):
    """Staff let the party stay longer or shorter."""

    name = "bookings.reservation.extended"
    ends_at: datetime
    old_ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class ReservationOverrunning(ReservationEvent):
    """The party is still there after its time; its tables stay taken meanwhile (rule 63)."""

    name = "bookings.reservation.overrunning"


@dataclass(frozen=True, kw_only=True)
class TableCleaned(Event):
    """The table of a party that left is ready before its reset time is over."""

    name = "bookings.table.cleaned"
    restaurant_id: int
    table_id: int


@dataclass(frozen=True, kw_only=True)
class TablesUnblocked(Event):
    """Tables that staff had kept free may be booked again, in `[starts_at, ends_at)`."""

    name = "bookings.tables.unblocked"
    restaurant_id: int
    table_ids: tuple[int, ...]
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class ReservationCompleted(ReservationEvent):
    name = "bookings.reservation.completed"


@dataclass(frozen=True, kw_only=True)
class ReservationBillChanged(ReservationEvent):
    """The bill of a visit was entered, corrected or (None) taken back. Minor units."""

    name = "bookings.reservation.bill_changed"
    bill_minor: int | None


@dataclass(frozen=True, kw_only=True)
class ReservationNoShow(ReservationEvent):
    name = "bookings.reservation.no_show"


@dataclass(frozen=True, kw_only=True)
class ReservationUndone(ReservationEvent):
    """The last step was taken back (rule 60)."""

    name = "bookings.reservation.undone"
    undone_status: str


@dataclass(frozen=True, kw_only=True)
class ReservationTablesChanged(ReservationEvent):
    """Another table, by staff or by a re-pack; time and party are the same."""

    name = "bookings.reservation.tables_changed"
    table_ids: tuple[int, ...]
    old_table_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class ReservationRederived(ReservationEvent):
    """The restaurant's clock was corrected: same wall time, another instant (rule 10)."""

    name = "bookings.reservation.rederived"
    old_starts_at: datetime
