"""Guests in Telegram: what the bot has to remember of a private chat."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField


class GuestProfile(models.Model):
    """Somebody who talks to the bot.

    The guest records of the restaurants are reached through `notifications.ContactPoint`; this is
    only what saves the next booking from being typed.

    :ivar phone: shared from the person's own Telegram account, so that it is theirs (rule 99)
    :ivar screen_id: the one message that is edited instead of new ones being sent
    :ivar prompt_id: the message that asks for the telephone number, while it stands there
    :ivar awaiting: the code that goes on when the number has come
    """

    user_id = models.BigIntegerField(_("Telegram user"), unique=True)
    chat_id = models.BigIntegerField(_("Telegram chat"))
    name = models.CharField(_("name"), max_length=150)
    phone = PhoneNumberField(_("phone"), blank=True)
    screen_id = models.BigIntegerField(null=True, blank=True, editable=False)
    prompt_id = models.BigIntegerField(null=True, blank=True, editable=False)
    awaiting = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))

    class Meta:
        app_label = "telegram_bot"
        verbose_name = _("guest in Telegram")
        verbose_name_plural = _("guests in Telegram")
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return self.name
