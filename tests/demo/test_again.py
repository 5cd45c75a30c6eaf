from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count

from bookings.lifecycle import OCCUPYING
from bookings.models import Occupancy, Reservation
from bookings.services import reservation_cancel, reservation_create
from demo.wipe import demo_wipe
from demo.world import _places, demo_load
from reservehub.core import clock
from reservehub.settings import base
from restaurants.models import Restaurant, SpecialDay
from tests.demo.conftest import FRIDAY_NIGHT
from tests.demo.test_load import SHOWN
from tests.factories import STAFF, a_request

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

OPEN = [str(status) for status in OCCUPYING]


def state() -> list[tuple[Any, ...]]:
    rows = Reservation.objects.order_by("pk").values_list("pk", "status", "version", "updated_at")
    return [*rows, (Occupancy.objects.count(), Restaurant.objects.count())]


def test_a_second_start_changes_nothing() -> None:
    before = state()
    report = demo_load(now=FRIDAY_NIGHT + timedelta(seconds=20))
    assert (report.is_new, report.booked, report.advanced, report.played) == (False, 0, 0, 0)
    assert state() == before


def test_a_second_start_needs_few_queries(django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(10):
        demo_load(now=FRIDAY_NIGHT + timedelta(seconds=20))


def test_a_clock_that_was_put_back_changes_nothing() -> None:
    before = state()
    demo_load(now=FRIDAY_NIGHT - timedelta(days=3))
    assert state() == before


def test_an_hour_later_the_evening_has_gone_on() -> None:
    seated = Reservation.objects.filter(restaurant__slug="bella-vista", status="seated")
    early = seated.order_by("seated_at").first()
    assert early is not None
    demo_load(now=FRIDAY_NIGHT + timedelta(hours=1))
    early.refresh_from_db()
    assert early.status == "completed"


@pytest.mark.slow
@pytest.mark.parametrize("days", [1, 7])
def test_later_there_is_another_evening(days: int) -> None:
    now = FRIDAY_NIGHT + timedelta(days=days)

    demo_load(now=now)

    seen: Counter[str] = Counter()
    for place in _places():
        if place.house.is_lively:
            rows = Reservation.objects.filter(
                restaurant=place.restaurant, service_date=place.today(now)
            )
            assert rows.count() > 20
            seen += Counter(rows.values_list("status", flat=True))
    assert set(seen) >= SHOWN - {"pending"}
    nonces = Reservation.objects.values("link_nonce").annotate(n=Count("id"))
    assert not nonces.filter(n__gt=1).exists()
    rows = Reservation.objects.annotate(tables=Count("occupancies"))
    assert not rows.filter(status__in=OPEN, tables=0).exists()
    gone = now - timedelta(hours=12)
    assert not rows.filter(status__in=OPEN, ends_at__lt=gone).exists()


@pytest.mark.slow
def test_the_demo_never_has_its_closed_day() -> None:
    now = FRIDAY_NIGHT + timedelta(days=8)  # it was to be closed the day after
    demo_load(now=now)
    for place in _places():
        closed = SpecialDay.objects.filter(restaurant=place.restaurant, is_closed=True)
        assert all(day.date_from > place.today(now) + timedelta(days=1) for day in closed)


def test_what_people_did_is_kept() -> None:
    place = next(_places())
    theirs = Reservation.objects.filter(
        restaurant=place.restaurant, status="confirmed", starts_at__gt=FRIDAY_NIGHT
    ).latest("starts_at")
    reservation_cancel(reservation_id=theirs.pk, actor=STAFF, now=FRIDAY_NIGHT)
    Restaurant.objects.filter(slug="night-owl").update(name="Early Bird")
    Restaurant.objects.filter(slug="table-mesa").update(is_active=False)
    own = reservation_create(
        request=a_request(
            place.restaurant,
            date=place.today(FRIDAY_NIGHT) + timedelta(days=1),
            time=FRIDAY_NIGHT.replace(hour=8, minute=0).time(),
        ),
        actor=STAFF,
        now=FRIDAY_NIGHT,
    ).reservation

    demo_load(now=FRIDAY_NIGHT + timedelta(days=4))

    theirs.refresh_from_db()
    own.refresh_from_db()
    assert theirs.status == "cancelled_by_restaurant"
    assert (own.status, own.version) == ("confirmed", 1)
    assert Restaurant.objects.get(slug="night-owl").name == "Early Bird"


@pytest.mark.slow
def test_reset_begins_anew(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.RESERVEHUB_DEMO = True
    Restaurant.objects.filter(slug="night-owl").update(name="Early Bird")
    with clock.freeze(FRIDAY_NIGHT):
        call_command("load_demo", "--reset")
    assert "owner@example.com" in capsys.readouterr().out
    assert Restaurant.objects.get(slug="night-owl").name == "Night Owl"
    assert Restaurant.objects.count() == 64


def test_wiping_leaves_nothing_behind() -> None:
    demo_wipe()
    assert not Restaurant.objects.exists()
    assert not Reservation.objects.exists()


def test_where_there_is_no_demo_the_command_refuses(settings: Any) -> None:
    settings.RESERVEHUB_DEMO = False
    with pytest.raises(CommandError, match="RESERVEHUB_DEMO"):
        call_command("load_demo")


def test_production_does_not_even_know_the_command() -> None:
    assert "demo" not in base.INSTALLED_APPS
    assert base.RESERVEHUB_DEMO is False
