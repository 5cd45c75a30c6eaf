"""Guests as JSON, with what the caller may see and nothing else (rule 107)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from guests.api.access import Access
from guests.models import Guest, GuestFigures, GuestMerge, GuestNote, GuestTag, MergeCandidate, Tag
from guests.selectors.duplicates import REVERSIBLE
from guests.selectors.tags import tags_by_guest

_NUMBERS = (
    *("bookings", "visits", "no_shows", "cancellations", "late_cancellations", "upcoming"),
    *("covers", "spend_minor", "billed_visits", "usual_party_size", "usual_weekday"),
    *("usual_hour", "lead_hours"),
)
_DATES = ("first_visit_on", "last_visit_on", "next_visit_on")


def moment(at: datetime | None) -> str | None:
    """RFC 3339 in UTC: an organisation may have houses in several time zones."""
    return None if at is None else at.isoformat(timespec="seconds")


def tag_data(link: GuestTag) -> dict[str, Any]:
    return {
        "id": link.tag_id,
        "name": link.tag.name,
        "colour": link.tag.colour,
        "is_automatic": link.is_automatic,
    }


def counted_tag_data(tag: Tag, count: int) -> dict[str, Any]:
    return {
        "id": tag.pk,
        "name": tag.name,
        "colour": tag.colour,
        "is_automatic": tag.rule is not None,
        "guests": count,
    }


def figures_data(figures: GuestFigures | None) -> dict[str, Any] | None:
    if figures is None:
        return None
    return {
        **{name: getattr(figures, name) for name in _NUMBERS},
        **{name: day.isoformat() if (day := getattr(figures, name)) else None for name in _DATES},
        "usual_area": figures.usual_area_id,
    }


def guest_data(guest: Guest, tags: Iterable[GuestTag], *, sees_contact: bool) -> dict[str, Any]:
    """A guest read with their figures."""
    return {
        "id": guest.pk,
        "name": guest.name,
        "phone": str(guest.phone or "") if sees_contact else None,
        "email": (guest.email or "") if sees_contact else None,
        "language": guest.language,
        "is_vip": guest.is_vip,
        "is_blocked": guest.is_blocked,
        "created_at": moment(guest.created_at),
        "tags": [tag_data(link) for link in tags],
        "figures": figures_data(getattr(guest, "figures", None)),
    }


def rows_data(guests: Collection[Guest], *, sees_contact: bool = True) -> list[dict[str, Any]]:
    """Many at once: their tags are read with one query."""
    tags: Mapping[int, list[GuestTag]] = tags_by_guest([guest.pk for guest in guests])
    return [guest_data(one, tags.get(one.pk, ()), sees_contact=sees_contact) for one in guests]


def profile_data(access: Access) -> dict[str, Any]:
    """One guest, whole."""
    guest, sees = access.guest, access.sees_contact
    return {
        **rows_data([guest], sees_contact=sees)[0],
        "block_reason": guest.block_reason if sees else None,
        "preferences": guest.preferences if sees else None,
        "preferred_features": guest.preferred_features if access.sees_health else None,
        "dietary_needs": guest.dietary_needs if access.sees_health else None,
        "has_marketing_consent": guest.has_marketing_consent,
        "keeps_health_notes": guest.keeps_health_notes,
        "is_erased": guest.anonymised_at is not None,
    }


def note_data(note: GuestNote) -> dict[str, Any]:
    return {
        "id": note.pk,
        "kind": note.kind,
        "text": note.text,
        "is_alert": note.is_alert,
        "restaurant": note.restaurant_id,
        "written_by": note.created_by.get_full_name() if note.created_by else None,
        "created_at": moment(note.created_at),
        "updated_at": moment(note.updated_at),
        "resolved_at": moment(note.resolved_at),
    }


def candidates_data(candidates: Collection[MergeCandidate]) -> list[dict[str, Any]]:
    """With both guests, who come with their figures; their tags are read with one query."""
    guests = {one.guest_id: one.guest for one in candidates}
    guests |= {one.other.pk: one.other for one in candidates if one.other is not None}
    rows = {row["id"]: row for row in rows_data(list(guests.values()))}
    return [
        {
            "id": one.pk,
            "guest": rows[one.guest_id],
            "other": rows[one.other_id] if one.other_id is not None else None,
            "name": one.name,
            "reason": one.reason,
            "score": round(one.score, 3),
            "created_at": moment(one.created_at),
        }
        for one in candidates
    ]


def merge_data(merge: GuestMerge) -> dict[str, Any]:
    return {
        "id": merge.pk,
        "kept": merge.kept_id,
        "merged": merge.merged_id,
        "merged_at": moment(merge.merged_at),
        "reversible_until": moment(merge.merged_at + REVERSIBLE),
        "undone_at": moment(merge.undone_at),
    }
