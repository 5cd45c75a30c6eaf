"""Two people at once: one answer stands, both are told which (requirement I2)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bookings.models import Reservation
from reservehub.core import clock
from reservehub.core.models import AuditEntry
from telegram_bot.errors import AlreadyAnswered
from telegram_bot.models import Card
from telegram_bot.services.answering import Tapped, card_confirm, card_decline
from telegram_bot.services.cards import card_claim
from tests.factories import NOW
from tests.races import run_together
from tests.telegram.people import House, make_house
from tests.telegram.server import TelegramServer
from tests.telegram.world import Chat, User, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _on_monday() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.mark.parametrize("round_number", range(4))
def test_confirm_and_discard_at_once_settle_to_one_truth(
    bot: TelegramServer, round_number: int
) -> None:
    house = make_house(bot)
    maria, olga = house.add_staff("Maria"), house.add_staff("Olga")
    reservation = house.request(party_size=2)
    card = house.card
    confirm = card.button("Confirm")["callback_data"]
    discard = card.button("Discard")["callback_data"] + ":full"
    taps = [(maria, confirm), (olga, discard)]
    if round_number % 2:
        taps.reverse()
    pressed = [person.sends_callback(card, data) for person, data in taps]
    answers = sorted(tap.answer() for tap in pressed)
    reservation.refresh_from_db()
    truth = {"confirmed": ("Confirmed.", "Maria"), "declined": ("Declined.", "Olga")}
    said, who = truth[reservation.status]
    assert said in answers
    assert any(who in answer for answer in answers if answer != said), answers
    assert AuditEntry.objects.filter(action__in=_ANSWERS).count() == 1
    wait_until(lambda: f"by {who}" in card.text, lambda: card.text)
    house.deliver()
    assert f"by {who}" in card.text
    assert len(house.group.from_bot) == 1


_ANSWERS = ("reservation.confirmed", "reservation.declined")


def test_two_chats_answer_at_once(bot: TelegramServer) -> None:
    house = make_house(bot)
    second = _second_chat(house)
    maria, olga = house.add_staff("Maria"), house.add_staff("Olga")
    reservation = house.request()
    pressed = [
        maria.taps(house.card, "Confirm"),
        olga.sends_callback(second.last, second.last.button("Discard")["callback_data"] + ":full"),
    ]
    for tap in pressed:
        tap.answer()
    status = Reservation.objects.values_list("status", flat=True).get(pk=reservation.pk)
    word = {"confirmed": "Confirmed by Maria", "declined": "Declined by Olga"}[status]
    house.deliver()
    for chat in (house.group, second):
        chat.wait_for(word)
        assert len(chat.from_bot) == 1


def _second_chat(house: House) -> Chat:
    group = house.telegram.add_group("Kitchen")
    house.chat.pk, house.chat.chat_id = None, group.id
    house.chat._state.adding = True
    house.chat.save()
    return group


def test_a_card_is_claimed_by_one_of_many_workers(telegram: TelegramServer) -> None:
    house = make_house(telegram)
    telegram.down()
    house.request()
    card = Card.objects.get()
    assert card.due_at is not None
    due_at = card.due_at
    work = [lambda: card_claim(card_id=card.pk, now=due_at) for _worker in range(6)]
    claims = run_together(*work)
    assert sum(isinstance(claim, Card) for claim in claims) == 1


@pytest.mark.parametrize("_round", range(3))
def test_answers_of_two_processes_settle_to_one(telegram: TelegramServer, _round: int) -> None:
    house = make_house(telegram)
    maria, olga = house.add_staff("Maria"), house.add_staff("Olga")
    reservation = house.request()
    card, now = Card.objects.get(), clock.now()

    def tapped(person: User) -> Tapped:
        return Tapped(
            card_id=card.pk,
            chat_id=house.group.id,
            message_id=house.card.message_id,
            telegram_id=person.id,
            version=1,
        )

    results = run_together(
        lambda: card_confirm(tapped=tapped(maria), now=now),
        lambda: card_decline(tapped=tapped(olga), reason="full", now=now),
    )
    refused = [one for one in results if isinstance(one, AlreadyAnswered)]
    assert len(refused) == 1, results
    reservation.refresh_from_db()
    who = {"confirmed": "Maria", "declined": "Olga"}[reservation.status]
    assert who in str(refused[0])
    assert AuditEntry.objects.filter(action__in=_ANSWERS).count() == 1
