"""A reservation as a message in a chat of the restaurant."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.models import Reservation
from telegram_bot.models.chats import AdminChat


class CardState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SHOWN = "shown", _("Shown")
    UNCERTAIN = "uncertain", _("Nobody knows whether it arrived")
    FAILED = "failed", _("Failed")
    DROPPED = "dropped", _("Not needed any more")


class Card(models.Model):
    """One message per reservation and chat, edited in place as long as the reservation lives.

    Whatever happens to the reservation makes the card due (`due_at`); a task claims it, shows the
    truth of that moment and notes which version that was.

    :ivar message_id: Telegram's number; None while it has never been seen
    :ivar shown_version: version of the reservation that the message shows, 0 before the first
    """

    chat = models.ForeignKey(
        AdminChat,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="cards",
        verbose_name=_("chat"),
    )
    reservation = models.ForeignKey(
        Reservation,
        on_delete=models.CASCADE,
        related_name="telegram_cards",
        verbose_name=_("reservation"),
    )
    message_id = models.BigIntegerField(_("message number"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=20, choices=CardState.choices, default=CardState.WAITING
    )
    shown_version = models.PositiveIntegerField(_("version shown"), default=0)
    undo_until = models.DateTimeField(_("offers undo until"), null=True, blank=True)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    claimed_at = models.DateTimeField(_("being sent since"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("card")
        verbose_name_plural = _("cards")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["chat", "reservation"], name="telegram_one_card_per_chat_and_reservation"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="sending") | models.Q(claimed_at__isnull=False),
                name="telegram_card_being_sent_is_claimed",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(due_at__isnull=False),
                name="telegram_cards_due",
            ),
            models.Index(
                fields=["claimed_at"],
                condition=models.Q(claimed_at__isnull=False),
                name="telegram_cards_claimed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reservation} · {self.chat}"
