"""The admin site's pages of restaurants."""

from restaurants.admin.floor import FloorPlanAdmin
from restaurants.admin.hours import (
    ServicePeriodAdmin,
    SlotOverrideAdmin,
    SpecialDayAdmin,
    TurnTimeRuleAdmin,
)
from restaurants.admin.invitations import InvitationAdmin
from restaurants.admin.people import MembershipAdmin
from restaurants.admin.places import BookingPolicyAdmin, OrganisationAdmin, RestaurantAdmin
from restaurants.admin.tables import AreaAdmin, CombinationAdmin, TableAdmin

__all__ = [
    "AreaAdmin",
    "BookingPolicyAdmin",
    "CombinationAdmin",
    "FloorPlanAdmin",
    "InvitationAdmin",
    "MembershipAdmin",
    "OrganisationAdmin",
    "RestaurantAdmin",
    "ServicePeriodAdmin",
    "SlotOverrideAdmin",
    "SpecialDayAdmin",
    "TableAdmin",
    "TurnTimeRuleAdmin",
]
