from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from django.db.models import Model

from bookings.services import reservation_create
from reservehub.core.errors import ValidationFailed
from reservehub.core.models import AuditEntry, OutboxEvent
from restaurants import services
from restaurants.errors import StillInUse, TableHasFutureBookings
from restaurants.models import (
    Area,
    Combination,
    CombinationMember,
    Restaurant,
    ServicePeriod,
    SlotOverride,
    SpecialDay,
    Table,
    TableAccessInPeriod,
    TurnTimeRule,
)
from tests.factories import (
    BANDS,
    FRIDAY,
    GUEST,
    NOW,
    STAFF,
    a_request,
    make_combination,
    make_restaurant,
    make_table,
)

pytestmark = pytest.mark.django_db


def save(instance: Model) -> None:
    services.config_save(instance=instance, actor=STAFF, now=NOW)


def refusal(instance: Model) -> tuple[str, str]:
    """The pointer and code with which saving is refused."""
    with pytest.raises(ValidationFailed) as refused:
        save(instance)
    error = refused.value.errors[0]
    assert str(error.detail)
    return error.pointer, error.code


def period(restaurant: Restaurant, **fields: Any) -> ServicePeriod:
    return ServicePeriod(
        restaurant=restaurant,
        **{
            "name": "Lunch",
            "weekdays": [0, 1],
            "first_seating": time(12),
            "last_seating": time(14),
            "closes": time(15),
            **fields,
        },
    )


def test_a_saved_setting_is_audited_and_published() -> None:
    restaurant = make_restaurant()
    table = restaurant.tables.get(number="1")
    table.notes = "Wobbles."
    table.seats, table.max_party = 3, 3

    save(table)

    entry = AuditEntry.objects.get(action="restaurants.table.changed")
    assert entry.before is not None
    assert entry.after is not None
    assert (entry.before["seats"], entry.after["seats"]) == (2, 3)
    assert entry.restaurant_id == restaurant.pk
    assert "Wobbles" not in str(entry.after)
    event = OutboxEvent.objects.get(name="restaurants.config.changed")
    assert event.payload["what"] == "table"


def test_saving_without_a_change_leaves_no_trace() -> None:
    restaurant = make_restaurant()

    save(restaurant.tables.get(number="1"))

    assert not AuditEntry.objects.exists()


def test_overlapping_weekly_periods_are_refused_by_name() -> None:
    restaurant = make_restaurant()
    late = period(restaurant, first_seating=time(17), last_seating=time(18))

    assert refusal(late) == ("/first_seating", "periods_overlap")
    assert not ServicePeriod.objects.filter(name="Lunch").exists()


def test_a_tail_past_midnight_clashes_with_the_next_day() -> None:
    restaurant = make_restaurant(
        period={"weekdays": [6], "last_seating": time(1), "closes": time(2)}
    )
    early = period(restaurant, weekdays=[0], first_seating=time(0, 30), last_seating=time(1))

    assert refusal(early)[1] == "periods_overlap"


def test_equally_wide_dated_periods_are_a_tie() -> None:
    restaurant = make_restaurant()
    dates = {"date_from": date(2026, 7, 1), "date_to": date(2026, 7, 2), "weekdays": []}
    save(period(restaurant, name="Jazz", **dates))

    assert refusal(period(restaurant, name="Blues", **dates)) == ("/date_from", "dated_periods_tie")
    save(period(restaurant, name="One day", **{**dates, "date_to": date(2026, 7, 1)}))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"weekdays": []}, ("/weekdays", "required")),
        ({"weekdays": [7]}, ("/weekdays", "bad_weekday")),
        ({"last_seating": time(16)}, ("/last_seating", "after_closing")),
        ({"first_seating": time(12, 2)}, ("/first_seating", "off_grid")),
        ({"online_max_arriving_covers": 20}, ("/online_max_arriving_covers", "above_total")),
        ({"slot_interval_minutes": 7}, ("/slot_interval_minutes", "off_grid")),
        ({"date_from": date(2026, 7, 1)}, ("", "invalid")),
    ],
)
def test_a_period_that_makes_no_sense_is_refused(
    fields: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert refusal(period(make_restaurant(), **fields)) == expected


def test_special_days_may_not_overlap_nor_be_closed_with_hours() -> None:
    restaurant = make_restaurant()
    eve = SpecialDay(
        restaurant=restaurant,
        name="Eve",
        date_from=date(2026, 12, 24),
        date_to=date(2026, 12, 25),
        is_closed=False,
    )
    save(eve)
    again = SpecialDay(
        restaurant=restaurant, name="Day", date_from=date(2026, 12, 25), date_to=date(2026, 12, 26)
    )
    assert "already covers" in str(_detail(again))
    save(period(restaurant, special_day=eve, weekdays=[]))
    eve.is_closed = True
    assert refusal(eve) == ("/is_closed", "closed_with_periods")


def _detail(instance: Model) -> str:
    with pytest.raises(ValidationFailed) as refused:
        save(instance)
    return str(refused.value.errors[0].detail)


def test_overlapping_overrides_of_one_area_are_refused() -> None:
    restaurant = make_restaurant()
    terrace = Area.objects.create(restaurant=restaurant, name="Terrace")
    hours = {"restaurant": restaurant, "date": FRIDAY, "starts": time(18), "ends": time(20)}
    save(SlotOverride(**hours))

    save(SlotOverride(**hours, area=terrace))
    assert refusal(SlotOverride(**{**hours, "starts": time(19)})) == (
        "/starts",
        "overrides_overlap",
    )


def test_exactly_one_turn_time_is_unconditional() -> None:
    restaurant = make_restaurant()
    default = restaurant.turn_times.get()

    assert refusal(TurnTimeRule(restaurant=restaurant, name="Other", bands=BANDS)) == (
        "/name",
        "turn_times_tie",
    )
    with pytest.raises(ValidationFailed) as refused:
        services.config_delete(instance=default, actor=STAFF, now=NOW)
    assert refused.value.errors[0].code == "default_missing"
    assert restaurant.turn_times.count() == 1


def test_equally_specific_turn_times_are_refused() -> None:
    restaurant = make_restaurant()
    friday = {"restaurant": restaurant, "bands": BANDS, "weekdays": [4]}
    save(TurnTimeRule(name="Friday", **friday))

    assert refusal(TurnTimeRule(name="Friday too", **friday))[1] == "turn_times_tie"
    save(TurnTimeRule(name="Friday early", time_from=time(17), time_to=time(19), **friday))


def test_a_combination_needs_two_tables_of_one_area() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    one, two = restaurant.tables.order_by("number")
    terrace = Area.objects.create(restaurant=restaurant, name="Terrace")
    far = make_table(restaurant, number="T1", seats=2, area=terrace)

    def combine(*tables: Table, **fields: Any) -> Combination:
        combination = Combination(
            restaurant=restaurant, **{"name": "Pair", "min_party": 3, "max_party": 4, **fields}
        )
        return services.combination_save(
            combination=combination, tables=tables, actor=STAFF, now=NOW
        )

    for tables, fields, code in (
        ((one,), {}, "too_few_tables"),
        ((one, far), {}, "other_area"),
        ((one, two), {"max_party": 40}, "too_large"),
    ):
        with pytest.raises(ValidationFailed) as refused:
            combine(*tables, **fields)
        assert refused.value.errors[0].code == code
    assert not Combination.objects.exists()

    combination = combine(two, one)
    assert list(combination.members.values_list("table__number", flat=True)) == ["2", "1"]


def test_moving_a_table_may_not_break_a_combination() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    make_combination(restaurant, *restaurant.tables.all())
    table = restaurant.tables.get(number="1")
    table.area = Area.objects.create(restaurant=restaurant, name="Terrace")

    assert refusal(table)[1] == "other_area"


def test_nothing_of_another_restaurant_can_be_referred_to() -> None:
    mine, other = make_restaurant(), make_restaurant()
    table = mine.tables.get(number="1")
    foreign = other.tables.get(number="1")

    table.area = other.areas.get()
    assert refusal(table) == ("/area", "other_restaurant")
    access = TableAccessInPeriod(
        table=foreign, service_period=mine.service_periods.get(), access="in_house"
    )
    assert refusal(access) == ("/service_period", "other_restaurant")
    combination = make_combination(mine, *mine.tables.all())
    assert (
        refusal(CombinationMember(combination=combination, table=foreign))[1] == "other_restaurant"
    )
    foreign.restaurant = mine
    assert refusal(foreign)[1] in {"fixed", "unique_together", "other_restaurant"}


def test_capacity_has_to_grow() -> None:
    table = make_restaurant().tables.get(number="1")
    table.min_party = 3

    assert "Capacity must grow" in _detail(table)


def test_a_table_with_bookings_ahead_is_not_archived() -> None:
    restaurant = make_restaurant(tables=(2,))
    reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    table = restaurant.tables.get()

    with pytest.raises(TableHasFutureBookings) as refused:
        services.table_archive(table_id=table.pk, actor=STAFF, now=NOW)

    assert refused.value.extra["stranded"][0]["guest_name"] == "Anna de Vries"
    assert Table.objects.get(pk=table.pk).is_active
    with pytest.raises(TableHasFutureBookings):
        services.config_delete(instance=table, actor=STAFF, now=NOW)


def test_a_free_table_is_archived_and_comes_back() -> None:
    table = make_restaurant(tables=(2,)).tables.get()

    assert not services.table_archive(table_id=table.pk, actor=STAFF, now=NOW).is_active
    assert services.table_unarchive(table_id=table.pk, actor=STAFF, now=NOW).is_active


def test_an_area_with_tables_is_not_deleted() -> None:
    area = make_restaurant().areas.get()

    with pytest.raises(StillInUse):
        services.config_delete(instance=area, actor=STAFF, now=NOW)


def test_a_dry_run_lists_what_it_would_strand_and_keeps_nothing() -> None:
    restaurant = make_restaurant()
    reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    before = Restaurant.objects.get(pk=restaurant.pk).config_version
    audits = AuditEntry.objects.count()
    closed = SpecialDay(restaurant=restaurant, name="Party", date_from=FRIDAY, date_to=FRIDAY)

    stranded = services.config_preview(
        restaurant_id=restaurant.pk, instances=[closed], actor=STAFF, now=NOW
    )

    assert [(s.reason, s.party_size) for s in stranded] == [("closed", 2)]
    assert not SpecialDay.objects.exists()
    assert AuditEntry.objects.count() == audits
    assert Restaurant.objects.get(pk=restaurant.pk).config_version == before
    assert not closed.pk
    save(closed)
    assert SpecialDay.objects.get().pk == closed.pk


def test_a_dry_run_of_something_invalid_says_so() -> None:
    restaurant = make_restaurant()

    with pytest.raises(ValidationFailed):
        services.config_preview(
            restaurant_id=restaurant.pk,
            instances=[period(restaurant, weekdays=[])],
            actor=STAFF,
            now=NOW,
        )


def test_misfits_of_old_are_not_blamed_on_the_next_change() -> None:
    restaurant = make_restaurant()
    reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    SpecialDay.objects.create(restaurant=restaurant, name="Gone", date_from=FRIDAY, date_to=FRIDAY)
    area = Area(restaurant=restaurant, name="Terrace")

    assert not services.config_preview(
        restaurant_id=restaurant.pk, instances=[area], actor=STAFF, now=NOW
    )
