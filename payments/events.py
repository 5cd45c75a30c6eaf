"""What happens to payments, for the apps above. No personal data; amounts in minor units.

`reference` is whatever the caller of `payment_open` named, such as ``reservation:42``: payments do
not know what it stands for. A handler reads the payment as it is when it runs.
"""

from __future__ import annotations

from dataclasses import dataclass

from reservehub.core.events import Event


@dataclass(frozen=True, kw_only=True)
class PaymentEvent(Event):
    payment_id: int
    restaurant_id: int
    reference: str
    mode: str


@dataclass(frozen=True, kw_only=True)
class PaymentSecured(PaymentEvent):
    """What the guest was asked for has been given: captured, held or a card saved."""

    name = "payments.payment.secured"


@dataclass(frozen=True, kw_only=True)
class PaymentRefused(PaymentEvent):
    """A try of the guest's did not work; they may try again."""

    name = "payments.payment.refused"
    code: str


@dataclass(frozen=True, kw_only=True)
class PaymentCaptured(PaymentEvent):
    """Money came in."""

    name = "payments.payment.captured"
    amount_minor: int
    entry_id: int


@dataclass(frozen=True, kw_only=True)
class PaymentRefunded(PaymentEvent):
    """Money went back to the guest."""

    name = "payments.payment.refunded"
    amount_minor: int
    entry_id: int


@dataclass(frozen=True, kw_only=True)
class PaymentReleased(PaymentEvent):
    """A held amount was given up, or ran out."""

    name = "payments.payment.released"


@dataclass(frozen=True, kw_only=True)
class PaymentReversed(PaymentEvent):
    """A capture or a refund that had been reported did not happen after all."""

    name = "payments.payment.reversed"
    kind: str
    amount_minor: int
    entry_id: int


@dataclass(frozen=True, kw_only=True)
class InstructionRefused(PaymentEvent):
    """The provider refused what we asked for (a fee, a capture, a refund); somebody must look.

    :param needs_guest: the bank wants the guest to prove who they are: send them a link
    """

    name = "payments.instruction.refused"
    instruction_id: int
    kind: str
    amount_minor: int
    code: str
    needs_guest: bool


@dataclass(frozen=True, kw_only=True)
class InstructionSettled(PaymentEvent):
    """A person has said what became of something of which the provider says nothing."""

    name = "payments.instruction.settled"
    instruction_id: int
    kind: str
    has_happened: bool


@dataclass(frozen=True, kw_only=True)
class DisputeChanged(PaymentEvent):
    """A dispute was opened, moved on or was decided."""

    name = "payments.dispute.changed"
    dispute_id: int
    is_new: bool
    status: str


@dataclass(frozen=True, kw_only=True)
class ReconciliationDiffered(Event):
    """The provider's list of a day and ours differ in something that could not be taken over."""

    name = "payments.reconciliation.differed"
    restaurant_id: int
    reconciliation_id: int
    differences: int
