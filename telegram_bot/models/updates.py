"""What the bot keeps about updates, dialogues and the people who write to it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class TelegramUser(models.Model):
    """Somebody who chose a language with /lang. Everybody else is answered in Telegram's."""

    telegram_id = models.BigIntegerField(_("Telegram number"), primary_key=True)
    language = models.CharField(_("language"), max_length=10)
    updated_at = models.DateTimeField(_("updated at"))

    class Meta:
        verbose_name = _("Telegram user")
        verbose_name_plural = _("Telegram users")

    def __str__(self) -> str:
        return str(self.telegram_id)


class Update(models.Model):
    """An update that the bot has taken on; Telegram delivers some twice.

    :ivar claimed_by: the process that handles it
    :ivar done_at: handled to the end; without it a process died in the middle
    """

    update_id = models.BigIntegerField(_("number"), primary_key=True)
    claimed_by = models.CharField(_("claimed by"), max_length=40)
    claimed_at = models.DateTimeField(_("claimed at"))
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta:
        verbose_name = _("update")
        verbose_name_plural = _("updates")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["claimed_at"], name="telegram_updates_by_age"),
        ]

    def __str__(self) -> str:
        return str(self.update_id)


class Dialogue(models.Model):
    """Where a person is in a dialogue with the bot; survives restarts and is the same for all
    processes.
    """

    key = models.CharField(max_length=120, primary_key=True)
    state = models.CharField(max_length=100, blank=True)
    data = models.JSONField(default=dict, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("dialogue")
        verbose_name_plural = _("dialogues")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["updated_at"], name="telegram_dialogues_by_age"),
        ]

    def __str__(self) -> str:
        return self.key
