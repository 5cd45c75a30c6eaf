"""The settings of one restaurant."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db.models import Q, QuerySet

from accounts.second_factor import FACTORS
from restaurants.models import (
    Area,
    BookingPolicy,
    Combination,
    Invitation,
    Membership,
    Restaurant,
    RestaurantImage,
    ServicePeriod,
    SlotOverride,
    SpecialDay,
    Table,
    TableAccessInPeriod,
    TurnTimeRule,
)


def policy_of(restaurant: Restaurant) -> BookingPolicy:
    return restaurant.policy


def areas_of(restaurant: Restaurant) -> QuerySet[Area]:
    return restaurant.areas.all()


def tables_of(restaurant: Restaurant, *, with_archived: bool = False) -> QuerySet[Table]:
    """Tables with their areas, in the order of their numbers; archived ones only on request."""
    tables = restaurant.tables.select_related("area").order_by("area__position", "number", "id")
    return tables if with_archived else tables.filter(is_active=True)


def table_access_of(restaurant: Restaurant) -> QuerySet[TableAccessInPeriod]:
    return TableAccessInPeriod.objects.filter(table__restaurant=restaurant)


def combinations_of(restaurant: Restaurant) -> QuerySet[Combination]:
    """Combinations with their members and tables."""
    return restaurant.combinations.prefetch_related("members__table")


def service_periods_of(restaurant: Restaurant) -> QuerySet[ServicePeriod]:
    """All kinds: recurring, dated and of special days."""
    return restaurant.service_periods.all()


def special_days_of(restaurant: Restaurant) -> QuerySet[SpecialDay]:
    return restaurant.special_days.prefetch_related("periods")


def slot_overrides_of(restaurant: Restaurant) -> QuerySet[SlotOverride]:
    return restaurant.slot_overrides.select_related("area")


def turn_times_of(restaurant: Restaurant) -> QuerySet[TurnTimeRule]:
    return restaurant.turn_times.select_related("service_period", "area")


def gallery_of(restaurant: Restaurant) -> QuerySet[RestaurantImage]:
    return restaurant.gallery.all()


def memberships_of(restaurant: Restaurant) -> QuerySet[Membership]:
    """Who works here, owners of the whole organisation included."""
    return Membership.objects.filter(
        Q(restaurant=restaurant) | Q(restaurant=None), organisation_id=restaurant.organisation_id
    ).select_related("user", "restaurant")


def invitations_of(restaurant: Restaurant) -> QuerySet[Invitation]:
    """Invitations that nobody has accepted or revoked, to this restaurant or all of the
    organisation; expired ones included."""
    return Invitation.objects.filter(
        Q(restaurant=restaurant) | Q(restaurant=None),
        organisation_id=restaurant.organisation_id,
        accepted_at=None,
        revoked_at=None,
    ).select_related("restaurant", "organisation", "invited_by")


def people_with_factor(user_ids: list[int]) -> set[int]:
    """Those of these people who have a second factor."""
    found = Authenticator.objects.filter(user_id__in=user_ids, type__in=FACTORS)
    return set(found.values_list("user_id", flat=True))
