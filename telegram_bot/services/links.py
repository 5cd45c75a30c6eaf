"""Connecting chats: one-time links, made on the settings page and used in Telegram.

A link works once, within 15 minutes; only its hash is kept. It proves that whoever opens it was
handed it by a logged-in member; what they may do is asked again when it is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from reservehub.core import audit
from reservehub.core.actors import Actor
from reservehub.core.errors import NotFound
from reservehub.core.tokens import hash_token, random_token
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from restaurants.selectors import capabilities_of
from telegram_bot.errors import LinkElsewhere, LinkInvalid, NoStaff
from telegram_bot.models import AdminChat, LinkPurpose, LinkToken, StaffChat
from telegram_bot.selectors.people import actor_of

VALID_FOR = timedelta(minutes=15)
PREFIX = "staff-"
"""Tells our links from those of guests; with 43 characters of token within Telegram's 64."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """The chat in which a link was opened."""

    chat_id: int
    telegram_id: int
    name: str
    title: str = ""
    thread_id: int | None = None
    language: str = "en"

    @property
    def is_group(self) -> bool:
        return self.chat_id < 0


def staff_link_create(*, user: User, restaurant: Restaurant, now: datetime) -> str:
    """A link by which the person connects their own Telegram account; returns what follows
    ``?start=``.

    :raises NoStaff: if they have no role in the restaurant
    """
    if not capabilities_of(user, restaurant):
        raise NoStaff
    return _create(LinkPurpose.STAFF, user=user, restaurant=restaurant, now=now)


def admin_chat_link_create(*, user: User, restaurant: Restaurant, now: datetime) -> str:
    """A link by which a chat (``?start=`` or ``?startgroup=``) is told of the restaurant's
    requests.

    :raises NoStaff: for those who may not configure the restaurant
    """
    if Capability.CONFIGURE not in capabilities_of(user, restaurant):
        raise NoStaff
    return _create(LinkPurpose.ADMIN_CHAT, user=user, restaurant=restaurant, now=now)


def _create(purpose: LinkPurpose, *, user: User, restaurant: Restaurant, now: datetime) -> str:
    token = random_token()
    LinkToken.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    LinkToken.objects.create(
        token_hash=hash_token(token),
        purpose=purpose,
        user=user,
        restaurant=restaurant,
        created_at=now,
        expires_at=now + VALID_FOR,
    )
    return PREFIX + token


@transaction.atomic
def link_use(*, payload: str, place: Place, now: datetime) -> AdminChat | StaffChat:
    """Connect the chat.

    :raises LinkInvalid: used, expired or unknown
    :raises LinkElsewhere: a personal link in a group
    :raises NoStaff: if whoever made it may not do so any more
    """
    link = (
        LinkToken.objects.select_for_update(of=("self",))
        .select_related("user", "restaurant")
        .filter(token_hash=hash_token(payload.removeprefix(PREFIX)))
        .first()
    )
    if link is None or link.used_at is not None or link.expires_at <= now:
        raise LinkInvalid
    if link.purpose == LinkPurpose.STAFF and place.is_group:
        raise LinkElsewhere  # and stays valid for the right place
    held = capabilities_of(link.user, link.restaurant)
    if not held or (link.purpose == LinkPurpose.ADMIN_CHAT and Capability.CONFIGURE not in held):
        raise NoStaff
    link.used_at = now
    link.save(update_fields=["used_at"])
    if link.purpose == LinkPurpose.STAFF:
        return _link_person(link, place, now)
    return _link_chat(link, place, now)


def _link_person(link: LinkToken, place: Place, now: datetime) -> StaffChat:
    """A person has one account in Telegram, an account belongs to one person: the last link
    counts.
    """
    StaffChat.objects.filter(telegram_id=place.telegram_id).exclude(user=link.user).delete()
    chat, _is_new = StaffChat.objects.update_or_create(
        user=link.user,
        defaults={
            "telegram_id": place.telegram_id,
            "name": place.name[:150],
            "restaurant": link.restaurant,
            "linked_at": now,
        },
    )
    _record(chat, "telegram.staff_linked", link, now)
    return chat


def _link_chat(link: LinkToken, place: Place, now: datetime) -> AdminChat:
    chat, _is_new = AdminChat.objects.update_or_create(
        restaurant=link.restaurant,
        chat_id=place.chat_id,
        defaults={
            "thread_id": place.thread_id,
            "title": (place.title or place.name)[:150],
            "is_group": place.is_group,
            "language": place.language,
            "is_active": True,
            "disabled_at": None,
            "disabled_reason": "",
            "linked_by": link.user,
            "linked_at": now,
        },
    )
    if not place.is_group:
        # Whoever opened a private chat with a link of their own is the person behind it.
        known = StaffChat.objects.filter(telegram_id=place.telegram_id).exists()
        if not known and not StaffChat.objects.filter(user=link.user).exists():
            _link_person(link, place, now)
    _record(chat, "telegram.chat_linked", link, now)
    return chat


def _record(chat: AdminChat | StaffChat, action: str, link: LinkToken, now: datetime) -> None:
    audit.record(
        actor=actor_of(link.user),
        action=action,
        obj=chat,
        now=now,
        restaurant_id=link.restaurant_id,
        after={"chat": chat.pk},
    )


@transaction.atomic
def admin_chat_remove(
    *, chat_id: int, restaurant: Restaurant, actor: Actor, now: datetime
) -> AdminChat:
    """Tell this chat nothing more; linking it again takes it back.

    :raises NotFound: if it is no chat of the restaurant
    """
    chat = AdminChat.objects.filter(pk=chat_id, restaurant=restaurant).first()
    if chat is None:
        raise NotFound
    return chat_disable(chat=chat, reason="removed by staff", actor=actor, now=now)


def chat_disable(*, chat: AdminChat, reason: str, actor: Actor, now: datetime) -> AdminChat:
    """The chat hears nothing more, and its cards stay as they are."""
    if not chat.is_active:
        return chat
    chat.is_active, chat.disabled_at, chat.disabled_reason = False, now, reason[:200]
    chat.save(update_fields=["is_active", "disabled_at", "disabled_reason"])
    chat.cards.filter(due_at__isnull=False).update(due_at=None)
    audit.record(
        actor=actor,
        action="telegram.chat_disabled",
        obj=chat,
        now=now,
        restaurant_id=chat.restaurant_id,
        after={"reason": reason[:200]},
    )
    return chat


@transaction.atomic
def staff_unlink(*, user: User, restaurant: Restaurant, actor: Actor, now: datetime) -> bool:
    """Forget a person's Telegram account. Returns whether there was one."""
    chat = StaffChat.objects.filter(user=user).first()
    if chat is None:
        return False
    audit.record(
        actor=actor,
        action="telegram.staff_unlinked",
        obj=chat,
        now=now,
        restaurant_id=restaurant.pk,
    )
    chat.delete()
    return True
