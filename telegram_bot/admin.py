"""Telegram in the admin site: which chats hear of requests, who is linked, what became of cards."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display

from reservehub.core import clock
from restaurants.admin.acting import access_in, actor_of
from restaurants.admin.scoped import ScopedAdmin
from restaurants.permissions import Capability
from telegram_bot.models import AdminChat, Card, CardState, StaffChat
from telegram_bot.services.cards import card_settle, card_sync_again
from telegram_bot.services.links import chat_disable

AT_ONCE = 200
"""Rows one action takes at most."""

COLOURS = {
    CardState.WAITING: "info",
    CardState.SENDING: "info",
    CardState.SHOWN: "success",
    CardState.UNCERTAIN: "warning",
    CardState.FAILED: "danger",
}


class WrittenByServices(ScopedAdmin):
    """Rows to look at; actions change them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(AdminChat)
class AdminChatAdmin(WrittenByServices):
    """Chats are linked in Telegram itself; here they are looked at and switched off."""

    view_capability = Capability.CONFIGURE
    list_display = ("title", "restaurant", "is_group", "is_active", "disabled_reason", "linked_at")
    list_filter = ("is_active", ("restaurant", RelatedOnlyFieldListFilter))
    list_select_related = ("restaurant",)
    search_fields = ("title", "restaurant__name")
    fields = (
        ("restaurant", "title"),
        ("chat_id", "thread_id", "is_group"),
        ("language", "sends_digest", "digest_on"),
        ("is_active", "disabled_at", "disabled_reason"),
        ("linked_by", "linked_at"),
    )
    actions: ClassVar[list[str]] = ["switch_off"]

    def restaurant_id_of(self, obj: Any) -> int | None:
        owner: int = obj.restaurant_id
        return owner

    @action(description=_("Tell these chats nothing more"))
    def switch_off(self, request: HttpRequest, chats: QuerySet[AdminChat]) -> None:
        mine = self.only_with(request, Capability.CONFIGURE, chats.filter(is_active=True))
        count = 0
        for chat in mine[:AT_ONCE]:
            chat_disable(
                chat=chat, reason="removed by staff", actor=actor_of(request), now=clock.now()
            )
            count += 1
        said = ngettext(
            "%(count)d chat is switched off.", "%(count)d chats are switched off.", count
        )
        messages.success(request, said % {"count": count})


@admin.register(StaffChat)
class StaffChatAdmin(WrittenByServices):
    """Who is linked. Unlinking is for the person, and for platform admins."""

    owner_path = "restaurant"
    view_capability = Capability.CONFIGURE
    list_display = ("user", "name", "restaurant", "linked_at")
    list_select_related = ("user", "restaurant")
    search_fields = ("user__email", "user__name", "name")
    fields = (("user", "name"), ("telegram_id", "restaurant"), "linked_at")

    def restaurant_id_of(self, obj: Any) -> int | None:
        owner: int | None = obj.restaurant_id
        return owner

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return access_in(request).is_everything


@admin.register(Card)
class CardAdmin(WrittenByServices):
    """What became of each card; the uncertain ones wait for a person."""

    owner_path = "chat__restaurant"
    change_capability = Capability.EDIT_BOOK
    list_display = ("reservation", "chat", "shown_state", "shown_version", "due_at", "last_error")
    list_filter = ("state", ("chat__restaurant", RelatedOnlyFieldListFilter))
    list_select_related = ("reservation", "chat__restaurant")
    search_fields = ("^reservation__reference",)
    search_help_text = _("Number of the booking")
    fields = (
        ("reservation", "chat"),
        ("state", "message_id", "shown_version"),
        ("due_at", "claimed_at", "attempts"),
        ("undo_until", "created_at"),
        "last_error",
    )
    actions: ClassVar[list[str]] = ["sync_again", "it_arrived", "it_did_not_arrive"]

    def restaurant_id_of(self, obj: Any) -> int | None:
        owner: int = obj.chat.restaurant_id
        return owner

    @display(description=_("State"), ordering="state", label=COLOURS)
    def shown_state(self, card: Card) -> tuple[str, str]:
        return card.state, card.get_state_display()

    @action(description=_("Show again as it is now"))
    def sync_again(self, request: HttpRequest, cards: QuerySet[Card]) -> None:
        known = self._mine(request, cards).exclude(state=CardState.UNCERTAIN)
        ids = list(known.values_list("pk", flat=True)[:AT_ONCE])
        for pk in ids:
            card_sync_again(card_id=pk, now=clock.now())
        self._say(request, len(ids))

    @action(description=_("Uncertain: it did arrive"))
    def it_arrived(self, request: HttpRequest, cards: QuerySet[Card]) -> None:
        self._settle(request, cards, arrived=True)

    @action(description=_("Uncertain: it did not arrive, send it"))
    def it_did_not_arrive(self, request: HttpRequest, cards: QuerySet[Card]) -> None:
        self._settle(request, cards, arrived=False)

    def _settle(self, request: HttpRequest, cards: QuerySet[Card], *, arrived: bool) -> None:
        uncertain = self._mine(request, cards).filter(state=CardState.UNCERTAIN)
        ids = list(uncertain.values_list("pk", flat=True)[:AT_ONCE])
        for pk in ids:
            card_settle(card_id=pk, arrived=arrived, now=clock.now())
        self._say(request, len(ids))

    def _mine(self, request: HttpRequest, cards: QuerySet[Card]) -> QuerySet[Card]:
        return self.only_with(request, Capability.EDIT_BOOK, cards)

    def _say(self, request: HttpRequest, count: int) -> None:
        said = ngettext("%(count)d card is done.", "%(count)d cards are done.", count)
        messages.success(request, said % {"count": count})
