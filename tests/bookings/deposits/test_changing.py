"""Another time or size for a booking that costs money (rules 73, 77, 81)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bookings.deposits import Kind, fingerprint
from bookings.errors import DepositDiffers
from bookings.models import Reservation
from bookings.services import (
    Changes,
    reservation_cancel,
    reservation_deposit_ask,
    reservation_deposit_withdraw,
    reservation_modify,
)
from bookings.services.rezoning import reservations_rederive
from reservehub.core.actors import SYSTEM
from reservehub.core.money import Money
from restaurants.models import Restaurant
from tests.bookings.deposits.bank import Bank
from tests.bookings.deposits.people import (
    book,
    later,
    make_house,
    make_rule,
    minutes,
    paid_booking,
    payment_for,
    seen,
)
from tests.factories import FRIDAY, GUEST, NOW, STAFF

pytestmark = pytest.mark.django_db

START = datetime(2026, 6, 5, 17, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def change(
    reservation: Reservation, *, staff: bool = False, now: datetime = NOW, **changes: object
) -> Reservation:
    return reservation_modify(
        reservation_id=reservation.pk,
        changes=Changes(**changes),  # type: ignore[arg-type]
        actor=STAFF if staff else GUEST,
        now=now,
    )


def until(reservation: Reservation) -> datetime:
    return datetime.fromisoformat(seen(reservation).policy_snapshot["deposit"]["refund_until"])


def test_a_change_keeps_the_terms_and_moves_the_deadline(bank: Bank) -> None:
    restaurant = make_house()
    make_rule(restaurant)
    reservation = paid_booking(bank, restaurant)
    old = reservation.policy_snapshot

    change(reservation, date=FRIDAY + DAY)

    new = seen(reservation)
    assert until(new) == START
    assert new.policy_snapshot == {
        **old,
        "deposit": {**old["deposit"], "refund_until": START.isoformat()},
    }
    assert new.policy_hash == fingerprint(new.policy_snapshot)
    assert (new.status, new.deposit_status) == ("confirmed", "paid")


def test_a_deadline_of_the_rule_moves_too(bank: Bank) -> None:
    restaurant = make_house()
    make_rule(restaurant, cutoff_minutes=60)
    reservation = paid_booking(bank, restaurant)
    change(reservation, date=FRIDAY + DAY)
    assert until(reservation) == START + DAY - minutes(60)


@pytest.mark.parametrize("cutoff", [None, 24 * 60])
def test_moving_out_of_the_time_in_which_it_is_kept_does_not_dodge_that(
    bank: Bank, cutoff: int | None
) -> None:
    restaurant = make_house()
    make_rule(restaurant, cutoff_minutes=cutoff)
    reservation = paid_booking(bank, restaurant)
    now = START - timedelta(hours=12)

    change(reservation, date=FRIDAY + 7 * DAY, now=now)

    assert until(reservation) == START - DAY
    reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=now)
    later(now)
    assert seen(reservation).deposit_status == "forfeited"


def test_a_guest_cannot_change_into_what_costs_more(bank: Bank) -> None:
    restaurant = make_house(tables=(2, 4))
    make_rule(restaurant)
    reservation = paid_booking(bank, restaurant)

    with pytest.raises(DepositDiffers) as refused:
        change(reservation, party_size=3)

    assert refused.value.extra["terms"]["limit_minor"] == 6000
    assert seen(reservation).party_size == 2
    assert change(reservation, staff=True, party_size=3).party_size == 3
    assert seen(reservation).deposit_minor == 4000


def test_nor_into_what_is_asked_for_more_strictly(bank: Bank) -> None:
    restaurant = make_house()
    make_rule(restaurant, kind="guarantee")
    make_rule(restaurant, amount_minor=100, valid_from=FRIDAY + DAY)
    reservation = paid_booking(bank, restaurant)
    with pytest.raises(DepositDiffers):
        change(reservation, date=FRIDAY + DAY)
    change(reservation, time=time(19, 30))


def test_nor_from_free_to_not(bank: Bank) -> None:
    restaurant = make_house(tables=(2, 4))
    make_rule(restaurant, min_party=3)
    reservation = book(restaurant).reservation
    with pytest.raises(DepositDiffers):
        change(reservation, party_size=3)


def test_fewer_guests_are_no_reason_to_give_back(bank: Bank) -> None:
    restaurant = make_house()
    make_rule(restaurant)
    reservation = paid_booking(bank, restaurant)
    change(reservation, party_size=1)
    later(NOW)
    assert (seen(reservation).deposit_status, payment_for(reservation).kept_minor) == ("paid", 4000)


def test_a_booking_by_phone_may_be_moved_by_its_guest(bank: Bank) -> None:
    restaurant = make_house()
    make_rule(restaurant)
    reservation = book(restaurant, actor=STAFF, source="phone").reservation
    assert change(reservation, time=time(19, 30)).status == "confirmed"


def test_a_paid_booking_that_is_approved_anew_keeps_its_money(bank: Bank) -> None:
    restaurant = make_house()
    make_rule(restaurant)
    reservation = paid_booking(bank, restaurant)
    restaurant.policy.confirmation_mode = "approval"
    restaurant.policy.save()

    changed = change(reservation, time=time(19, 30))
    assert (changed.status, changed.deposit_status) == ("pending", "paid")

    assert changed.expires_at is not None
    later(changed.expires_at)
    assert seen(reservation).status == "expired"
    assert seen(reservation).deposit_status == "refunded"


def test_moving_an_unpaid_booking_forward_does_not_lengthen_its_time(bank: Bank) -> None:
    restaurant = make_house(policy={"min_notice_minutes": 0, "modify_cutoff_minutes": 0})
    make_rule(restaurant)
    now = START - minutes(20)
    reservation = book(restaurant, time=time(21), now=now).reservation
    changed = change(reservation, time=time(19), now=now + minutes(10))
    assert changed.expires_at == now + minutes(15)
    assert change(changed, time=time(20), now=now + minutes(10)).expires_at == now + minutes(15)


def test_a_corrected_clock_moves_the_deadline(bank: Bank) -> None:
    restaurant = make_house()
    make_rule(restaurant)
    reservation = paid_booking(bank, restaurant)
    Restaurant.objects.filter(pk=restaurant.pk).update(timezone="Europe/London")
    reservations_rederive(restaurant_id=restaurant.pk, actor=SYSTEM, now=NOW)
    assert until(reservation) == START - DAY + timedelta(hours=1)


# --- Nights on which the clock is changed, and services past midnight -----------------------------

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("service_date", "at", "starts_at"),
    [
        # 24 hours before are hours that pass, also over the night of the change.
        (date(2026, 3, 29), time(19), datetime(2026, 3, 29, 17, 0, tzinfo=UTC)),
        (date(2026, 10, 25), time(19), datetime(2026, 10, 25, 18, 0, tzinfo=UTC)),
        # Half past midnight belongs to the evening before.
        (date(2026, 3, 28), time(0, 30), datetime(2026, 3, 28, 23, 30, tzinfo=UTC)),
        (date(2026, 10, 24), time(0, 30), datetime(2026, 10, 24, 22, 30, tzinfo=UTC)),
    ],
)
def test_deadlines_in_hours(bank: Bank, service_date: date, at: time, starts_at: datetime) -> None:
    restaurant = make_house(period={"last_seating": time(1), "closes": time(3)})
    make_rule(restaurant)
    now = starts_at - timedelta(days=9)
    reservation = book(restaurant, date=service_date, time=at, now=now).reservation
    assert reservation.starts_at == starts_at
    assert until(reservation) == starts_at - DAY
    assert reservation.expires_at == now + minutes(15)


@pytest.mark.parametrize(
    ("service_date", "expected"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 28, 17, 0, tzinfo=UTC)),
        (date(2026, 3, 30), datetime(2026, 3, 29, 16, 0, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 24, 16, 0, tzinfo=UTC)),
        (date(2026, 10, 26), datetime(2026, 10, 25, 17, 0, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("at", [time(19), time(0, 30)])
def test_deadlines_on_the_wall(
    bank: Bank, service_date: date, expected: datetime, at: time
) -> None:
    """The day before at 18:00 is what the clock in the restaurant shows."""
    restaurant = make_house(
        policy={"cancel_cutoff_days": 1, "cancel_cutoff_time": time(18)},
        period={"last_seating": time(1), "closes": time(3)},
    )
    make_rule(restaurant)
    now = expected - timedelta(days=9)
    reservation = paid_booking(bank, restaurant, date=service_date, time=at, now=now)
    assert until(reservation) == expected
    assert expected.astimezone(AMSTERDAM).time() == time(18)

    reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=expected)
    later(expected)
    assert seen(reservation).deposit_status == "refunded"


@pytest.mark.parametrize("service_date", [date(2026, 3, 28), date(2026, 10, 24)])
def test_the_time_to_pay_passes_over_the_night_of_the_change(
    bank: Bank, service_date: date
) -> None:
    restaurant = make_house(
        period={"last_seating": time(3, 30), "closes": time(5)}, policy={"min_notice_minutes": 0}
    )
    make_rule(restaurant)
    at = time(3, 15)
    reservation = book(
        restaurant,
        date=service_date,
        time=at,
        now=datetime.combine(service_date + DAY, time(3), AMSTERDAM).astimezone(UTC) - minutes(10),
    ).reservation
    assert reservation.expires_at is not None
    assert reservation.expires_at <= reservation.starts_at
    assert reservation.expires_at - reservation.created_at == minutes(15)


def test_nor_from_what_was_asked_for_by_hand_and_withdrawn(bank: Bank) -> None:
    restaurant = make_house(tables=(2, 4))
    make_rule(restaurant, min_party=3)
    reservation = book(restaurant).reservation
    reservation_deposit_ask(
        reservation_id=reservation.pk,
        kind=Kind.DEPOSIT,
        amount=Money(90_00, "EUR"),
        actor=STAFF,
        now=NOW,
    )
    reservation_deposit_withdraw(reservation_id=reservation.pk, actor=STAFF, now=NOW)
    with pytest.raises(DepositDiffers):
        change(reservation, party_size=3)
