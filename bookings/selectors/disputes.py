"""Which bookings a guest's bank asks about: until that is decided, the evidence must name them."""

from __future__ import annotations

from bookings.deposits import reservation_of
from payments.selectors.privacy import references_in_dispute


def disputed_reservations() -> set[int]:
    """The reservations whose payment is disputed, until the bank has decided. One query."""
    numbers = {reservation_of(reference) for reference in references_in_dispute()}
    return {number for number in numbers if number is not None}
