"""A message, from the moment it is owed until somebody has read it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.models import Reservation
from guests.models import Guest
from notifications.kinds import MANNERS, ChannelName, Kind, Manners
from restaurants.models import Restaurant
from waitlist.models import QueueEntry, WaitlistEntry, WaitlistOffer


class MessageStatus(models.TextChoices):
    """`WAITING` and `SENDING` are open, all others are ends (though reports may still improve
    them)."""

    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    READ = "read", _("Read")
    UNCERTAIN = "uncertain", _("Nobody knows whether it went out")
    FAILED = "failed", _("Could not be sent")
    DROPPED = "dropped", _("No longer wanted")


class Message(models.Model):
    """Something one reader has to be told once (requirement H3).

    Written in the transaction of its cause, with a `dedupe_key` that names the cause, so that the
    same cause never tells twice. A sender claims it by compare-and-swap (`status`, `attempts`),
    sends outside any transaction, and records. `channels` are those still to be tried, the current
    one first: a hard failure drops the first.
    """

    dedupe_key = models.CharField(_("cause"), max_length=200, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind.choices)
    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.CASCADE,
        related_name="messages",
        verbose_name=_("restaurant"),
    )
    reservation = models.ForeignKey(
        Reservation,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        db_index=False,
        related_name="messages",
        verbose_name=_("reservation"),
    )
    waitlist_entry = models.ForeignKey(
        WaitlistEntry,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("waitlist entry"),
    )
    waitlist_offer = models.ForeignKey(
        WaitlistOffer,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("waitlist offer"),
    )
    queue_entry = models.ForeignKey(
        QueueEntry,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("party in the queue"),
    )
    guest = models.ForeignKey(
        Guest,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("guest"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("member of staff"),
    )
    language = models.CharField(_("language"), max_length=10, default="en")
    channels = ArrayField(
        models.CharField(max_length=20, choices=ChannelName.choices),
        default=list,
        blank=True,
        verbose_name=_("channels"),
        help_text=_("Those still to be tried, the current one first."),
    )
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=MessageStatus.choices,
        default=MessageStatus.WAITING,
    )
    about_starts_at = models.DateTimeField(
        _("about the visit at"),
        null=True,
        blank=True,
        help_text=_("Messages by the clock are useless once the visit has another start."),
    )
    context = models.JSONField(_("context"), default=dict, blank=True)
    content = models.JSONField(
        _("content"),
        null=True,
        blank=True,
        help_text=_("What was sent, as it was sent; forgotten after some months."),
    )

    due_at = models.DateTimeField(_("due at"))
    expires_at = models.DateTimeField(_("not later than"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    round = models.PositiveSmallIntegerField(
        _("round"), default=0, help_text=_("How often a person had it sent again.")
    )
    channel_attempts = models.PositiveSmallIntegerField(_("attempts over this channel"), default=0)
    claimed_at = models.DateTimeField(_("being sent since"), null=True, blank=True)
    queued_at = models.DateTimeField(_("queued at"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(status="sending", claimed_at__isnull=False)
                | (~models.Q(status="sending") & models.Q(claimed_at=None)),
                name="notifications_message_being_sent_is_claimed",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(status="waiting"),
                name="notifications_waiting",
            ),
            models.Index(
                fields=["claimed_at"],
                condition=models.Q(status="sending"),
                name="notifications_being_sent",
            ),
            models.Index(
                fields=["restaurant", "-finished_at"],
                condition=models.Q(status__in=["failed", "uncertain"]),
                name="notifications_for_a_person",
            ),
            models.Index(fields=["reservation", "kind"], name="notifications_by_reservation"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.pk}"

    @property
    def manners(self) -> Manners:
        return MANNERS[Kind(self.kind)]


class AttemptOutcome(models.TextChoices):
    UNDER_WAY = "under_way", _("Under way")
    TAKEN = "taken", _("Taken by the provider")
    REFUSED = "refused", _("Refused, will be tried again")
    IMPOSSIBLE = "impossible", _("Refused for good")
    UNKNOWN = "unknown", _("Nobody knows")
    DELIVERED = "delivered", _("Delivered")
    READ = "read", _("Read")
    UNDELIVERED = "undelivered", _("Not delivered")


class MessageAttempt(models.Model):
    """One try over one channel, written before the network is touched."""

    message = models.ForeignKey(
        Message,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="tries",
        verbose_name=_("message"),
    )
    number = models.PositiveSmallIntegerField(_("number"))
    channel = models.CharField(_("channel"), max_length=20, choices=ChannelName.choices)
    provider = models.CharField(_("provider"), max_length=30)
    provider_id = models.CharField(_("provider's number"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=500)
    outcome = models.CharField(
        _("outcome"),
        max_length=20,
        choices=AttemptOutcome.choices,
        default=AttemptOutcome.UNDER_WAY,
    )
    code = models.CharField(_("code"), max_length=60, blank=True)
    detail = models.CharField(_("detail"), max_length=500, blank=True)
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering: ClassVar[list[str]] = ["message_id", "number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["message", "number"], name="notifications_attempts_are_numbered"
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_id"],
                condition=~models.Q(provider_id=""),
                name="notifications_provider_id_is_unique",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["channel", "address", "-id"], name="notifications_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} · {self.number}"
