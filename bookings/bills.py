"""The bill of a visit, and what of it has been paid in advance (rule 83). Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bookings.lifecycle import AT_TABLE, Status

BILLED = AT_TABLE | {Status.COMPLETED}
"""States in which there is a bill: from sitting down on, and long after, as bills are corrected."""
MOST_MINOR = 10**11
"""More is a slip of the finger, also where the smallest coin is worth next to nothing."""


@dataclass(frozen=True, kw_only=True)
class Bill:
    """What a party owes, in minor units of one currency.

    :param deposit_minor: paid in advance, and set off against it
    """

    amount_minor: int
    deposit_minor: int = 0

    @property
    def to_pay_minor(self) -> int:
        """What is still to be paid at the table."""
        return max(self.amount_minor - self.deposit_minor, 0)

    @property
    def over_minor(self) -> int:
        """What was paid in advance beyond the bill."""
        return max(self.deposit_minor - self.amount_minor, 0)
