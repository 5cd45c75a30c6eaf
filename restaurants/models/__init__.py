"""Organisations, restaurants, hours, tables and memberships."""

from restaurants.models.floor import FloorPlan, TablePlacement, TableShape
from restaurants.models.hours import (
    ServicePeriod,
    SlotOverride,
    SlotState,
    SpecialDay,
    TurnTimeRule,
)
from restaurants.models.invitation import Invitation
from restaurants.models.organisation import Membership, Organisation, Role
from restaurants.models.restaurant import (
    BookingPolicy,
    ConfirmationMode,
    PriceRange,
    Restaurant,
    RestaurantImage,
    RestaurantKind,
)
from restaurants.models.tables import (
    Area,
    Combination,
    CombinationMember,
    Table,
    TableAccess,
    TableAccessInPeriod,
    TableType,
)

__all__ = [
    "Area",
    "BookingPolicy",
    "Combination",
    "CombinationMember",
    "ConfirmationMode",
    "FloorPlan",
    "Invitation",
    "Membership",
    "Organisation",
    "PriceRange",
    "Restaurant",
    "RestaurantImage",
    "RestaurantKind",
    "Role",
    "ServicePeriod",
    "SlotOverride",
    "SlotState",
    "SpecialDay",
    "Table",
    "TableAccess",
    "TableAccessInPeriod",
    "TablePlacement",
    "TableShape",
    "TableType",
    "TurnTimeRule",
]
