"""The admin site's pages of money: to read. The ledger is written by what providers tell alone."""

from payments.admin.accounts import PaymentAccountAdmin
from payments.admin.payments import (
    DisputeAdmin,
    InstructionAdmin,
    LedgerEntryAdmin,
    PaymentAdmin,
)
from payments.admin.providers import ReconciliationAdmin, WebhookReceiptAdmin

__all__ = [
    "DisputeAdmin",
    "InstructionAdmin",
    "LedgerEntryAdmin",
    "PaymentAccountAdmin",
    "PaymentAdmin",
    "ReconciliationAdmin",
    "WebhookReceiptAdmin",
]
