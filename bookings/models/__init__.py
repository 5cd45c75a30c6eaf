"""Reservations, holds, blocks and the occupancy of tables."""

from bookings.models.deposits import Deposit, DepositKind, DepositRule, DepositStatus
from bookings.models.occupancy import Hold, Occupancy, OccupancyKind, TableBlock
from bookings.models.reservation import Occasion, Reservation, ReservationStatus, Source

__all__ = [
    "Deposit",
    "DepositKind",
    "DepositRule",
    "DepositStatus",
    "Hold",
    "Occasion",
    "Occupancy",
    "OccupancyKind",
    "Reservation",
    "ReservationStatus",
    "Source",
    "TableBlock",
]
