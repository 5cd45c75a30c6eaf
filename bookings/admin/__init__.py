"""The admin site's pages of the book."""

from bookings.admin.deposits import DepositRuleAdmin
from bookings.admin.occupancy import HoldAdmin, OccupancyAdmin, TableBlockAdmin
from bookings.admin.reservations import ReservationAdmin

__all__ = [
    "DepositRuleAdmin",
    "HoldAdmin",
    "OccupancyAdmin",
    "ReservationAdmin",
    "TableBlockAdmin",
]
