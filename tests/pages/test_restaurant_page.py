"""Looking for a table: what is offered, what is not, and why."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from bookings.services import reservation_create
from reservehub.core import clock
from restaurants.models import Area, Restaurant, ServicePeriod, SlotOverride, SpecialDay
from tests.factories import FRIDAY, GUEST, NOW, a_request, make_restaurant, make_table
from tests.pages.conftest import text_of

pytestmark = pytest.mark.django_db


def test_times_are_there_before_anything_is_chosen(client: Client, restaurant: Restaurant) -> None:
    page = text_of(client.get("/r/bistro-anna/"))
    assert 'id="guests-2" value="2" aria-label="2 guests" checked' in page
    assert 'id="day-2026-06-01"' in page
    assert 'name="slot" value="2026-06-01T18:00"' in page
    assert "Monday 1 June" in page
    assert "Amsterdam time (CEST, UTC+02:00)" in page
    assert "Dinner" in page


def test_the_strip_has_fourteen_days_from_today(client: Client, restaurant: Restaurant) -> None:
    page = text_of(client.get("/r/bistro-anna/"))
    assert page.count('name="date" id="day-') == 14
    assert 'id="day-2026-06-14"' in page
    assert 'aria-label="Today, Monday 1 June"' in page


def test_the_first_open_day_is_chosen_when_today_is_closed(
    client: Client, restaurant: Restaurant
) -> None:
    SpecialDay.objects.create(
        restaurant=restaurant, name="Whit Monday", date_from=NOW.date(), date_to=NOW.date()
    )
    page = text_of(client.get("/r/bistro-anna/"))
    assert "Mon 1 Jun: Whit Monday (closed)" in page
    assert 'name="slot" value="2026-06-02T18:00"' in page


def test_a_full_slot_stays_in_place_with_its_reason(client: Client, restaurant: Restaurant) -> None:
    for _ in range(2):
        reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    page = text_of(client.get("/r/bistro-anna/", {"date": "2026-06-05"}))
    assert 'value="2026-06-05T19:00"' not in page
    assert "<s>19:00</s><small>full</small>" in page
    assert "No table of this size is free then." in page


def test_the_last_table_says_so(client: Client, restaurant: Restaurant) -> None:
    reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    page = text_of(client.get("/r/bistro-anna/", {"date": "2026-06-05"}))
    slot = page.split('value="2026-06-05T19:00"')[1].split("</button>")[0]
    assert "last table" in slot


def test_a_full_day_says_so_and_offers_the_next(client: Client, restaurant: Restaurant) -> None:
    SlotOverride.objects.create(
        restaurant=restaurant, date=FRIDAY, starts=time(18), ends=time(23), state="private_event"
    )
    page = text_of(client.get("/r/bistro-anna/", {"date": "2026-06-05"}))
    assert "A private event takes place then." in page
    assert "See Sat 6 Jun" in page


def test_times_past_or_too_near_are_not_shown(client: Client, restaurant: Restaurant) -> None:
    with clock.freeze(datetime(2026, 6, 5, 17, 50, tzinfo=UTC)):  # 19:50 in Amsterdam
        page = text_of(client.get("/r/bistro-anna/"))
    assert "T20:15" not in page
    assert 'value="2026-06-05T20:30"' in page
    assert "<s>19:00</s>" not in page


def test_a_party_above_the_largest_is_sent_to_the_telephone(
    client: Client, restaurant: Restaurant
) -> None:
    page = text_of(client.get("/r/bistro-anna/", {"guests": "13"}))
    assert "Online you can book for up to 12 guests." in page
    assert "tel:+31-20-123-4567" in page
    assert 'name="slot"' not in page


def test_more_opens_the_larger_parties(client: Client, restaurant: Restaurant) -> None:
    page = text_of(client.get("/r/bistro-anna/", {"guests": "9"}))
    assert 'id="guests-12"' in page
    assert "More than 12 guests?" in page


def test_an_area_narrows_the_times(client: Client, restaurant: Restaurant) -> None:
    terrace = Area.objects.create(restaurant=restaurant, name="Terrace", is_outdoor=True)
    make_table(restaurant, number="9", seats=2, area=terrace)
    reservation_create(request=a_request(restaurant, area_id=terrace.pk), actor=GUEST, now=NOW)
    anywhere = text_of(client.get("/r/bistro-anna/", {"date": "2026-06-05"}))
    assert 'value="2026-06-05T19:00"' in anywhere
    outside = text_of(
        client.get("/r/bistro-anna/", {"date": "2026-06-05", "area": str(terrace.pk)})
    )
    assert 'value="2026-06-05T19:00"' not in outside


def test_a_slot_in_the_address_opens_the_panel(client: Client, restaurant: Restaurant) -> None:
    page = text_of(client.get("/r/bistro-anna/", {"slot": "2026-06-05T19:00", "guests": "2"}))
    assert "Friday 5 June, 19:00" in page
    assert "Free to cancel until Friday 5 June, 17:00." in page
    assert 'id="id_name"' in page
    assert 'aria-current="true"' in page


def test_a_taken_slot_in_the_address_opens_no_panel(client: Client, restaurant: Restaurant) -> None:
    for _ in range(2):
        reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    page = text_of(client.get("/r/bistro-anna/", {"slot": "2026-06-05T19:00"}))
    assert "19:00 was just taken." in page
    assert 'id="id_name"' not in page


@pytest.mark.parametrize(
    "query",
    [
        {"slot": "nonsense"},
        {"slot": "2026-13-45T99:99"},
        {"date": "yesterday"},
        {"date": "2020-01-01"},
        {"date": "9999-12-31"},
        {"since": "0001-01-01"},
        {"guests": "-1"},
        {"guests": "many"},
        {"area": "999999"},
    ],
)
def test_nonsense_in_the_address_falls_back(
    client: Client, restaurant: Restaurant, query: dict[str, str]
) -> None:
    assert client.get("/r/bistro-anna/", query).status_code == 200


def test_htmx_gets_the_choices_or_the_panel_alone(client: Client, restaurant: Restaurant) -> None:
    headers = {"HX-Request": "true", "HX-Target": "choices"}
    choices = client.get("/r/bistro-anna/", {"guests": "4"}, headers=headers)
    assert "<html" not in text_of(choices)
    assert 'id="choices"' in text_of(choices)
    assert "free times on Monday 1 June for 4 guests" in text_of(choices)
    headers["HX-Target"] = "panel"
    panel = client.get("/r/bistro-anna/", {"slot": "2026-06-05T19:00"}, headers=headers)
    assert "<html" not in text_of(panel)
    assert 'id="booking"' in text_of(panel)
    assert {"HX-Request", "HX-Target"} <= set(panel["Vary"].split(", "))


def test_the_repeated_hour_is_offered_twice_with_its_offset(client: Client) -> None:
    night = make_restaurant(slug="night", period={"last_seating": time(3), "closes": time(4)})
    page = text_of(client.get(f"/r/{night.slug}/", {"date": "2026-10-24", "guests": "2"}))
    assert "Bookings for this day have not opened yet." in page or "T02:00" not in page
    with clock.freeze(datetime(2026, 10, 20, 9, tzinfo=UTC)):
        page = text_of(client.get(f"/r/{night.slug}/", {"date": "2026-10-24"}))
        assert 'value="2026-10-24T02:00"' in page
        assert 'value="2026-10-24T02:00~1"' in page
        assert "UTC+02:00" in page
        assert "UTC+01:00" in page
        panel = text_of(client.get(f"/r/{night.slug}/", {"slot": "2026-10-24T02:00~1"}))
    assert "Sunday 25 October, 02:00 (UTC+01:00)" in panel


def test_a_skipped_hour_is_never_offered(client: Client) -> None:
    night = make_restaurant(slug="night", period={"last_seating": time(3), "closes": time(4)})
    with clock.freeze(datetime(2026, 3, 25, 9, tzinfo=UTC)):
        page = text_of(client.get(f"/r/{night.slug}/", {"date": "2026-03-28"}))
    assert "T01:45" in page
    assert "T02:15" not in page
    assert 'value="2026-03-28T03:00"' in page


def test_after_midnight_the_running_service_is_still_bookable(client: Client) -> None:
    late = make_restaurant(slug="late", period={"last_seating": time(2), "closes": time(3)})
    with clock.freeze(datetime(2026, 6, 5, 22, 30, tzinfo=UTC)):  # Saturday 00:30 in Amsterdam
        page = text_of(client.get(f"/r/{late.slug}/"))
    assert 'value="2026-06-05T01:15"' in page


def test_last_evening_leaves_the_strip_when_it_is_over(
    client: Client, restaurant: Restaurant
) -> None:
    with clock.freeze(datetime(2026, 6, 5, 22, 30, tzinfo=UTC)):  # Saturday 00:30 in Amsterdam
        page = text_of(client.get("/r/bistro-anna/"))
    assert 'id="day-2026-06-05"' not in page
    assert 'aria-label="Today, Saturday 6 June"' in page


def test_english_readers_in_america_get_a_twelve_hour_clock(client: Client) -> None:
    diner = make_restaurant(slug="diner", country="US", zone="America/New_York")
    assert "6:00 pm" in text_of(client.get(f"/r/{diner.slug}/"))
    russian = text_of(client.get(f"/r/{diner.slug}/", {"lang": "ru"}))
    assert "6:00 pm" not in russian
    assert "18:00" in russian


def test_a_request_is_announced_where_staff_must_approve(client: Client) -> None:
    asking = make_restaurant(slug="asking", policy={"confirmation_mode": "approval"})
    page = text_of(client.get(f"/r/{asking.slug}/", {"slot": "2026-06-05T19:00"}))
    assert "The restaurant will confirm your request." in page
    assert "Ask for this table" in page


def test_a_hidden_restaurant_is_not_found(client: Client, restaurant: Restaurant) -> None:
    Restaurant.objects.update(is_public=False)
    response = client.get("/r/bistro-anna/")
    assert response.status_code == 404
    assert "Nothing is here" in text_of(response)


def test_the_page_costs_few_queries_whatever_the_size(
    client: Client, restaurant: Restaurant, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        make_table(restaurant, number=f"x{number}", seats=4)
    for _ in range(10):
        reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    client.get("/r/bistro-anna/")
    with django_assert_max_num_queries(10):
        client.get("/r/bistro-anna/", {"date": "2026-06-05"})


def test_opening_hours_of_the_week_are_shown(client: Client, restaurant: Restaurant) -> None:
    ServicePeriod.objects.create(
        restaurant=restaurant,
        name="Lunch",
        weekdays=[4, 5, 6],
        first_seating=time(12),
        last_seating=time(14),
        closes=time(16),
    )
    page = text_of(client.get("/r/bistro-anna/"))
    assert "Fri – Sun" in page
    assert "Every day" in page
    assert "12:00 – 14:00" in page


def test_the_day_of_a_date_far_ahead_is_on_the_strip(
    client: Client, restaurant: Restaurant
) -> None:
    far = date(2026, 7, 10)
    page = text_of(client.get("/r/bistro-anna/", {"date": far.isoformat()}))
    assert f'id="day-{far.isoformat()}"' in page
    assert "Earlier" in page
