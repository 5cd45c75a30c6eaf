"""Reading points and tiers."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, Sum

from guests.models import Guest, LoyaltyEntry, LoyaltyProgramme, LoyaltyReason, LoyaltyTier


@dataclass(frozen=True, kw_only=True)
class Points:
    """What a guest has.

    :param balance: what may be spent
    :param earned: by visits and corrections, ever; decides the tier
    :param to_next: how many are missing to the next tier, None on the top
    """

    balance: int
    earned: int
    tier: LoyaltyTier | None
    next_tier: LoyaltyTier | None
    to_next: int | None


def programme_of(organisation_id: int) -> LoyaltyProgramme | None:
    """The programme, active or not; one query."""
    return LoyaltyProgramme.objects.filter(organisation=organisation_id).first()


def points_of(guest: Guest) -> Points:
    """Balance and tier of a guest: two queries."""
    sums = LoyaltyEntry.objects.filter(guest=guest).aggregate(
        balance=Sum("points", default=0),
        earned=Sum("points", default=0, filter=~Q(reason=LoyaltyReason.REDEEMED)),
    )
    rungs = list(
        LoyaltyTier.objects.filter(programme__organisation=guest.organisation_id).order_by(
            "from_points"
        )
    )
    earned: int = sums["earned"]
    reached = [rung for rung in rungs if rung.from_points <= earned]
    ahead = [rung for rung in rungs if rung.from_points > earned]
    return Points(
        balance=sums["balance"],
        earned=earned,
        tier=reached[-1] if reached else None,
        next_tier=ahead[0] if ahead else None,
        to_next=ahead[0].from_points - earned if ahead else None,
    )


def points_history(guest: Guest, *, most: int = 20) -> list[LoyaltyEntry]:
    """What was earned and spent, the latest first; one query."""
    return list(LoyaltyEntry.objects.filter(guest=guest).select_related("created_by")[:most])
