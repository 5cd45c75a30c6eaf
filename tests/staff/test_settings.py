"""Settings pages: every form opens, shows what it would strand, keeps what was typed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from bookings.availability import Detail, Reason
from bookings.availability.reasons import MANUAL_REASONS
from bookings.services import reservation_create
from reservehub.core import clock
from restaurants.models import (
    Area,
    Combination,
    Restaurant,
    Role,
    ServicePeriod,
    SlotOverride,
    SpecialDay,
    TurnTimeRule,
)
from staff.presenters.reasons import _WORDS, why
from staff.views.settings_kinds import KINDS
from tests.factories import (
    FRIDAY,
    GUEST,
    NOW,
    a_request,
    make_combination,
    make_member,
    make_restaurant,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant(name="Bistro Anna", slug="bistro-anna", tables=(2, 4))


@pytest.fixture
def office(restaurant: Restaurant) -> Client:
    client = Client()
    client.force_login(make_member(restaurant, Role.MANAGER))
    return client


def url(kind: str, rest: str = "") -> str:
    return f"/staff/bistro-anna/settings/{kind}/{rest}"


def typed(page: Any) -> dict[str, Any]:
    """What the form on a page would send if nobody changed anything."""
    form = page.context["form"]
    values: dict[str, Any] = {}
    for field in form:
        value = field.value()
        if hasattr(field.field.widget, "format_value"):
            shown = field.field.widget.format_value(value)
            value = shown if not isinstance(shown, list | tuple | set) else list(shown)
        if value in (None, False, []):
            continue
        values[field.html_name] = "on" if value is True else value
    return values


def test_every_form_opens_and_saves_unchanged(office: Client, restaurant: Restaurant) -> None:
    tables = list(restaurant.tables.all())
    make_combination(restaurant, *tables)
    SpecialDay.objects.create(
        restaurant=restaurant, name="Holiday", date_from=FRIDAY, date_to=FRIDAY, is_closed=True
    )
    SlotOverride.objects.create(
        restaurant=restaurant, date=FRIDAY, starts=time(18), ends=time(19), note="wedding"
    )
    for kind in KINDS.values():
        path = url(kind.key)
        if kind.rows is not None:
            assert office.get(path).status_code == 200
            if kind.can_add:
                assert office.get(f"{path}add/").status_code == 200
            row = kind.rows(restaurant)[0]
            path = f"{path}{row.pk}/"
        page = office.get(path)
        assert page.status_code == 200, kind.key
        answer = office.post(path, typed(page))
        errors = answer.context["form"].errors if answer.context else None
        assert answer.status_code == 303, (kind.key, errors)


def test_hours_that_strand_a_booking_are_asked_about(
    office: Client, restaurant: Restaurant
) -> None:
    booked = reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    period = ServicePeriod.objects.get()
    path = url("hours", f"{period.pk}/")
    changed = typed(office.get(path)) | {"first_seating": "20:00", "name": "Late dinner"}

    question = office.post(path, changed)
    assert question.status_code == 409
    assert booked.reservation.reference in question.content.decode()
    assert b'value="Late dinner"' in question.content, "what was typed is kept"
    period.refresh_from_db()
    assert period.first_seating == time(18)

    answer = office.post(path, changed | {"save_anyway": "1"})
    assert answer.status_code == 303
    period.refresh_from_db()
    assert (period.first_seating, period.name) == (time(20), "Late dinner")


def test_deleting_what_holds_bookings_is_asked_about(
    office: Client, restaurant: Restaurant
) -> None:
    reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    path = url("hours", f"{ServicePeriod.objects.get().pk}/delete/")
    assert office.post(path).status_code == 409
    assert ServicePeriod.objects.exists()
    assert office.post(path, {"save_anyway": "1"}).status_code == 303
    assert not ServicePeriod.objects.exists()


def test_new_rows_survive_the_dry_run(office: Client, restaurant: Restaurant) -> None:
    reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    closed = {
        "name": "Away",
        "date_from": str(FRIDAY),
        "date_to": str(FRIDAY),
        "is_closed": "on",
    }
    assert office.post(url("special-days", "add/"), closed).status_code == 409
    assert not SpecialDay.objects.exists()
    answer = office.post(url("special-days", "add/"), closed | {"save_anyway": "1"})
    assert answer.status_code == 303
    assert SpecialDay.objects.get().name == "Away"


def test_a_combination_is_made_and_changed(office: Client, restaurant: Restaurant) -> None:
    two, four = restaurant.tables.order_by("seats")
    body = {"name": "Pair", "tables": [two.pk, four.pk], "min_party": "5", "max_party": "6"}
    body |= {"priority": "0", "is_active": "on"}
    refused = office.post(url("combinations", "add/"), body | {"tables": [two.pk]})
    assert refused.status_code == 422
    assert "at least two tables" in refused.content.decode()
    assert office.post(url("combinations", "add/"), body).status_code == 303
    made = Combination.objects.get()
    assert made.members.count() == 2
    path = url("combinations", f"{made.pk}/")
    assert office.post(path, body | {"max_party": "7"}).status_code == 303
    made.refresh_from_db()
    assert made.max_party == 7


def test_turn_times_are_lines_of_guests_and_minutes(office: Client, restaurant: Restaurant) -> None:
    rule = TurnTimeRule.objects.get()
    path = url("turn-times", f"{rule.pk}/")
    body = {"name": "Usual", "up_to_0": "2", "minutes_0": "75", "minutes_1": "100"}
    assert office.post(path, body).status_code == 303
    rule.refresh_from_db()
    assert rule.bands == [{"up_to": 2, "minutes": 75}, {"up_to": None, "minutes": 100}]

    gap = office.post(path, {"name": "Usual", "up_to_0": "2", "minutes_0": "75"})
    assert gap.status_code == 422
    half = office.post(path, body | {"up_to_2": "9"})
    assert half.status_code == 422
    assert b'href="#id_minutes_2"' in half.content


def test_a_mistake_names_the_field_and_keeps_the_rest(
    office: Client, restaurant: Restaurant
) -> None:
    page = office.get(url("policy"))
    answer = office.post(url("policy"), typed(page) | {"horizon_days": "x", "max_party": "9"})
    assert answer.status_code == 422
    assert b'href="#id_horizon_days"' in answer.content
    assert b'value="9"' in answer.content


def test_rows_of_other_restaurants_are_out_of_reach(office: Client) -> None:
    other = Area.objects.get(restaurant=make_restaurant())
    assert office.get(url("areas", f"{other.pk}/")).status_code == 404
    assert office.post(url("areas", f"{other.pk}/delete/")).status_code == 404
    assert office.get(url("nonsense")).status_code == 404


def test_what_is_in_use_is_not_deleted(office: Client, restaurant: Restaurant) -> None:
    area = restaurant.areas.get()
    answer = office.post(url("areas", f"{area.pk}/delete/"))
    assert answer.status_code == 409
    assert Area.objects.filter(pk=area.pk).exists()


def test_online_bookings_pause_and_go_on(office: Client, restaurant: Restaurant) -> None:
    for wish, expected in (
        ("60", NOW + timedelta(hours=1)),
        ("today", NOW.replace(hour=3, minute=0) + timedelta(days=1)),
        ("", None),
    ):
        office.post(url("pause"), {"pause": wish})
        restaurant.refresh_from_db()
        assert restaurant.paused_until == expected


def test_staff_see_why_a_time_is_not_free(office: Client, restaurant: Restaurant) -> None:
    for size in (2, 4):
        request = a_request(restaurant, party_size=size)
        reservation_create(request=request, actor=GUEST, now=NOW)
    page = office.get(url("why"), {"date": str(FRIDAY), "time": "19:00", "guests": "2"})
    text = page.content.decode()
    assert "Every table that fits is taken" in text
    assert url("turn-times") in text
    assert "19:00" in text

    free = office.get(url("why"), {"date": str(FRIDAY), "time": "21:00", "guests": "2"})
    assert "free" in free.content.decode()
    odd = office.get(url("why"), {"date": str(FRIDAY), "time": "19:07", "guests": "2"})
    assert "No time starts at this minute" in odd.content.decode()
    large = office.get(url("why"), {"date": str(FRIDAY), "time": "19:00", "guests": "40"})
    assert "The largest party online is 12" in large.content.decode()
    assert office.get(url("why"), {"guests": "x"}).status_code == 422


def test_every_reason_has_words_and_a_page() -> None:
    assert set(_WORDS) == set(Reason) - MANUAL_REASONS
    for reason in Reason:
        found = why(Detail(reason, limit=1, used=1, at=NOW), ZoneInfo("UTC"))
        assert "%" not in found.text
        assert found.setting in {*KINDS, "", "overview", "tables"}
