"""What reviews keep about a person (`guests.privacy`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from guests.facts import Section, section
from guests.privacy import Keeper
from reviews.models import Review


def _of(guest_ids: Sequence[int]) -> QuerySet[Review]:
    mine = Q(guest__in=guest_ids) | Q(reservation__guest__in=guest_ids)
    return Review.objects.filter(mine).select_related("restaurant")


def _show(guest_ids: Sequence[int]) -> list[Section]:
    fields = ("stars", "food", "service", "ambience", "text", "status", "answer", "created_at")
    return [section("reviews", _("Reviews"), _of(guest_ids), "restaurant", *fields)]


def _active(guest_ids: Sequence[int], since: datetime) -> set[int]:
    rows = Review.objects.filter(guest__in=guest_ids, updated_at__gte=since)
    return {pk for pk in rows.values_list("guest", flat=True) if pk is not None}


def _erase(guest_ids: Sequence[int], now: datetime) -> None:
    """The stars stay in the average; the words are the guest's, and the answer may name them."""
    _of(guest_ids).update(text="", answer="", updated_at=now)


KEEPER = Keeper(name="reviews", show=_show, erase=_erase, active=_active)
