"""Telegram in the admin site (requirements I1, E6)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.admin import helpers
from django.test import Client
from django.urls import reverse

from reservehub.core import clock
from reservehub.core.models import AuditEntry
from restaurants.models import Role
from telegram_bot.models import AdminChat, Card, CardState
from tests.factories import NOW, make_member, make_restaurant, make_user
from tests.telegram.people import House, make_house
from tests.telegram.server import TelegramServer

pytestmark = pytest.mark.django_db(transaction=True)

CARDS = "admin:telegram_bot_card_changelist"


@pytest.fixture(autouse=True)
def _on_monday() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def house(telegram: TelegramServer) -> House:
    return make_house(telegram)


def at_work(house: House, role: str = Role.HOST) -> Client:
    client = Client()
    client.force_login(make_member(house.restaurant, role, is_staff=True))
    return client


def act(client: Client, url: str, action: str, pk: int) -> int:
    data = {"action": action, helpers.ACTION_CHECKBOX_NAME: [pk]}
    return client.post(reverse(url), data).status_code


def test_an_uncertain_card_is_found_and_sent_by_a_person(house: House) -> None:
    house.telegram.lose_answer_next("sendMessage")
    house.request()
    card = Card.objects.get()
    host = at_work(house)
    page = host.get(reverse(CARDS), {"state__exact": "uncertain"}).content.decode()
    assert card.reservation.reference in page
    assert act(host, CARDS, "it_did_not_arrive", card.pk) == 302
    house.deliver()
    assert len(house.group.from_bot) == 2
    assert Card.objects.get().state == CardState.SHOWN


def test_an_uncertain_card_that_arrived_is_left_alone(house: House) -> None:
    house.telegram.lose_answer_next("sendMessage")
    house.request()
    assert act(at_work(house), CARDS, "it_arrived", Card.objects.get().pk) == 302
    house.deliver()
    assert len(house.group.from_bot) == 1


def test_a_failed_card_is_shown_again(house: House) -> None:
    house.telegram.fail_next("sendMessage", code=400, description="Bad Request: odd")
    house.request()
    assert Card.objects.get().state == CardState.FAILED
    act(at_work(house), CARDS, "sync_again", Card.objects.get().pk)
    house.deliver()
    assert "New request" in house.card.text


def test_strangers_see_and_settle_nothing(house: House) -> None:
    house.request()
    stranger = Client()
    stranger.force_login(make_member(make_restaurant(), Role.OWNER, is_staff=True))
    page = stranger.get(reverse(CARDS)).content.decode()
    assert Card.objects.get().reservation.reference not in page
    before = Card.objects.get().due_at
    act(stranger, CARDS, "sync_again", Card.objects.get().pk)
    assert Card.objects.get().due_at == before
    customer = Client()
    customer.force_login(make_user())
    assert customer.get(reverse(CARDS)).status_code == 302


def test_an_owner_switches_a_chat_off(house: House) -> None:
    url = "admin:telegram_bot_adminchat_changelist"
    assert at_work(house).get(reverse(url)).status_code == 403
    owner = at_work(house, Role.OWNER)
    assert "Admins" in owner.get(reverse(url)).content.decode()
    act(owner, url, "switch_off", house.chat.pk)
    assert not AdminChat.objects.get().is_active
    assert AuditEntry.objects.filter(action="telegram.chat_disabled", channel="admin").exists()
    house.request()
    assert house.group.from_bot == []


def test_every_page_opens(house: House) -> None:
    house.add_staff("Maria")
    house.request()
    owner = at_work(house, Role.OWNER)
    for model in ("adminchat", "staffchat", "card"):
        listing = reverse(f"admin:telegram_bot_{model}_changelist")
        assert owner.get(listing).status_code == 200
    card = reverse("admin:telegram_bot_card_change", args=[Card.objects.get().pk])
    assert owner.get(card).status_code == 200
    chat = reverse("admin:telegram_bot_adminchat_change", args=[house.chat.pk])
    assert owner.get(chat).status_code == 200
