"""What guests write back, and what staff answer."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.models import Reservation
from guests.models import Guest
from notifications.kinds import ChannelName
from notifications.models.message import Message
from restaurants.models import Restaurant


class Direction(models.TextChoices):
    IN = "in", _("From the guest")
    OUT = "out", _("To the guest")


class ConversationEntry(models.Model):
    """A line of the conversation about a reservation (requirement H4).

    :ivar understood_as: what the line did by itself (``confirm``, ``cancel``, ``stop``), else empty
    :ivar seen_at: when staff looked at it; what does nothing by itself waits to be seen
    """

    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="conversation_entries",
        verbose_name=_("restaurant"),
    )
    reservation = models.ForeignKey(
        Reservation,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="conversation",
        verbose_name=_("reservation"),
    )
    guest = models.ForeignKey(
        Guest,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="conversation",
        verbose_name=_("guest"),
    )
    direction = models.CharField(_("direction"), max_length=3, choices=Direction.choices)
    channel = models.CharField(_("channel"), max_length=20, choices=ChannelName.choices)
    text = models.TextField(_("text"), max_length=2000)
    understood_as = models.CharField(_("understood as"), max_length=20, blank=True)
    provider = models.CharField(_("provider"), max_length=30, blank=True)
    provider_id = models.CharField(_("provider's number"), max_length=200, blank=True)
    sender = models.CharField(_("sender"), max_length=500, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("author"),
    )
    message = models.OneToOneField(
        Message,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="conversation_entry",
        verbose_name=_("message"),
    )
    at = models.DateTimeField(_("at"))
    seen_at = models.DateTimeField(_("seen at"), null=True, blank=True)

    class Meta:
        verbose_name = _("conversation entry")
        verbose_name_plural = _("conversation entries")
        ordering: ClassVar[list[str]] = ["at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["provider", "provider_id"],
                condition=~models.Q(provider_id=""),
                name="notifications_inbound_is_read_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["restaurant", "at"],
                condition=models.Q(direction="in", seen_at=None),
                name="notifications_unseen",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_direction_display()} · {self.at:%Y-%m-%d %H:%M}"
