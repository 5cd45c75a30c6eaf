"""Points: earned once for a visit, redeemed and corrected by staff, never spent twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guests.models import Guest, LoyaltyEntry, LoyaltyProgramme, LoyaltyReason, LoyaltyTier
from reservehub.core import audit
from reservehub.core.actors import Actor
from reservehub.core.errors import DomainError, FieldError, NotFound, ValidationFailed
from restaurants.services.rows import refused, stored_values, validation_failed

MOST = 1_000_000
"""More at once is a slip of the finger."""
LARGEST = 2**31 - 1
"""What one entry of the ledger can carry."""


class NotEnoughPoints(DomainError):
    """The guest has fewer points; `balance` says how many."""

    code = "not_enough_points"
    title = _("There are not enough points")


@transaction.atomic
def loyalty_programme_save(
    *, programme: LoyaltyProgramme, tiers: Sequence[LoyaltyTier], actor: Actor, now: datetime
) -> LoyaltyProgramme:
    """Create or change the programme of an organisation together with all its tiers. Points that
    were earned stay as they are.

    :raises ValidationFailed: numbers out of range, tiers without a name or with one threshold
    """
    is_new = programme.pk is None
    if is_new:
        programme.created_at = now
    _check(programme, tiers)
    stored = LoyaltyProgramme.objects.select_for_update().filter(pk=programme.pk).first()
    before = None if stored is None else _values(stored, list(stored.tiers.all()))
    after = _values(programme, tiers)
    if before == after:
        return programme
    programme.save()
    programme.tiers.all().delete()
    LoyaltyTier.objects.bulk_create(
        [
            LoyaltyTier(
                programme=programme,
                name=tier.name,
                from_points=tier.from_points,
                benefit=tier.benefit,
            )
            for tier in tiers
        ]
    )
    audit.record(
        actor=actor,
        action="guests.loyalty.changed",
        obj=programme,
        now=now,
        before=before,
        after=after,
    )
    return programme


def _values(programme: LoyaltyProgramme, tiers: Sequence[LoyaltyTier]) -> dict[str, object]:
    rungs = sorted([tier.from_points, tier.name, tier.benefit] for tier in tiers)
    return {**stored_values(programme), "tiers": rungs}


def _check(programme: LoyaltyProgramme, tiers: Sequence[LoyaltyTier]) -> None:
    try:
        programme.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise validation_failed(error) from error
    errors, seen = [], set()
    for index, tier in enumerate(tiers):
        tier.name = " ".join(tier.name.split())
        try:
            tier.clean_fields(exclude=["programme"])
        except ValidationError as error:
            errors += [
                FieldError(f"/tiers/{index}{one.pointer}", one.code, one.detail)
                for one in validation_failed(error).errors
            ]
            continue
        if tier.from_points in seen:
            words = gettext("Two tiers begin with the same points. Change one of them.")
            errors.append(FieldError(f"/tiers/{index}/from_points", "unique", words))
        seen.add(tier.from_points)
    if errors:
        raise ValidationFailed(errors=errors)


@transaction.atomic
def points_earn(
    *,
    guest: Guest,
    cause: str,
    whole_units_spent: int = 0,
    visited_at: datetime | None = None,
    now: datetime,
) -> LoyaltyEntry | None:
    """Points for one visit; the same `cause` earns once, however often it is told. Told again with
    other units, as the bill was entered or corrected, the points follow by the difference, at the
    rate at which they were earned; who has spent them meanwhile owes them (`points_earn_undo`).

    The caller lets one at a time tell of a cause, as it keeps the visit locked: what was true last
    is written last.

    :param cause: what earns them, such as ``reservation:42``
    :param whole_units_spent: of the currency, where a bill is known
    :param visited_at: visits from before the programme earn nothing
    :returns: None where there is no active programme, or nothing is earned
    """
    units = max(0, whole_units_spent)
    earned = LoyaltyEntry.objects.select_for_update().filter(cause=cause).first()
    programme = LoyaltyProgramme.objects.filter(organisation=guest.organisation_id).first()
    if earned is not None:
        return _recount(earned, units, programme)
    if programme is None or not programme.is_active:
        return None
    if visited_at is not None and visited_at < programme.created_at:
        return None
    base, rate = programme.points_per_visit, programme.points_per_unit
    units = _carried(units, base=base, rate=rate)
    if not base + rate * units:
        return None
    LoyaltyEntry.objects.bulk_create(
        [
            LoyaltyEntry(
                guest_id=guest.merged_into_id or guest.pk,
                points=base + rate * units,
                reason=LoyaltyReason.VISIT,
                cause=cause,
                units_spent=units,
                points_per_unit=rate,
                created_at=now,
            )
        ],
        ignore_conflicts=True,
    )
    return LoyaltyEntry.objects.filter(cause=cause).first()


def _recount(
    earned: LoyaltyEntry, units: int, programme: LoyaltyProgramme | None
) -> LoyaltyEntry | None:
    """What was earned, for so many units instead; nothing is left of it if that is none."""
    rate = earned.points_per_unit
    if rate is None:
        rate = programme.points_per_unit if programme is not None else 0
    base = earned.points - rate * earned.units_spent
    units = _carried(units, base=base, rate=rate)
    if units == earned.units_spent:
        return earned
    earned.points, earned.units_spent, earned.points_per_unit = base + rate * units, units, rate
    if not earned.points:
        earned.delete()
        return None
    earned.save(update_fields=["points", "units_spent", "points_per_unit"])
    return earned


def _carried(units: int, *, base: int, rate: int) -> int:
    """As many of the units as one entry can carry points for."""
    return min(units, (LARGEST - base) // rate) if rate else units


@transaction.atomic
def points_earn_undo(*, cause: str) -> int:
    """What earned them did not happen after all. A guest who has spent them meanwhile owes them:
    their balance is below zero until they come again.

    :returns: how many points went
    """
    found = LoyaltyEntry.objects.select_for_update().filter(cause=cause).first() if cause else None
    if found is None:
        return 0
    found.delete()
    return found.points


@transaction.atomic
def points_redeem(
    *, guest_id: int, points: int, note: str, once: str = "", actor: Actor, now: datetime
) -> LoyaltyEntry:
    """Spend points; two at the same time wait for each other, so that none is spent twice.

    :param note: what for; required, as it is all that remains of it
    :param once: a word of the form that was sent, up to 40 characters; sent again, by a double tap
        or a shaky network, it is the same entry
    :raises NotEnoughPoints: with the `balance`
    :raises ValidationFailed: for a number that is not 1 or more, or without a note
    """
    _check_points(points, least=1)
    return _book(
        guest_id=guest_id,
        points=-points,
        reason=LoyaltyReason.REDEEMED,
        note=note,
        once=once,
        actor=actor,
        now=now,
    )


@transaction.atomic
def points_correct(
    *, guest_id: int, points: int, note: str, once: str = "", actor: Actor, now: datetime
) -> LoyaltyEntry:
    """Add or take points by hand, with the reason; never below zero.

    :param once: as for `points_redeem`
    :raises NotEnoughPoints, ValidationFailed: as for `points_redeem`
    """
    _check_points(points, least=-MOST)
    return _book(
        guest_id=guest_id,
        points=points,
        reason=LoyaltyReason.CORRECTION,
        note=note,
        once=once,
        actor=actor,
        now=now,
    )


def _check_points(points: int, *, least: int) -> None:
    if points == 0 or not least <= points <= MOST:
        words = gettext("Enter a whole number of points, not zero, up to 1000000.")
        raise refused("points", "invalid", words)


def _book(
    *,
    guest_id: int,
    points: int,
    reason: LoyaltyReason,
    note: str,
    once: str,
    actor: Actor,
    now: datetime,
) -> LoyaltyEntry:
    """The guest's row is the lock of their points."""
    note = " ".join(note.split())
    if not note or len(note) > 200:
        raise refused("note", "required", gettext("Say what for, in up to 200 characters."))
    guest = Guest.objects.select_for_update(no_key=True).filter(pk=guest_id).first()
    if guest is None or guest.merged_into_id is not None or guest.anonymised_at is not None:
        raise NotFound
    cause = f"form:{guest.pk}:{once[:40]}" if once else ""
    booked = LoyaltyEntry.objects.filter(cause=cause).first() if cause else None
    if booked is not None:
        return booked
    balance = _balance(guest)
    if points < 0 and balance + points < 0:
        raise NotEnoughPoints(
            gettext("There are %(balance)d points. Enter at most as many.") % {"balance": balance},
            balance=balance,
        )
    entry = LoyaltyEntry.objects.create(
        guest=guest,
        points=points,
        reason=reason,
        cause=cause,
        note=note,
        created_by_id=actor.user_id,
        created_at=now,
    )
    audit.record(
        actor=actor,
        action=f"guests.loyalty.{reason.value}",
        obj=guest,
        now=now,
        before={"balance": balance},
        after={"balance": balance + points},
    )
    return entry


def _balance(guest: Guest) -> int:
    return LoyaltyEntry.objects.filter(guest=guest).aggregate(sum=Sum("points"))["sum"] or 0
