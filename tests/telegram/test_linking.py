"""Connecting accounts and chats by one-time links (rules 109, 110)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from accounts.models import User as Account
from reservehub.core import clock
from reservehub.core.models import AuditEntry
from restaurants.models import Membership, Restaurant, Role
from telegram_bot.models import AdminChat, LinkToken, StaffChat
from telegram_bot.services.links import admin_chat_link_create, staff_link_create
from tests.factories import make_member, make_restaurant, make_user
from tests.telegram.server import TelegramServer
from tests.telegram.world import User, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant(name="Chez Anna")


def logged_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def opens(person: User, url: str) -> None:
    """Follow `t.me/<bot>?start=…`: Telegram sends the command."""
    found = re.search(r"start=([\w-]{1,64})$", url)
    assert found
    person.sends(f"/start {found[1]}")


def link_on_page(account: Account, restaurant: Restaurant, wish: str) -> str:
    page = logged_in(account).post(f"/telegram/{restaurant.slug}/", {"for": wish})
    assert page.status_code == 200
    found = re.search(r'href="(https://t\.me/[^"]+)"', page.content.decode())
    assert found
    return found[1]


def test_a_person_links_their_account_on_the_page(
    bot: TelegramServer, restaurant: Restaurant
) -> None:
    account = make_member(restaurant, name="Maria Host")
    maria = bot.add_user("Maria")
    url = link_on_page(account, restaurant, "me")
    assert url.startswith("https://t.me/reservehub_test_bot?start=staff-")
    opens(maria, url)
    maria.wait_for("Welcome, Maria Host")
    assert StaffChat.objects.get(user=account).telegram_id == maria.id
    assert AuditEntry.objects.get(action="telegram.staff_linked").actor_label == "Maria Host"
    own = f'"chat_id": {maria.id}'
    wait_until(
        lambda: any(own in scope for scope, _language in list(bot.commands)),
        lambda: f"no commands of their own in {list(bot.commands)}",
    )


def test_a_link_works_once(bot: TelegramServer, restaurant: Restaurant) -> None:
    maria, eve = bot.add_user("Maria"), bot.add_user("Eve")
    url = link_on_page(make_member(restaurant), restaurant, "me")
    opens(maria, url)
    maria.wait_for("Welcome")
    opens(eve, url)
    eve.wait_for("used or has expired")
    assert StaffChat.objects.get().telegram_id == maria.id


def test_a_link_expires_and_a_guessed_one_is_refused(
    bot: TelegramServer, restaurant: Restaurant
) -> None:
    maria = bot.add_user("Maria")
    payload = staff_link_create(
        user=make_member(restaurant),
        restaurant=restaurant,
        now=clock.now() - timedelta(minutes=15, seconds=1),
    )
    maria.sends(f"/start {payload}")
    maria.wait_for("used or has expired")
    maria.sends("/start staff-guessed")
    maria.wait_for("used or has expired", count=2)
    assert not StaffChat.objects.exists()


def test_a_link_dies_with_the_role_of_who_made_it(
    bot: TelegramServer, restaurant: Restaurant
) -> None:
    maria = bot.add_user("Maria")
    payload = staff_link_create(
        user=make_member(restaurant), restaurant=restaurant, now=clock.now()
    )
    Membership.objects.all().delete()
    maria.sends(f"/start {payload}")
    maria.wait_for("may not")
    assert not StaffChat.objects.exists()


def test_a_group_is_linked_in_its_topic(bot: TelegramServer, restaurant: Restaurant) -> None:
    owner = make_member(restaurant, Role.OWNER)
    group, olga = bot.add_group("Team", is_forum=True), bot.add_user("Olga", language="ru")
    payload = admin_chat_link_create(user=owner, restaurant=restaurant, now=clock.now())
    olga.sends(f"/start@reservehub_test_bot {payload}", chat=group, thread_id=7)
    wait_until(lambda: bool(group.from_bot), "no answer")
    chat = AdminChat.objects.get()
    assert (chat.chat_id, chat.thread_id, chat.title) == (group.id, 7, "Team")
    assert (chat.is_group, chat.language, chat.linked_by) == (True, "ru", owner)


def test_a_personal_link_is_refused_in_a_group_and_stays_valid(
    bot: TelegramServer, restaurant: Restaurant
) -> None:
    account = make_member(restaurant)
    group, maria = bot.add_group("Team"), bot.add_user("Maria")
    payload = staff_link_create(user=account, restaurant=restaurant, now=clock.now())
    maria.sends(f"/start@reservehub_test_bot {payload}", chat=group)
    group.wait_for("another kind of chat")
    maria.sends(f"/start {payload}")
    maria.wait_for("Welcome")


def test_a_private_chat_of_the_restaurant_links_its_person_too(
    bot: TelegramServer, restaurant: Restaurant
) -> None:
    account, olga = make_member(restaurant, Role.OWNER), bot.add_user("Olga")
    opens(olga, link_on_page(account, restaurant, "private"))
    olga.wait_for("will appear here")
    assert AdminChat.objects.get().chat_id == olga.id
    assert StaffChat.objects.get(user=account).telegram_id == olga.id


def test_linking_again_switches_a_dead_chat_on(bot: TelegramServer, restaurant: Restaurant) -> None:
    owner, olga = make_member(restaurant, Role.OWNER), bot.add_user("Olga")
    for _round in range(2):
        opens(olga, link_on_page(owner, restaurant, "private"))
        wait_until(lambda: AdminChat.objects.filter(is_active=True).exists(), "not linked")
        AdminChat.objects.update(is_active=False)
    assert AdminChat.objects.count() == 1


def test_a_bot_thrown_out_of_a_group_says_no_more(
    bot: TelegramServer, restaurant: Restaurant
) -> None:
    group, olga = bot.add_group("Team"), bot.add_user("Olga")
    AdminChat.objects.create(restaurant=restaurant, chat_id=group.id, linked_at=clock.now())
    member = {"user": bot.bot_json(), "status": "member"}
    gone = {"user": bot.bot_json(), "status": "left"}
    about = {"chat": group.as_json(), "from": olga.as_json(), "date": 1}
    bot.happens("my_chat_member", about | {"old_chat_member": member, "new_chat_member": gone})
    wait_until(lambda: AdminChat.objects.filter(is_active=False).exists(), "still active")


def test_only_those_who_configure_link_chats(
    telegram: TelegramServer, restaurant: Restaurant
) -> None:
    host = logged_in(make_member(restaurant))
    page = host.get(f"/telegram/{restaurant.slug}/")
    assert "Add a group" not in page.content.decode()
    assert host.post(f"/telegram/{restaurant.slug}/", {"for": "group"}).status_code == 403
    assert not LinkToken.objects.exists()


def test_the_page_is_for_members(telegram: TelegramServer, restaurant: Restaurant) -> None:
    url = f"/telegram/{restaurant.slug}/"
    assert Client().get(url).status_code == 302
    assert logged_in(make_user()).get(url).status_code == 404
    assert logged_in(make_member(make_restaurant(), Role.OWNER)).get(url).status_code == 404
    page = logged_in(make_member(restaurant)).get(url)
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]


def test_chats_and_accounts_are_removed_on_the_page(
    telegram: TelegramServer, restaurant: Restaurant
) -> None:
    owner = make_member(restaurant, Role.OWNER)
    stranger = make_member(make_restaurant(), Role.OWNER)
    chat = AdminChat.objects.create(restaurant=restaurant, chat_id=-5, linked_at=clock.now())
    StaffChat.objects.create(user=owner, telegram_id=5, linked_at=clock.now())
    url = f"/telegram/{restaurant.slug}/chats/{chat.pk}/remove/"
    assert logged_in(stranger).post(url).status_code == 404
    assert logged_in(owner).get(url).status_code == 405
    assert logged_in(owner).post(url).status_code == 303
    assert logged_in(owner).post(f"/telegram/{restaurant.slug}/unlink/").status_code == 303
    chat.refresh_from_db()
    assert not chat.is_active
    assert not StaffChat.objects.exists()


def test_the_name_of_the_bot_is_asked_for_where_it_is_not_set(
    telegram: TelegramServer,
    restaurant: Restaurant,
    settings: Settings,
) -> None:
    cache.clear()
    settings.TELEGRAM_BOT_NAME = ""
    settings.TELEGRAM_BOT_TOKEN = "999:another"
    owner = make_member(restaurant, Role.OWNER)
    answer = logged_in(owner).post(f"/telegram/{restaurant.slug}/", {"for": "me"})
    assert answer.status_code == 503
    telegram.token = "999:another"
    assert link_on_page(owner, restaurant, "me").startswith("https://t.me/reservehub_test_bot?")
