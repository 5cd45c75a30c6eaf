"""What a restaurant decides about its messages."""

from __future__ import annotations

from datetime import time
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from notifications.kinds import Kind
from restaurants.models import Restaurant


class MessageSettings(models.Model):
    """A restaurant without a row has the defaults of this model."""

    restaurant = models.OneToOneField(
        Restaurant,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="message_settings",
        verbose_name=_("restaurant"),
    )
    quiet_from = models.TimeField(_("quiet from"), default=time(21))
    quiet_until = models.TimeField(_("quiet until"), default=time(9))
    sends_day_reminder = models.BooleanField(_("remind the day before"), default=True)
    sends_soon_reminder = models.BooleanField(_("remind two hours before"), default=True)
    reconfirm_from_party = models.PositiveSmallIntegerField(
        _("ask parties from this size whether they still come"),
        default=5,
        validators=[MinValueValidator(1)],
        null=True,
        blank=True,
        help_text=_("48 hours before; empty: nobody is asked."),
    )
    asks_late_guests = models.BooleanField(_("ask late guests whether they come"), default=True)
    asks_for_reviews = models.BooleanField(_("ask how it was, the day after"), default=True)
    staff_email = models.EmailField(
        _("e-mail for requests"),
        blank=True,
        help_text=_("Empty: the e-mail address of the restaurant."),
    )
    tells_staff_by_email = models.BooleanField(_("tell staff of requests by e-mail"), default=True)

    class Meta:
        verbose_name = _("message settings")
        verbose_name_plural = _("message settings")

    def __str__(self) -> str:
        return str(self.restaurant)


class MessageText(models.Model):
    """A restaurant's own words for one kind and language; empty parts keep ours.

    Words in braces are filled in: see `notifications.rendering.PLACEHOLDERS`.
    """

    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.CASCADE,
        related_name="message_texts",
        verbose_name=_("restaurant"),
    )
    kind = models.CharField(_("kind"), max_length=30, choices=Kind.choices)
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(
        _("subject"), max_length=150, blank=True, help_text=_("For example: See you {day}!")
    )
    opening = models.TextField(
        _("first paragraph of the letter"),
        max_length=1000,
        blank=True,
        help_text=_("For example: Dear {name}, your table for {party} is ready on {day}."),
    )
    short = models.CharField(
        _("short text"),
        max_length=300,
        blank=True,
        help_text=_("For SMS and chats; the link is added."),
    )
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("message text")
        verbose_name_plural = _("message texts")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["restaurant", "kind", "language"],
                name="notifications_one_text_per_kind_and_language",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.restaurant} · {self.get_kind_display()} · {self.language}"
