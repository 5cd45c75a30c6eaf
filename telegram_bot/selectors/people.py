"""From a Telegram account to a staff member and what they may do, anew at every tap (rule 110)."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from notifications.readers import StaffChat as StaffReader
from reservehub.core.actors import Actor, ActorKind
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from restaurants.selectors import capabilities_of, restaurants_visible_to
from telegram_bot.errors import NoStaff, NotLinked
from telegram_bot.models import AdminChat, StaffChat


@dataclass(frozen=True, kw_only=True)
class Post:
    """A staff member at work in a chat.

    :ivar person: None where nobody asked, as for the overview of the day
    :ivar others: whether the chat or the person could speak of another restaurant
    """

    restaurant: Restaurant
    actor: Actor
    capabilities: frozenset[Capability]
    person: User | None = None
    is_group: bool = False
    others: bool = False

    def can(self, capability: Capability) -> bool:
        return capability in self.capabilities


def person_of(telegram_id: int) -> User:
    """:raises NotLinked: for strangers, and for accounts that were closed"""
    linked = StaffChat.objects.select_related("user").filter(telegram_id=telegram_id).first()
    if linked is None or not linked.user.is_active:
        raise NotLinked
    return linked.user


def is_linked(telegram_id: int) -> bool:
    return StaffChat.objects.filter(telegram_id=telegram_id, user__is_active=True).exists()


def actor_of(person: User, *, channel: str = "telegram") -> Actor:
    """The staff member, for services and the audit."""
    return Actor(
        kind=ActorKind.PLATFORM if person.is_superuser else ActorKind.STAFF,
        user_id=person.pk,
        label=person.get_full_name(),
        channel=channel,
    )


def post_in(
    restaurant: Restaurant, *, telegram_id: int, capability: Capability, is_group: bool = False
) -> Post:
    """The person at this restaurant.

    :raises NotLinked, NoStaff: if they may not do this there
    """
    person = person_of(telegram_id)
    capabilities = capabilities_of(person, restaurant)
    if capability not in capabilities:
        raise NoStaff
    return Post(
        person=person,
        restaurant=restaurant,
        actor=actor_of(person),
        capabilities=capabilities,
        is_group=is_group,
    )


def post_of(
    *,
    telegram_id: int,
    chat_id: int,
    restaurant_id: int | None = None,
    capability: Capability = Capability.VIEW_BOOK,
) -> Post:
    """The person at the restaurant that this chat is about.

    A group is about the restaurants that it hears of, a private chat about those of the person:
    the one named by a button, else the one chosen last, else the first.

    :raises NotLinked, NoStaff: if they may not do this there
    """
    person = person_of(telegram_id)
    is_group = chat_id < 0
    places = _places(person, chat_id, capability)
    wanted = restaurant_id
    if wanted is None and not is_group:
        wanted = (
            StaffChat.objects.filter(user=person).values_list("restaurant_id", flat=True).first()
        )
    found = next((place for place in places if place.pk == wanted), None)
    if found is None and restaurant_id is None and places:
        found = places[0]
    if found is None:
        raise NoStaff
    return Post(
        person=person,
        restaurant=found,
        actor=actor_of(person),
        capabilities=capabilities_of(person, found),
        is_group=is_group,
        others=len(places) > 1,
    )


def places_of(*, telegram_id: int, chat_id: int) -> list[Restaurant]:
    """The restaurants that this person may speak of here.

    :raises NotLinked: for strangers
    """
    return _places(person_of(telegram_id), chat_id, Capability.VIEW_BOOK)


def _places(person: User, chat_id: int, capability: Capability) -> list[Restaurant]:
    places = restaurants_visible_to(person, capability).filter(is_active=True)
    if chat_id < 0:
        heard = AdminChat.objects.filter(chat_id=chat_id, is_active=True)
        places = places.filter(pk__in=heard.values("restaurant"))
    return list(places.select_related("policy").order_by("name", "pk")[:50])


def staff_chats_of(restaurant_id: int) -> list[StaffReader]:
    """The chats in which a restaurant hears of what needs no answer, for `notifications`."""
    chats = AdminChat.objects.filter(restaurant_id=restaurant_id, is_active=True)
    return [StaffReader(str(chat.chat_id), chat.language) for chat in chats.order_by("pk")]
