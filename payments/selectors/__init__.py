"""Reading payments."""

from payments.selectors.accounts import account_of, payments_problem
from payments.selectors.payments import payment_by_public_id, payments_of, payments_visible_to

__all__ = [
    "account_of",
    "payment_by_public_id",
    "payments_of",
    "payments_problem",
    "payments_visible_to",
]
