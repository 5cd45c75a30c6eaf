"""Offers and news to a segment of the guest book (requirement G5)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from guests.models import Guest, Segment
from notifications.kinds import ChannelName
from notifications.models.message import Message
from reservehub.core.tokens import new_nonce
from restaurants.models import Restaurant

CAMPAIGN_CHANNELS = (
    ChannelName.EMAIL,
    ChannelName.SMS,
    ChannelName.WHATSAPP,
    ChannelName.TELEGRAM,
)
"""A browser notification has no place for the link that stops the next one."""


class CampaignStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SCHEDULED = "scheduled", _("Scheduled")
    SENDING = "sending", _("Being sent")
    PAUSED = "paused", _("Paused")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


class Campaign(models.Model):
    """One piece of news for the guests of a segment.

    It is sent in the name of one restaurant, whose quiet hours and address count; the segment may
    reach guests of the whole organisation.

    :ivar left_out: how many of the segment do not get it, by reason; counted when it starts
    :ivar link_nonce: what the links that stop the news are derived from
    """

    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="campaigns",
        verbose_name=_("restaurant"),
    )
    name = models.CharField(_("name"), max_length=80)
    segment = models.ForeignKey(
        Segment,
        on_delete=models.SET_NULL,
        null=True,
        related_name="campaigns",
        verbose_name=_("segment"),
    )
    channels = ArrayField(
        models.CharField(max_length=20, choices=ChannelName.choices),
        default=list,
        verbose_name=_("channels"),
        help_text=_("In the order in which they are tried."),
    )
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=CampaignStatus.choices,
        default=CampaignStatus.DRAFT,
    )
    recipients_count = models.PositiveIntegerField(_("recipients"), default=0)
    left_out = models.JSONField(_("left out"), default=dict, blank=True)
    link_nonce = models.CharField(max_length=40, default=new_nonce, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created at"))
    scheduled_at = models.DateTimeField(_("scheduled for"), null=True, blank=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~models.Q(status="scheduled") | models.Q(scheduled_at__isnull=False),
                name="notifications_scheduled_campaign_has_a_time",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["restaurant", "-id"], name="notifications_campaigns"),
            models.Index(
                fields=["status", "scheduled_at"],
                condition=models.Q(status__in=["scheduled", "sending"]),
                name="notifications_campaigns_to_do",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CampaignText(models.Model):
    """The words of a campaign in one language; braces as in `rendering.PLACEHOLDERS`."""

    campaign = models.ForeignKey(
        Campaign,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="texts",
        verbose_name=_("campaign"),
    )
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=150)
    text = models.TextField(_("text"), max_length=4000)
    short = models.CharField(_("short text"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("text of a campaign")
        verbose_name_plural = _("texts of campaigns")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["campaign", "language"], name="notifications_campaign_text_per_language"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} · {self.language}"


class RecipientStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    HANDED_OVER = "handed_over", _("Handed over")
    CANCELLED = "cancelled", _("Cancelled")


class CampaignRecipient(models.Model):
    """A guest who shall get a campaign: fixed when it starts, so that nobody gets it twice.

    `message` appears when the throttle lets it through; what became of it is the message's to tell.
    """

    campaign = models.ForeignKey(
        Campaign,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="recipients",
        verbose_name=_("campaign"),
    )
    guest = models.ForeignKey(
        Guest,
        on_delete=models.CASCADE,
        related_name="campaign_receipts",
        verbose_name=_("guest"),
    )
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=RecipientStatus.choices,
        default=RecipientStatus.WAITING,
        db_default=RecipientStatus.WAITING.value,
    )
    message = models.OneToOneField(
        Message,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="campaign_recipient",
        verbose_name=_("message"),
    )
    handed_over_at = models.DateTimeField(_("handed over at"), null=True, blank=True)
    unsubscribed_at = models.DateTimeField(_("unsubscribed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("recipient of a campaign")
        verbose_name_plural = _("recipients of campaigns")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["campaign", "guest"], name="notifications_campaign_reaches_a_guest_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["campaign", "id"],
                condition=models.Q(status="waiting"),
                name="notifications_recipients_due",
            ),
            models.Index(
                fields=["campaign", "handed_over_at"],
                condition=models.Q(handed_over_at__isnull=False),
                name="notifications_recipients_pace",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} · {self.guest_id}"
