"""Services of payments: each a transaction, except those that wait for a provider."""

from payments.services.cards import card_forget
from payments.services.carrying_out import (
    instruction_carry_out,
    instructions_due,
    instructions_unstick,
)
from payments.services.holds import holds_run_out
from payments.services.moving import (
    payment_authorise,
    payment_capture,
    payment_charge,
    payment_refund,
)
from payments.services.noting import payment_note
from payments.services.opening import payment_close, payment_open
from payments.services.outcomes import Outcome
from payments.services.receiving import (
    notices_receive,
    receipt_handle,
    receipts_due,
    receipts_prune,
)
from payments.services.settling import difference_look, instruction_settle
from payments.services.trying import payment_ask, payment_begin, payment_look_up, payment_pay

__all__ = [
    "Outcome",
    "card_forget",
    "difference_look",
    "holds_run_out",
    "instruction_carry_out",
    "instruction_settle",
    "instructions_due",
    "instructions_unstick",
    "notices_receive",
    "payment_ask",
    "payment_authorise",
    "payment_begin",
    "payment_capture",
    "payment_charge",
    "payment_close",
    "payment_look_up",
    "payment_note",
    "payment_open",
    "payment_pay",
    "payment_refund",
    "receipt_handle",
    "receipts_due",
    "receipts_prune",
]
