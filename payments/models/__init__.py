"""Tables of payments."""

from payments.models.account import PaymentAccount, Provider
from payments.models.disputes import Dispute, DisputeStatus
from payments.models.instructions import Instruction, InstructionKind, InstructionStatus
from payments.models.ledger import LedgerEntry, LedgerSource
from payments.models.payment import Payment, PaymentMode, PaymentStatus, StoredMethod
from payments.models.receipts import WebhookReceipt
from payments.models.reconciliation import Difference, DifferenceKind, Reconciliation
from payments.models.simulator import (
    SimulatedCall,
    SimulatedCard,
    SimulatedCardKind,
    SimulatedDispute,
    SimulatedEvent,
    SimulatedMovement,
    SimulatedPayment,
    SimulatedState,
)

__all__ = [
    "Difference",
    "DifferenceKind",
    "Dispute",
    "DisputeStatus",
    "Instruction",
    "InstructionKind",
    "InstructionStatus",
    "LedgerEntry",
    "LedgerSource",
    "Payment",
    "PaymentAccount",
    "PaymentMode",
    "PaymentStatus",
    "Provider",
    "Reconciliation",
    "SimulatedCall",
    "SimulatedCard",
    "SimulatedCardKind",
    "SimulatedDispute",
    "SimulatedEvent",
    "SimulatedMovement",
    "SimulatedPayment",
    "SimulatedState",
    "StoredMethod",
    "WebhookReceipt",
]
