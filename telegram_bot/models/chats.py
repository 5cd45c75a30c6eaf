"""The chats of staff: their own, and those in which a restaurant hears of requests."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from restaurants.models import Restaurant


class StaffChat(models.Model):
    """A staff member's own Telegram account. It proves who taps; what they may do is looked up in
    their memberships each time.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="telegram_chat",
        verbose_name=_("user"),
    )
    telegram_id = models.BigIntegerField(_("Telegram number"), unique=True)
    name = models.CharField(_("name in Telegram"), max_length=150, blank=True)
    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("restaurant"),
        help_text=_("The one that commands in the private chat are about."),
    )
    linked_at = models.DateTimeField(_("linked at"))

    class Meta:
        verbose_name = _("staff member in Telegram")
        verbose_name_plural = _("staff in Telegram")

    def __str__(self) -> str:
        return f"{self.user} · {self.name or self.telegram_id}"


class AdminChat(models.Model):
    """A chat in which a restaurant hears of new requests.

    :ivar thread_id: the topic, in groups that have topics
    :ivar digest_on: the latest service date whose digest was sent here
    """

    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="telegram_chats",
        verbose_name=_("restaurant"),
    )
    chat_id = models.BigIntegerField(_("chat number"))
    thread_id = models.BigIntegerField(_("topic"), null=True, blank=True)
    title = models.CharField(_("title"), max_length=150, blank=True)
    is_group = models.BooleanField(_("group"), default=False)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default="en"
    )
    sends_digest = models.BooleanField(_("overview of the day at opening"), default=True)
    digest_on = models.DateField(_("last overview"), null=True, blank=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    disabled_at = models.DateTimeField(_("disabled at"), null=True, blank=True)
    disabled_reason = models.CharField(_("reason"), max_length=200, blank=True)
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("linked by"),
    )
    linked_at = models.DateTimeField(_("linked at"))

    class Meta:
        verbose_name = _("Telegram chat")
        verbose_name_plural = _("Telegram chats")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["restaurant", "chat_id"],
                name="telegram_a_chat_hears_of_a_restaurant_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["chat_id"], name="telegram_admin_chats"),
        ]

    def __str__(self) -> str:
        return f"{self.restaurant} · {self.title or self.chat_id}"


class LinkPurpose(models.TextChoices):
    STAFF = "staff", _("Own chat of a staff member")
    ADMIN_CHAT = "admin_chat", _("Chat of a restaurant")


class LinkToken(models.Model):
    """A one-time deep link; only its hash is kept."""

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    purpose = models.CharField(_("purpose"), max_length=20, choices=LinkPurpose.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("user"),
    )
    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("restaurant"),
    )
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"))
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("link to Telegram")
        verbose_name_plural = _("links to Telegram")

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} · {self.user}"
