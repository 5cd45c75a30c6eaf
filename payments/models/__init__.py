"""Tables of payments."""

from payments.models.account import PaymentAccount, Provider
from payments.models.disputes import Dispute, DisputeStatus
from payments.models.instructions import Instruction, InstructionKind, InstructionStatus
from payments.models.ledger import LedgerEntry, LedgerSource
from payments.models.payment import Payment, PaymentMode, PaymentStatus, StoredMethod
from payments.models.receipts import WebhookReceipt
from payments.models.reconciliation import Difference, DifferenceKind, Reconciliation

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
    "StoredMethod",
    "WebhookReceipt",
]
