"""One cast for the tests of staff: a restaurant that asks itself, its chat, its people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import User as Account
from bookings.models import Reservation
from bookings.services import reservation_create
from reservehub.core import clock
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.testing import run_deliveries
from restaurants.models import Membership, Restaurant, Role
from telegram_bot.models import AdminChat, Card, StaffChat
from telegram_bot.tasks import sync_card
from tests.factories import GUEST, NOW, a_request, make_restaurant, make_user
from tests.telegram.server import TelegramServer
from tests.telegram.world import Chat, Shown, User


@dataclass
class House:
    """A restaurant whose admin group hears of requests."""

    telegram: TelegramServer
    restaurant: Restaurant
    group: Chat
    chat: AdminChat

    def add_staff(self, name: str, role: str = Role.HOST, *, language: str = "en") -> User:
        """A member with a linked account; returns them with their telephone in hand."""
        account = make_user(name=name)
        Membership.objects.create(
            user=account,
            organisation=self.restaurant.organisation,
            restaurant=self.restaurant,
            role=role,
        )
        person = self.telegram.add_user(name, language=language)
        link(account, person, self.restaurant)
        return person

    def request(self, **fields: Any) -> Reservation:
        """A guest asks for a table, and the card has been sent."""
        reservation = self.request_unsent(**fields)
        self.deliver()
        return reservation

    def request_unsent(self, **fields: Any) -> Reservation:
        return reservation_create(
            request=a_request(self.restaurant, **{"guest_phone": "+31612345678", **fields}),
            actor=GUEST,
            now=clock.now(),
        ).reservation

    def deliver(self) -> None:
        """What the workers do: the events, then the cards that are due."""
        run_deliveries()
        for pk in Card.objects.filter(due_at__isnull=False).values_list("pk", flat=True):
            sync_card(pk)

    @property
    def card(self) -> Shown:
        """The latest card in the group, as people see it."""
        return self.group.last


def make_house(telegram: TelegramServer, **fields: Any) -> House:
    restaurant = make_restaurant(policy={"confirmation_mode": "approval"}, **fields)
    group = telegram.add_group("Admins")
    chat = AdminChat.objects.create(
        restaurant=restaurant, chat_id=group.id, title="Admins", is_group=True, linked_at=NOW
    )
    return House(telegram=telegram, restaurant=restaurant, group=group, chat=chat)


def link(account: Account, person: User, restaurant: Restaurant) -> StaffChat:
    return StaffChat.objects.create(
        user=account,
        telegram_id=person.id,
        name=person.name,
        restaurant=restaurant,
        linked_at=NOW,
    )


def staff_actor(name: str = "Olga") -> Actor:
    """Somebody at the host stand."""
    return Actor(kind=ActorKind.STAFF, label=name, channel="web")
