"""What the guest book itself keeps about a person (`guests.privacy`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from guests.facts import Section, section
from guests.models import (
    ConsentEntry,
    Guest,
    GuestFigures,
    GuestMerge,
    GuestNote,
    GuestTag,
    LoyaltyEntry,
    MergeCandidate,
    NoteKind,
    PrivacyLink,
    TagRefusal,
)
from guests.privacy import Keeper
from guests.selectors.profile import HEALTH_KINDS

ACCESSIBILITY = ("wheelchair_accessible",)
"""Features of a table that tell of somebody's health (rule 107)."""

_NOBODY: dict[str, Any] = {
    "user": None,
    "name": "",
    "phone": None,
    "email": None,
    "is_vip": False,
    "is_blocked": False,
    "block_reason": "",
    "dietary_needs": [],
    "keeps_health_notes": False,
    "preferred_features": [],
    "preferences": "",
    "has_marketing_consent": False,
}


def _show(guest_ids: Sequence[int]) -> list[Section]:
    """Not what staff noted for themselves: incidents and blocks are told by people (rule 102)."""
    mine = {"guest__in": guest_ids}
    guests = Guest.objects.filter(pk__in=guest_ids).order_by("merged_into", "pk")
    notes = GuestNote.objects.filter(**mine).exclude(kind=NoteKind.INCIDENT)
    figures = GuestFigures.objects.filter(**mine).select_related("usual_area")
    return [
        section("contacts", _("Your contacts"), guests, *_OF_GUEST),
        section("figures", _("What your visits add up to"), figures, *_OF_FIGURES),
        section("notes", _("Notes about you"), notes, "kind", "text", "created_at"),
        section(
            "tags",
            _("Tags"),
            GuestTag.objects.filter(**mine).select_related("tag"),
            *("tag", "is_automatic", "created_at"),
        ),
        section(
            "loyalty",
            _("Points"),
            LoyaltyEntry.objects.filter(**mine),
            *("points", "reason", "note", "created_at"),
        ),
        section(
            "consents",
            _("What you agreed to"),
            ConsentEntry.objects.filter(**mine),
            *("purpose", "is_given", "wording", "source", "ip_address", "created_at"),
        ),
        section(
            "other_names",
            _("Other names given with your contact"),
            MergeCandidate.objects.filter(**mine, other=None),
            *("name", "created_at"),
        ),
    ]


_OF_GUEST = (
    *("name", "phone", "email", "language", "is_vip", "dietary_needs", "keeps_health_notes"),
    *("preferred_features", "preferences", "has_marketing_consent", "created_at"),
)
_OF_FIGURES = (
    *("bookings", "visits", "no_shows", "cancellations", "late_cancellations", "upcoming"),
    *("covers", "spend_minor", "first_visit_on", "last_visit_on", "next_visit_on"),
    *("usual_party_size", "usual_weekday", "usual_hour", "usual_area", "lead_hours"),
)


def _erase(guest_ids: Sequence[int], now: datetime) -> None:
    """Numbers stay, and that something was agreed to; words, names and ways to find somebody go."""
    mine = {"guest__in": guest_ids}
    Guest.objects.filter(pk__in=guest_ids).update(**_NOBODY, anonymised_at=now)
    GuestNote.objects.filter(**mine).delete()
    GuestTag.objects.filter(**mine).delete()
    TagRefusal.objects.filter(**mine).delete()
    PrivacyLink.objects.filter(**mine).delete()
    LoyaltyEntry.objects.filter(**mine).exclude(note="").update(note="")
    ConsentEntry.objects.filter(**mine).update(ip_address=None, actor="")
    MergeCandidate.objects.filter(Q(guest__in=guest_ids) | Q(other__in=guest_ids)).delete()
    GuestMerge.objects.filter(Q(kept__in=guest_ids) | Q(merged__in=guest_ids)).update(moved={})


def _active(guest_ids: Sequence[int], since: datetime) -> set[int]:
    """Who agreed to something, earned points, came or is expected."""
    mine = {"guest__in": guest_ids}
    said = ConsentEntry.objects.filter(**mine, created_at__gte=since)
    points = LoyaltyEntry.objects.filter(**mine, created_at__gte=since)
    came = GuestFigures.objects.filter(**mine).filter(
        Q(last_visit_on__gte=since.date()) | Q(next_visit_on__gte=since.date())
    )
    return {pk for rows in (said, points, came) for pk in rows.values_list("guest", flat=True)}


def _purge_health(guest_ids: Sequence[int], *, written_before: date | None = None) -> int:
    health = GuestNote.objects.filter(guest__in=guest_ids, kind__in=HEALTH_KINDS)
    if written_before is not None:
        health = health.filter(updated_at__date__lt=written_before)
    notes, _kinds = health.delete()
    guests = Guest.objects.filter(pk__in=guest_ids).filter(_HAS_HEALTH)
    changed = 0
    for guest in guests.select_for_update(no_key=True).order_by("pk"):
        guest.dietary_needs = []
        guest.preferred_features = _without_health(guest.preferred_features)
        guest.save(update_fields=["dietary_needs", "preferred_features"])
        changed += 1
    return notes + changed


_HAS_HEALTH = ~Q(dietary_needs=[]) | Q(preferred_features__overlap=list(ACCESSIBILITY))


def _without_health(features: Sequence[str]) -> list[str]:
    return [one for one in features if one not in ACCESSIBILITY]


def _purge_old_health(before: date, most: int) -> int:
    """Of guests whose last visit was before that date, and who are not expected."""
    due = Guest.objects.filter(
        Q(figures=None)
        | Q(figures__last_visit_on=None, figures__upcoming=0)
        | Q(figures__last_visit_on__lt=before, figures__upcoming=0),
        keeps_health_notes=False,
        created_at__date__lt=before,
    )
    with_notes = GuestNote.objects.filter(kind__in=HEALTH_KINDS, updated_at__date__lt=before)
    ids = due.filter(_HAS_HEALTH | Q(pk__in=with_notes.values("guest")))
    found = list(ids.order_by("pk").values_list("pk", flat=True)[:most])
    return _purge_health(found, written_before=before)


KEEPER = Keeper(
    name="guests",
    show=_show,
    erase=_erase,
    active=_active,
    purge_health=_purge_health,
    purge_old_health=_purge_old_health,
)
