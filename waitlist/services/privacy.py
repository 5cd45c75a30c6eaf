"""What the waitlist and the queue at the door keep about a person (`guests.privacy`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from bookings.models import Occasion
from bookings.presenters.clock import long_date
from guests.facts import Section, section
from guests.privacy import Ahead, Keeper
from guests.services.keeping import ACCESSIBILITY
from waitlist.models import IN_QUEUE, LIVE, QueueEntry, WaitlistEntry


def _of(guest_ids: Sequence[int]) -> QuerySet[WaitlistEntry]:
    rows = WaitlistEntry.objects.filter(guest__in=guest_ids).select_related("restaurant")
    return rows.order_by("-service_date", "-pk")


def _show(guest_ids: Sequence[int]) -> list[Section]:
    queued = QueueEntry.objects.filter(guest__in=guest_ids).select_related("restaurant", "area")
    return [
        section("waitlist", _("Waitlist"), _of(guest_ids), *_FIELDS),
        section("queue", _("Queue at the door"), queued.order_by("-joined_at"), *_OF_QUEUE),
    ]


_FIELDS = (
    *("restaurant", "status", "service_date", "last_service_date", "from_time", "until_time"),
    *("party_size", "guest_name", "guest_email", "guest_phone", "guest_language"),
    *("required_features", "special_occasion", "special_requests", "dietary_restrictions"),
    *("has_health_consent", "source", "created_at", "ended_at", "ip_address"),
)


_OF_QUEUE = (
    *("restaurant", "status", "joined_at", "party_size", "area", "required_features", "name"),
    *("phone", "email", "language", "note", "source", "quoted_low", "quoted_high", "seated_at"),
    "ended_at",
)


def _ahead(guest_ids: Sequence[int], now: datetime) -> list[Ahead]:
    words = _("%(place)s: on the waitlist for %(day)s")
    rows = _of(guest_ids).filter(status__in=LIVE, expires_at__gt=now)
    waiting = [
        Ahead(words % {"place": row.restaurant.name, "day": long_date(row.service_date)})
        for row in rows
    ]
    queued = QueueEntry.objects.filter(
        guest__in=guest_ids, status__in=IN_QUEUE, joined_at__gt=now - timedelta(days=1)
    )
    words = _("%(place)s: in the queue at the door")
    return waiting + [
        Ahead(words % {"place": row.restaurant.name}) for row in queued.select_related("restaurant")
    ]


def _active(guest_ids: Sequence[int], since: datetime) -> set[int]:
    waited = WaitlistEntry.objects.filter(guest__in=guest_ids, created_at__gte=since)
    queued = QueueEntry.objects.filter(guest__in=guest_ids, joined_at__gte=since)
    found = (pk for rows in (waited, queued) for pk in rows.values_list("guest", flat=True))
    return {pk for pk in found if pk is not None}


def _erase(guest_ids: Sequence[int], now: datetime) -> None:
    _forget(WaitlistEntry.objects.filter(guest__in=guest_ids), now)
    _forget_queued(QueueEntry.objects.filter(guest__in=guest_ids))


def _erase_strays(organisation_id: int, since: datetime, now: datetime, most: int) -> int:
    """Those in the queue who left a name only, and entries whose guest's record was deleted."""
    named = ~Q(name="") | ~Q(phone="") | ~Q(email="") | ~Q(note="")
    queued = QueueEntry.objects.filter(
        named, restaurant__organisation=organisation_id, guest=None, joined_at__lt=since
    )
    ids = list(queued.order_by("pk").values_list("pk", flat=True)[:most])
    if ids:
        return _forget_queued(QueueEntry.objects.filter(pk__in=ids))
    rows = WaitlistEntry.objects.filter(
        ~Q(guest_name=""), restaurant__organisation=organisation_id, guest=None
    ).filter(expires_at__lt=since)
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:most])
    return _forget(WaitlistEntry.objects.filter(pk__in=ids), now) if ids else 0


def _forget(rows: QuerySet[WaitlistEntry], now: datetime) -> int:
    return rows.update(
        customer=None,
        guest_name="",
        guest_email="",
        guest_phone="",
        required_features=[],
        special_occasion=Occasion.NONE,
        special_requests="",
        dietary_restrictions=[],
        link_nonce="",
        token_hash=Concat(Value("erased:"), Cast("pk", CharField())),
        ip_address=None,
        version=F("version") + 1,
        updated_at=now,
    )


def _forget_queued(rows: QuerySet[QueueEntry]) -> int:
    return rows.update(
        name="",
        phone="",
        email="",
        note="",
        required_features=[],
        undo=None,
        link_nonce="",
        token_hash=Concat(Value("erased:"), Cast("pk", CharField())),
        version=F("version") + 1,
    )


_HAS_HEALTH = (
    ~Q(dietary_restrictions=[])
    | Q(has_health_consent=True) & ~Q(special_requests="")
    | Q(required_features__overlap=list(ACCESSIBILITY))
)


_QUEUED_WITH_HEALTH = Q(required_features__overlap=list(ACCESSIBILITY))


def _purge(rows: QuerySet[WaitlistEntry]) -> int:
    return rows.update(dietary_restrictions=[], required_features=[], special_requests="")


def _purge_health(guest_ids: Sequence[int]) -> int:
    queued = QueueEntry.objects.filter(_QUEUED_WITH_HEALTH, guest__in=guest_ids)
    waited = WaitlistEntry.objects.filter(_HAS_HEALTH, guest__in=guest_ids)
    return _purge(waited) + queued.update(required_features=[])


def _purge_old_health(before: date, most: int) -> int:
    """What became of the wish is a reservation with needs of its own."""
    keeps = Q(guest__keeps_health_notes=True) | Q(guest__merged_into__keeps_health_notes=True)
    due = WaitlistEntry.objects.filter(_HAS_HEALTH, last_service_date__lt=before).exclude(keeps)
    ids = list(due.order_by("pk").values_list("pk", flat=True)[:most])
    queued = QueueEntry.objects.filter(_QUEUED_WITH_HEALTH, service_date__lt=before).exclude(keeps)
    queue_ids = list(queued.order_by("pk").values_list("pk", flat=True)[:most])
    changed = QueueEntry.objects.filter(pk__in=queue_ids).update(required_features=[])
    return changed + _purge(WaitlistEntry.objects.filter(pk__in=ids))


KEEPER = Keeper(
    name="waitlist",
    show=_show,
    erase=_erase,
    ahead=_ahead,
    active=_active,
    purge_health=_purge_health,
    erase_strays=_erase_strays,
    purge_old_health=_purge_old_health,
)
