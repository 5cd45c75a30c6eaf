from __future__ import annotations

from collections import Counter
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import phonenumbers
import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate
from django.db.models import Count, F, Model, Q, Sum
from PIL import Image

from accounts.models import User
from bookings.availability import instants_of
from bookings.lifecycle import OCCUPYING
from bookings.models import Occupancy, Reservation, TableBlock
from bookings.selectors import availability, manage_token_of, reservation_by_manage_token
from demo.cast import people_of
from demo.houses import HOUSES, LIVELY
from demo.wish import NONCE
from demo.world import Report, _places
from guests.models import Guest, GuestNote, LoyaltyEntry
from reservehub.local.demo import DEMO_ADDRESSES, DEMO_PASSWORD
from restaurants.models import (
    Area,
    BookingPolicy,
    Combination,
    CombinationMember,
    Restaurant,
    ServicePeriod,
    SlotOverride,
    SpecialDay,
    Table,
    TurnTimeRule,
)
from restaurants.permissions import Capability
from restaurants.selectors import restaurants_visible_to
from restaurants.services.checks import CHECKS
from reviews.models import Review
from tests.demo.conftest import FRIDAY_NIGHT
from waitlist.models import QueueEntry, WaitlistEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

SHOWN = {
    *("pending", "confirmed", "arrived", "seated", "completed", "no_show"),
    *("cancelled_by_guest", "cancelled_by_restaurant", "declined", "expired"),
}
ENDED = {"cancelled_by_guest", "cancelled_by_restaurant", "declined", "expired"}


def lively() -> list[Restaurant]:
    return [Restaurant.objects.get(slug=house.slug) for house in LIVELY]


def tonight(slug: str) -> Counter[str]:
    place = next(place for place in _places() if place.house.slug == slug)
    rows = Reservation.objects.filter(
        restaurant=place.restaurant, service_date=place.today(FRIDAY_NIGHT)
    )
    return Counter(rows.values_list("status", flat=True))


# --- People ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("email", DEMO_ADDRESSES)
def test_everybody_can_log_in(email: str) -> None:
    assert authenticate(username=email, password=DEMO_PASSWORD) is not None
    assert EmailAddress.objects.get(email=email).verified


@pytest.mark.parametrize(
    ("email", "slugs"),
    [
        ("host@example.com", {"bella-vista", "kalyannaya-dym"}),
        ("manager@example.com", {"bella-vista", "night-owl", "table-mesa"}),
        ("guest@example.com", set()),
    ],
)
def test_everybody_sees_their_own_restaurants(email: str, slugs: set[str]) -> None:
    user = User.objects.get(email=email)
    visible = restaurants_visible_to(user, Capability.VIEW_BOOK)
    assert set(visible.values_list("slug", flat=True)) == slugs


def test_the_owner_sees_all_four_and_the_admin_everything() -> None:
    owner = User.objects.get(email="owner@example.com")
    assert set(lively()) <= set(restaurants_visible_to(owner))
    admin = User.objects.get(email="admin@example.com")
    assert restaurants_visible_to(admin).count() == len(HOUSES)


def test_the_customer_has_bookings_behind_and_ahead() -> None:
    rows = Reservation.objects.filter(customer__email="guest@example.com")
    assert rows.filter(status="completed", starts_at__lt=FRIDAY_NIGHT).exists()
    assert rows.filter(status__in=("confirmed", "pending"), starts_at__gt=FRIDAY_NIGHT).count() > 2


# --- Restaurants ----------------------------------------------------------------------------------


def test_there_are_sixty_four_restaurants_around_four_cities() -> None:
    assert Restaurant.objects.count() == 64
    assert set(Restaurant.objects.values_list("city", flat=True)) == {
        *("Amsterdam", "Berlin", "Москва", "New York"),
    }


def test_every_restaurant_has_as_many_tables_as_a_real_one() -> None:
    counted = Restaurant.objects.annotate(number=Count("tables"))
    assert not counted.filter(Q(number__lt=12) | Q(number__gt=40)).exists()


@pytest.mark.parametrize(
    "model",
    [
        *(Restaurant, BookingPolicy, Area, Table, Combination, CombinationMember),
        *(ServicePeriod, SpecialDay, SlotOverride, TurnTimeRule),
    ],
)
def test_the_settings_pass_the_rules_of_the_settings_pages(model: type[Model]) -> None:
    """They are written in bulk, past the validation of the services."""
    slugs = [house.slug for house in (*LIVELY, *HOUSES[10:13])]
    rows = model._default_manager.filter(**{_owner(model): slugs})
    assert rows
    for row in rows:
        row.full_clean()
    for restaurant in Restaurant.objects.filter(slug__in=slugs):
        for check in CHECKS.get(model, ()):
            check(restaurant.pk)


def _owner(model: type[Model]) -> str:
    if model is Restaurant:
        return "slug__in"
    path = "combination__restaurant" if model is CombinationMember else "restaurant"
    return f"{path}__slug__in"


def test_every_phone_number_could_be_dialled() -> None:
    numbers = [str(restaurant.phone) for restaurant in Restaurant.objects.all()]
    numbers += [
        person.phone for cast in ("europe", "russia", "america") for person in people_of(cast)
    ]
    for number in filter(None, numbers):
        assert phonenumbers.is_valid_number(phonenumbers.parse(number)), number


def test_a_closed_day_and_a_day_of_other_hours_lie_ahead() -> None:
    for restaurant in lively():
        days = SpecialDay.objects.filter(restaurant=restaurant, date_from__gt=FRIDAY_NIGHT)
        assert set(days.values_list("is_closed", flat=True)) == {True, False}
        states = SlotOverride.objects.filter(restaurant=restaurant, date__gt=FRIDAY_NIGHT)
        assert set(states.values_list("state", flat=True)) == {"private_event", "weather"}


def test_every_cover_is_a_small_picture(media: Path) -> None:
    for name in set(Restaurant.objects.values_list("cover", flat=True)):
        data = (media / name).read_bytes()
        assert len(data) < 40_000
        assert Image.open(BytesIO(data)).size == (1200, 400)


# --- Bookings -------------------------------------------------------------------------------------


def test_every_state_can_be_seen_tonight() -> None:
    seen: Counter[str] = Counter()
    for house in LIVELY:
        seen += tonight(house.slug)
    assert set(seen) == SHOWN
    assert {*ENDED, "completed", "no_show", "seated", "confirmed"} <= set(tonight("bella-vista"))


def test_tonight_has_free_and_full_times_in_every_house() -> None:
    for place in _places():
        if not place.house.is_lively:
            continue
        day = place.today(FRIDAY_NIGHT) + timedelta(days=1)
        slots = [
            slot
            for size in (2, 4)
            for slot in availability(
                restaurant=place.restaurant, date=day, party_size=size, now=FRIDAY_NIGHT
            )
        ]
        assert {slot.available for slot in slots} == {True, False}, place.house.slug


def test_the_coming_days_thin_out() -> None:
    place = next(_places())
    today = place.today(FRIDAY_NIGHT)
    rows = Reservation.objects.filter(restaurant=place.restaurant)
    weeks = [
        rows.filter(service_date__range=(today + timedelta(first), today + timedelta(last))).count()
        for first, last in ((0, 2), (3, 5), (10, 14))
    ]
    assert weeks[0] > weeks[1] > weeks[2] > 0


def test_four_to_five_in_a_hundred_did_not_come() -> None:
    past = Reservation.objects.filter(
        restaurant__slug="bella-vista", service_date__lt=FRIDAY_NIGHT.date()
    ).exclude(source="walk_in")
    missed, came = (past.filter(status=status).count() for status in ("no_show", "completed"))
    assert 0.03 < missed / (missed + came) < 0.06


def test_whoever_has_a_place_has_a_table_and_nobody_else_has() -> None:
    tables = Count("occupancies")
    rows = Reservation.objects.annotate(tables=tables)
    assert not rows.filter(status__in=[str(s) for s in OCCUPYING], tables=0).exists()
    assert not rows.filter(status__in=ENDED, tables__gt=0).exists()
    assert not Occupancy.objects.exclude(restaurant=F("table__restaurant")).exists()


def test_a_single_table_takes_the_party_that_has_it() -> None:
    rows = Reservation.objects.annotate(tables=Count("occupancies")).filter(tables=1)
    waiting = rows.filter(status__in=[str(s) for s in OCCUPYING])
    too_many = Q(party_size__gt=F("occupancies__table__max_party"))
    too_few = Q(party_size__lt=F("occupancies__table__min_party"))
    assert waiting.exists()
    assert not waiting.filter(too_many | too_few).exists()


def test_large_parties_sit_at_tables_pushed_together() -> None:
    rows = Reservation.objects.annotate(tables=Count("occupancies"))
    assert rows.filter(tables__gte=2, party_size__gte=7).count() > 20


def test_nobody_has_two_bookings_at_once() -> None:
    open_rows = Reservation.objects.filter(
        status__in=[str(s) for s in OCCUPYING], guest__isnull=False
    )
    twice = open_rows.values("restaurant", "guest", "service_date").annotate(n=Count("id"))
    assert not twice.filter(n__gt=1).exists()


def test_the_instants_tell_one_story() -> None:
    rows = Reservation.objects.all()
    assert not rows.filter(created_at__gt=F("starts_at")).exists()
    assert not rows.filter(updated_at__gt=FRIDAY_NIGHT).exists()
    assert not rows.filter(seated_at__lt=F("starts_at")).exists()
    assert not rows.filter(completed_at__lte=F("seated_at")).exists()
    assert not rows.filter(status="completed", completed_at=None).exists()
    assert not rows.filter(status="confirmed", confirmed_at=None).exists()
    assert not rows.filter(status="pending", expires_at__lte=FRIDAY_NIGHT).exists()


def test_a_start_is_the_wall_clock_of_its_restaurant() -> None:
    for place in _places():
        row = Reservation.objects.filter(restaurant=place.restaurant).first()
        if row is not None:
            local = row.starts_at.astimezone(place.zone).replace(tzinfo=None)
            assert (local.date(), local.time()) == (row.local_date, row.local_time)
            assert row.starts_at in instants_of(place.zone, local)


def test_the_book_tells_about_its_guests() -> None:
    rows = Reservation.objects.all()
    assert rows.filter(previous_visits__gte=3).exists()
    assert rows.filter(is_vip=True).exists()
    assert rows.filter(late_eta_at__isnull=False).exists()
    assert rows.filter(reconfirmed_at__isnull=False).exists()
    assert not rows.exclude(dietary_restrictions=[]).filter(has_health_consent=False).exists()
    languages = rows.exclude(special_requests="").values_list("guest_language", flat=True)
    assert {"en", "nl", "de", "ru", "es"} <= set(languages)
    assert {"web", "phone", "walk_in", "google", "telegram"} <= set(
        rows.values_list("source", flat=True)
    )
    assert Guest.objects.filter(is_blocked=True).exclude(block_reason="").exists()
    assert TableBlock.objects.exclude(reason="").exists()


def test_every_manage_link_opens_its_booking() -> None:
    for row in Reservation.objects.filter(link_nonce__startswith=NONCE)[:20]:
        assert reservation_by_manage_token(manage_token_of(row)).pk == row.pk


def test_it_says_that_it_is_new(demo: Report) -> None:
    assert demo.is_new
    assert demo.booked > 3000
    assert demo.played > 10


# --- What the houses know -------------------------------------------------------------------------


def test_the_house_knows_its_guests() -> None:
    home = Restaurant.objects.get(slug="bella-vista").organisation_id
    guests = Guest.objects.filter(organisation=home)
    assert guests.filter(figures__visits__gte=3).exists()
    assert guests.filter(tag_links__tag__name="Regular").exists()
    assert guests.filter(has_marketing_consent=True).count() == 8
    assert GuestNote.objects.filter(guest__in=guests, is_alert=True).count() == 3
    points = LoyaltyEntry.objects.filter(guest__in=guests).values("guest").annotate(n=Sum("points"))
    assert points.order_by("-n")[0]["n"] >= 50
    reviews = Review.objects.filter(restaurant__slug="bella-vista")
    assert reviews.filter(status="published").count() == 7
    assert reviews.filter(status="pending").count() == 1


def test_somebody_waits() -> None:
    queue = QueueEntry.objects.filter(restaurant__slug="bella-vista")
    assert queue.filter(status="WAITING").count() == 3
    assert queue.filter(status="SEATED", ready_at__isnull=False).count() > 30
    hopes = WaitlistEntry.objects.filter(restaurant__slug="bella-vista", status="waiting")
    assert hopes.count() == 2
