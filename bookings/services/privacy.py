"""What bookings keep about a person (`guests.privacy`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bookings.lifecycle import OCCUPYING
from bookings.models import Occasion, Reservation
from bookings.selectors import manage_path
from bookings.selectors.disputes import disputed_reservations
from bookings.services.money_privacy import money_ahead, money_forget, money_shown
from guests.facts import Section, section
from guests.privacy import Ahead, Keeper
from guests.services.keeping import ACCESSIBILITY


def _of(guest_ids: Sequence[int]) -> QuerySet[Reservation]:
    rows = Reservation.objects.filter(guest__in=guest_ids)
    return rows.select_related("restaurant", "area_preference").order_by("-starts_at", "-pk")


def _show(guest_ids: Sequence[int]) -> list[Section]:
    """Not the internal notes of staff."""
    booked = section("reservations", _("Bookings"), _of(guest_ids), *_OF_RESERVATION)
    return [booked, *money_shown(guest_ids)]


_OF_RESERVATION = (
    *("reference", "restaurant", "status", "starts_at", "party_size", "actual_party_size"),
    *("guest_name", "guest_email", "guest_phone", "guest_language", "area_preference"),
    *("required_features", "special_occasion", "special_requests", "dietary_restrictions"),
    *("has_health_consent", "bill_minor", "source", "partner_reference", "cancellation_reason"),
    *("created_at", "cancelled_at", "seated_at", "completed_at", "ip_address"),
)


def _ahead(guest_ids: Sequence[int], now: datetime) -> list[Ahead]:
    rows = _of(guest_ids).filter(status__in=OCCUPYING, ends_at__gt=now)
    visits = [Ahead(_visit(row), manage_path(row)) for row in rows]
    return visits or money_ahead(guest_ids)


def _visit(row: Reservation) -> str:
    day = date_format(row.local_date, "l, j E")
    return f"{row.restaurant.name}: {day}, {row.local_time:%H:%M}"


def _active(guest_ids: Sequence[int], since: datetime) -> set[int]:
    rows = Reservation.objects.filter(guest__in=guest_ids)
    lately = rows.filter(Q(starts_at__gte=since) | Q(created_at__gte=since))
    return {pk for pk in lately.values_list("guest", flat=True) if pk is not None}


def _erase(guest_ids: Sequence[int], now: datetime) -> None:
    """The visit stays: when, how many, what they paid. The version grows, so that whatever shows it
    shows it anew; the links lead nowhere any more.
    """
    rows = Reservation.objects.filter(guest__in=guest_ids)
    money_forget(rows.values_list("pk", flat=True), now)
    _forget(rows, now)


def _erase_strays(organisation_id: int, since: datetime, now: datetime, most: int) -> int:
    """Parties at the door who left a name and no contact."""
    named = ~Q(guest_name="") | ~Q(guest_phone="") | ~Q(guest_email="")
    rows = Reservation.objects.filter(
        named, restaurant__organisation=organisation_id, guest=None, ends_at__lt=since
    )
    rows = rows.exclude(pk__in=disputed_reservations())
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:most])
    money_forget(ids, now)
    return _forget(Reservation.objects.filter(pk__in=ids), now) if ids else 0


def _forget(rows: QuerySet[Reservation], now: datetime) -> int:
    return rows.update(
        customer=None,
        guest_name="",
        guest_email="",
        guest_phone="",
        required_features=[],
        special_occasion=Occasion.NONE,
        special_requests="",
        dietary_restrictions=[],
        internal_notes="",
        partner_reference="",
        cancellation_reason="",
        undo=None,
        link_nonce="",
        # No hash of a token looks like this.
        manage_token_hash=Concat(Value("erased:"), Cast("pk", CharField())),
        view_token_hash=Concat(Value("erased:"), Cast("pk", CharField())),
        ip_address=None,
        version=F("version") + 1,
        updated_at=now,
    )


_HAS_HEALTH = (
    ~Q(dietary_restrictions=[])
    | Q(has_health_consent=True) & ~Q(special_requests="")
    | Q(required_features__overlap=list(ACCESSIBILITY))
)


def _purge(rows: QuerySet[Reservation]) -> int:
    """Dietary needs, features for those who cannot climb stairs, and the free words of guests who
    agreed that such things are stored.
    """
    features = Func(
        F("required_features"),
        Value(ACCESSIBILITY[0], TextField()),
        function="array_remove",
        output_field=ArrayField(CharField(max_length=40)),
    )
    with_words = rows.filter(has_health_consent=True).update(special_requests="")
    return max(rows.update(dietary_restrictions=[], required_features=features), with_words)


def _purge_health(guest_ids: Sequence[int]) -> int:
    return _purge(Reservation.objects.filter(_HAS_HEALTH, guest__in=guest_ids))


def _purge_old_health(before: date, most: int) -> int:
    keeps = Q(guest__keeps_health_notes=True) | Q(guest__merged_into__keeps_health_notes=True)
    due = Reservation.objects.filter(_HAS_HEALTH, service_date__lt=before).exclude(keeps)
    ids = list(due.order_by("pk").values_list("pk", flat=True)[:most])
    return _purge(Reservation.objects.filter(pk__in=ids)) if ids else 0


KEEPER = Keeper(
    name="bookings",
    show=_show,
    erase=_erase,
    ahead=_ahead,
    active=_active,
    purge_health=_purge_health,
    erase_strays=_erase_strays,
    purge_old_health=_purge_old_health,
)
