"""Where nothing is free: join the waitlist, be offered a table, take it or leave (D7)."""

from __future__ import annotations

from datetime import time

import pytest

from bookings.models import Reservation, Source
from bookings.services import reservation_cancel
from notifications.kinds import ChannelName, Kind
from notifications.models import ContactPoint, MessageAttempt
from notifications.services import entry_message_plan
from reservehub.core import clock
from restaurants.models import Restaurant
from telegram_bot.guest.codes import Step, Tap, decode, encode, version_until
from tests.factories import NOW, STAFF, make_restaurant
from tests.telegram.guest.phone import Phone
from tests.telegram.world import Shown
from tests.waitlist.evenings import cancel, fill, join
from waitlist.models import (
    EntryStatus,
    OfferCause,
    OfferStatus,
    WaitlistEntry,
    WaitlistOffer,
    WaitlistSettings,
)
from waitlist.services import entry_notify, offers_expire, offers_match

JOIN = "🔔 Join the waitlist"
LEAVE = "✖️ Leave the waitlist"
TAKE = "✅ Take the table"


@pytest.fixture
def restaurant(transactional_db: None) -> Restaurant:
    """One table for two and one seating, which is taken."""
    return make_restaurant(
        name="Bistro Anna",
        slug="bistro-anna",
        tables=(2,),
        period={"first_seating": time(19), "last_seating": time(19, 30)},
    )


@pytest.fixture
def booked(restaurant: Restaurant) -> Reservation:
    return fill(restaurant)[0]


def joined(phone: Phone) -> WaitlistEntry:
    phone.says("/start r-bistro-anna").go("2", "Fri 5 Jun", JOIN, "19:00", JOIN)
    return WaitlistEntry.objects.get()


def free(booked: Reservation) -> WaitlistOffer | None:
    """Somebody cancels; who is offered the table, without all that is told beside it."""
    reservation_cancel(reservation_id=booked.pk, actor=STAFF, now=NOW)
    offers = offers_match(
        restaurant_id=booked.restaurant_id,
        service_dates=[booked.service_date],
        cause=OfferCause.CANCELLED,
        now=NOW,
    )
    return offers[0] if offers else None


def test_a_guest_waits_is_offered_the_table_and_takes_it(
    anna: Phone, restaurant: Restaurant, booked: Reservation
) -> None:
    entry = joined(anna)
    assert (entry.party_size, entry.source, entry.window) == (2, "telegram", (time(19), time(19)))
    assert (entry.guest_name, str(entry.guest_phone)) == ("Anna de Vries", "+31612345678")
    assert "You are on the waitlist" in anna.text
    assert "Nobody who waits" in anna.text
    point = ContactPoint.objects.get(guest=entry.guest)
    assert (point.channel, point.address) == ("telegram", str(anna.user.id))
    assert len(anna.messages) == 1

    cancel(booked)
    anna.says("/bookings").go("🔔 Fri 5 Jun, 19:00")
    assert "A table is free for you" in anna.text
    assert "kept for you until" in anna.text
    anna.go(TAKE)
    mine = Reservation.objects.get(source=Source.WAITLIST)
    assert mine.reference in anna.text
    assert "Your table is booked" in anna.text
    entry.refresh_from_db()
    assert entry.status == EntryStatus.ACCEPTED


def test_taking_it_twice_is_one_booking(anna: Phone, booked: Reservation) -> None:
    joined(anna)
    free(booked)
    anna.says("/bookings").go("🔔")
    shown, code = anna.screen, anna.code(TAKE)
    for _ in range(2):
        anna.press(shown, code)
        assert "Your table is booked" in anna.text
    assert Reservation.objects.filter(source=Source.WAITLIST).count() == 1


def test_all_times_of_a_full_day_can_be_waited_for_at_once(
    anna: Phone, booked: Reservation
) -> None:
    anna.says("/start r-bistro-anna").go("2", "Fri 5 Jun", JOIN)
    assert anna.labels[0] == "Any time: 19:00 – 19:30"
    anna.go("Any time")
    assert "19:00 – 19:30" in anna.text
    anna.go(JOIN)
    assert WaitlistEntry.objects.get().window == (time(19), time(19, 30))


def test_where_a_time_is_free_only_the_taken_ones_are_waited_for(
    anna: Phone, restaurant: Restaurant, booked: Reservation
) -> None:
    period = restaurant.service_periods.get()
    period.last_seating = time(21)
    period.save()
    anna.says("/start r-bistro-anna").go("2", "Fri 5 Jun", JOIN)
    assert not any(label.startswith("Any time") for label in anna.labels)
    assert "20:30" not in anna.labels, "it is free"
    assert anna.labels[0] == "19:00"


def test_what_became_free_meanwhile_is_shown_instead(anna: Phone, booked: Reservation) -> None:
    anna.says("/start r-bistro-anna").go("2", "Fri 5 Jun", JOIN, "19:00")
    free(booked)
    anna.go(JOIN)
    assert "A table is free: book it right away." in anna.text
    anna.go("19:00", "✅")
    assert "Your table is booked" in anna.text
    assert not WaitlistEntry.objects.exists()


def test_two_taps_on_one_card_join_once_and_another_card_says_so(
    anna: Phone, booked: Reservation
) -> None:
    anna.says("/start r-bistro-anna").go("2", "Fri 5 Jun", JOIN, "19:00")
    shown, code = anna.screen, anna.code(JOIN)
    for _ in range(2):
        anna.press(shown, code)
        assert "You are on the waitlist" in anna.text
    anna.says("/start r-bistro-anna").go("2", "Fri 5 Jun", JOIN, "19:30", JOIN)
    assert "You are already on the waitlist for this date." in anna.text
    assert WaitlistEntry.objects.count() == 1


def test_a_newcomer_shares_the_number_and_waits(newcomer: Phone, booked: Reservation) -> None:
    newcomer.says("/start r-bistro-anna").go("2", "Fri 5 Jun", JOIN, "19:00")
    asked = newcomer.user.wait_for("and you are on the waitlist")
    assert asked.reply_keyboard[0][0]["request_contact"] is True
    newcomer.user.shares_contact("31612345678")
    newcomer.waits_for("You are on the waitlist")
    assert WaitlistEntry.objects.get().guest_phone == "+31612345678"


def test_a_guest_says_no_and_goes_on_waiting(anna: Phone, booked: Reservation) -> None:
    entry = joined(anna)
    free(booked)
    tap = anna.says("/bookings").go("🔔").tap("No, thank you")
    assert tap.text == "Thank you. You stay on the waitlist."
    assert "You are on the waitlist" in anna.text
    entry.refresh_from_db()
    assert entry.status == EntryStatus.WAITING


def test_a_guest_who_left_offers_unanswered_says_that_they_still_wait(
    anna: Phone, booked: Reservation
) -> None:
    entry = joined(anna)
    WaitlistEntry.objects.update(status=EntryStatus.PAUSED, ignored_offers=2)
    anna.says("/bookings").go("🔔")
    assert "Two offers were left unanswered" in anna.text
    anna.go("👍 I still wait")
    assert "You are on the waitlist" in anna.text
    entry.refresh_from_db()
    assert (entry.status, entry.ignored_offers) == (EntryStatus.WAITING, 0)


def test_leaving_takes_two_taps(anna: Phone, booked: Reservation) -> None:
    entry = joined(anna)
    anna.go(LEAVE, "No, I stay", LEAVE, "Yes, leave")
    assert "You have left the waitlist" in anna.text
    entry.refresh_from_db()
    assert entry.status == EntryStatus.LEFT
    assert not any("🔔" in label for label in anna.says("/bookings").labels)


def test_an_old_keyboard_answers_no_other_offer(
    anna: Phone, restaurant: Restaurant, booked: Reservation
) -> None:
    entry = joined(anna)
    offer = free(booked)
    assert offer is not None
    anna.says("/bookings").go("🔔")
    shown, code = anna.screen, anna.code(TAKE)
    with clock.freeze(offer.expires_at):
        tap = anna.press(shown, code)
        assert tap.text == "This list is old – refreshed."
        assert "You are on the waitlist" in anna.text
        offers_expire(now=offer.expires_at)
    fresh = entry_notify(entry_id=entry.pk, actor=STAFF, now=offer.expires_at)
    with clock.freeze(offer.expires_at):
        assert anna.press(shown, code).text == "This list is old – refreshed."
    fresh.refresh_from_db()
    assert fresh.status == OfferStatus.OPEN


def test_everybody_is_told_that_nothing_is_kept_where_all_are_told(
    anna: Phone, restaurant: Restaurant, booked: Reservation
) -> None:
    WaitlistSettings.objects.create(restaurant=restaurant, is_broadcast=True)
    anna.says("/start r-bistro-anna").go("2", "Fri 5 Jun", JOIN, "19:00")
    assert "first come, first served" in anna.text
    anna.go(JOIN)
    free(booked)
    anna.says("/bookings").go("🔔")
    assert "first come, first served" in anna.text


def test_a_restaurant_without_a_waitlist_offers_none(
    anna: Phone, restaurant: Restaurant, booked: Reservation
) -> None:
    anna.says("/start r-bistro-anna").go("2", "Fri 5 Jun")
    shown, code = anna.screen, anna.code(JOIN)
    WaitlistSettings.objects.create(restaurant=restaurant, is_enabled=False)
    anna.press(shown, code)
    assert JOIN not in anna.labels


def test_nobody_reaches_what_a_stranger_waits_for(
    anna: Phone, restaurant: Restaurant, booked: Reservation
) -> None:
    entry = joined(anna)
    theirs = join(restaurant)
    code = anna.code(LEAVE)
    tap = decode(code)
    assert tap is not None
    forged = encode(Tap(step=tap.step, reservation_id=theirs.pk, version=theirs.version))
    anna.press(anna.screen, forged)
    assert "My bookings" in anna.text
    assert len([label for label in anna.labels if "🔔" in label]) == 1
    entry.refresh_from_db()
    assert entry.is_live


def test_the_end_of_a_window_survives_its_code_and_nonsense_is_none() -> None:
    for at in (time(0), time(19, 30), time(23, 59)):
        whole = decode(encode(Tap(step=Step.WAIT_CARD, version=version_until(at))))
        assert whole is not None
        assert whole.until == at
    for version in (0, 2 * 24 * 60 + 1, 2**31 - 1):
        assert Tap(step=Step.WAIT_CARD, version=version).until is None


@pytest.mark.parametrize(
    ("button", "said", "status"),
    [
        ("confirm", "The table is yours.", EntryStatus.ACCEPTED),
        ("cancel", "Thank you. You stay on the waitlist.", EntryStatus.WAITING),
    ],
)
def test_the_buttons_under_the_message_of_an_offer_answer_it(
    anna: Phone, booked: Reservation, button: str, said: str, status: str
) -> None:
    entry = joined(anna)
    offer = free(booked)
    assert offer is not None
    shown = told_to(anna, offer)
    assert anna.press(shown, f"m:{button}").text == said
    entry.refresh_from_db()
    assert entry.status == status


def told_to(phone: Phone, offer: WaitlistOffer) -> Shown:
    """The message about the offer, as the channel sent it."""
    entry = offer.entry
    message = entry_message_plan(
        kind=Kind.WAITLIST_OFFER, entry=entry, offer=offer, cause=f"o{offer.pk}", now=NOW
    )
    assert message is not None
    assert ChannelName.TELEGRAM in message.channels
    chat = phone.user.chat
    shown = Shown(chat=chat, message_id=phone.user.world.next_message_id(), text="A table")
    chat.messages.append(shown)
    MessageAttempt.objects.create(
        message=message,
        number=1,
        channel=ChannelName.TELEGRAM,
        provider="telegram",
        provider_id=f"{phone.user.id}:{shown.message_id}",
        address=str(phone.user.id),
        outcome="taken",
        started_at=NOW,
    )
    return shown
