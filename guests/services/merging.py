"""Two records of one person become one, and two again (rule 100)."""

from __future__ import annotations

from copy import copy
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from guests.events import GuestVipChanged
from guests.merging import merged_values, recount_figures
from guests.models import ConsentEntry, ConsentPurpose, Guest, GuestMerge, MergeCandidate
from guests.selectors.duplicates import REVERSIBLE
from guests.services.moving import letting_others_pass, rows_hand_back, rows_hand_over
from reservehub.core import audit, events
from reservehub.core.actors import Actor
from reservehub.core.errors import DomainError, NotFound

_CONSENTS = {
    ConsentPurpose.MARKETING: "has_marketing_consent",
    ConsentPurpose.HEALTH: "keeps_health_notes",
}


class MergeRefused(DomainError):
    """These two cannot be one record."""

    code = "merge_refused"
    title = _("The records cannot be merged")


class UnmergeRefused(DomainError):
    """The merge cannot be taken back."""

    code = "unmerge_refused"
    title = _("The merge cannot be taken back")


@transaction.atomic
def guests_merge(*, kept_id: int, merged_id: int, actor: Actor, now: datetime) -> GuestMerge:
    """Let one record become part of another. It stays, with its contacts, and points to the one
    kept; records merged into it earlier point there too. Repeating it changes nothing.

    VIP and blocked if either is; consents only where both agreed.

    :raises NotFound: if one of them is unknown
    :raises MergeRefused: the same record twice, two organisations, an erased one, or one that is
        part of another record
    :raises GuestBusy: while others keep changing what belongs to them
    """

    def work() -> GuestMerge:
        return _merge(kept_id, merged_id, actor=actor, now=now)

    return letting_others_pass(work)


def _merge(kept_id: int, merged_id: int, *, actor: Actor, now: datetime) -> GuestMerge:
    kept, merged = _locked(kept_id, merged_id)
    if merged.merged_into_id == kept.pk:
        done = GuestMerge.objects.filter(kept=kept, merged=merged, undone_at=None).first()
        if done is not None:
            return done
    _check(kept, merged)
    repointed = list(Guest.objects.filter(merged_into=merged).values_list("pk", flat=True))
    rows = rows_hand_over(giver_id=merged.pk, taker_id=kept.pk)
    before, after = _become_one(kept, merged, actor=actor, now=now)
    Guest.objects.filter(pk__in=[*repointed, merged.pk]).update(merged_into=kept)
    merge = GuestMerge.objects.create(
        kept=kept,
        merged=merged,
        merged_by_id=actor.user_id,
        merged_at=now,
        moved={"rows": rows, "repointed": repointed, "before": before, "after": after},
    )
    _tell_of_vips(kept, merged, now=now)
    recount_figures([kept.pk, merged.pk], now)
    counts = {path: len(ids) for path, ids in rows.items()}
    audit.record(
        actor=actor,
        action="guests.merged",
        obj=kept,
        now=now,
        before={"changed": sorted(before)},
        after={"merged": merged.pk, "moved": counts},
    )
    return merge


@transaction.atomic
def guests_unmerge(*, merge_id: int, actor: Actor, now: datetime) -> GuestMerge:
    """Make two records of one again: what went over goes back as far as it is still there, and a
    value that nobody has changed since is as it was. Repeating it changes nothing.

    :raises NotFound: if there is no such merge
    :raises UnmergeRefused: after 30 days, where a record was erased, or where the kept one has
        itself become part of another since: that merge is taken back first
    :raises GuestBusy: while others keep changing what belongs to them
    """
    return letting_others_pass(lambda: _unmerge(merge_id, actor=actor, now=now))


def _unmerge(merge_id: int, *, actor: Actor, now: datetime) -> GuestMerge:
    found = GuestMerge.objects.filter(pk=merge_id).first()
    if found is None:
        raise NotFound
    kept, merged = _locked(found.kept_id, found.merged_id)
    merge = GuestMerge.objects.select_for_update().get(pk=merge_id)
    if merge.undone_at is not None:
        return merge
    _check_reversible(merge, kept, merged, now=now)
    moved = merge.moved
    rows_hand_back(moved["rows"], giver_id=kept.pk, taker_id=merged.pk)
    Guest.objects.filter(pk__in=moved["repointed"], merged_into=kept).update(merged_into=merged)
    merged.merged_into = None
    merged.save(update_fields=["merged_into"])
    _become_two(kept, moved, merge=merge, actor=actor, now=now)
    _remember_two(kept, merged, now=now)
    merge.undone_at = now
    merge.save(update_fields=["undone_at"])
    _tell_of_vips(kept, merged, now=now)
    recount_figures([kept.pk, merged.pk], now)
    audit.record(
        actor=actor, action="guests.unmerged", obj=kept, now=now, after={"merged": merged.pk}
    )
    return merge


def _locked(*ids: int) -> list[Guest]:
    """The records in the order asked for; locked in the order of their numbers, so that two merges
    crossing each other wait instead of blocking each other.
    """
    rows = Guest.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    found = {guest.pk: guest for guest in rows}
    if len(found) != len(set(ids)):
        raise NotFound
    return [found[pk] for pk in ids]


def _check(kept: Guest, merged: Guest) -> None:
    if kept.pk == merged.pk:
        raise MergeRefused(_("This is one and the same record."))
    if kept.organisation_id != merged.organisation_id:
        raise MergeRefused(_("The records belong to two organisations."))
    if kept.anonymised_at or merged.anonymised_at:
        raise MergeRefused(_("One of the records was erased."))
    if kept.merged_into_id or merged.merged_into_id:
        raise MergeRefused(_("One of the records is already part of another. Merge that one."))


def _check_reversible(merge: GuestMerge, kept: Guest, merged: Guest, *, now: datetime) -> None:
    if now - merge.merged_at > REVERSIBLE:
        raise UnmergeRefused(_("A merge can be taken back for 30 days."))
    if kept.anonymised_at or merged.anonymised_at:
        raise UnmergeRefused(_("One of the records was erased."))
    if kept.merged_into_id or merged.merged_into_id != kept.pk:
        raise UnmergeRefused(_("The record was merged again since. Take that back first."))


def _become_one(
    kept: Guest, merged: Guest, *, actor: Actor, now: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the kept record what both are; returns the fields that changed, before and after."""
    for purpose, field in _CONSENTS.items():
        if getattr(kept, field) != getattr(merged, field):
            _write_consent(
                kept, purpose=purpose, is_given=False, source="merge", actor=actor, now=now
            )
    wanted = merged_values(kept, merged)
    before = {name: getattr(kept, name) for name in wanted if getattr(kept, name) != wanted[name]}
    _set(kept, {name: wanted[name] for name in before})
    return before, {name: wanted[name] for name in before}


def _become_two(
    kept: Guest, moved: dict[str, Any], *, merge: GuestMerge, actor: Actor, now: datetime
) -> None:
    """Put back what nobody has changed since, as far as the records that are still part of the kept
    one do not say the same.
    """
    before, after = moved["before"], moved["after"]
    back = {name: before[name] for name in before if getattr(kept, name) == after[name]}
    for purpose, field in _CONSENTS.items():
        last = kept.consents.filter(purpose=purpose).first() if field in back else None
        if last is None or last.source != "merge" or last.created_at != merge.merged_at:
            back.pop(field, None)  # the guest has spoken since
    as_before = copy(kept)
    for name, value in back.items():
        setattr(as_before, name, value)
    for other in Guest.objects.filter(merged_into=kept):
        for name, value in merged_values(as_before, other).items():
            if name in back:
                setattr(as_before, name, value)
    back = {name: getattr(as_before, name) for name in back}
    for purpose, field in _CONSENTS.items():
        if back.get(field):
            _write_consent(
                kept, purpose=purpose, is_given=True, source="unmerge", actor=actor, now=now
            )
    _set(kept, back)


def _remember_two(kept: Guest, merged: Guest, *, now: datetime) -> None:
    """Who takes a merge back has found two people: they are not proposed again (rule 100)."""
    first, second = sorted((kept, merged), key=lambda guest: guest.pk)
    MergeCandidate.objects.update_or_create(
        guest=first,
        other=second,
        defaults={"dismissed_at": now},
        create_defaults={
            "name": second.name,
            "reason": "taken_back",
            "created_at": now,
            "dismissed_at": now,
        },
    )


def _set(guest: Guest, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(guest, name, value)
    if values:
        guest.save(update_fields=list(values))


def _tell_of_vips(*guests: Guest, now: datetime) -> None:
    """What moved belongs to a VIP now, or no longer does."""
    if any(guest.is_vip for guest in guests):
        for guest in guests:
            events.publish(GuestVipChanged(occurred_at=now, guest_id=guest.pk, is_vip=guest.is_vip))


def _write_consent(
    guest: Guest,
    *,
    purpose: ConsentPurpose,
    is_given: bool,
    source: str,
    actor: Actor,
    now: datetime,
) -> None:
    ConsentEntry.objects.create(
        guest=guest,
        purpose=purpose,
        is_given=is_given,
        source=source,
        actor=actor.label or actor.kind.value,
        created_at=now,
    )
