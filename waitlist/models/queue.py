"""The queue at the door: parties without a booking that wait for a table tonight (rules 93-98)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from bookings.models import Hold, Reservation
from guests.models import Guest
from restaurants.models import Area, Restaurant
from waitlist.queue.rules import HOLD

HOLD_MINUTES = int(HOLD / timedelta(minutes=1))
"""How long a table that is ready is held for its party (rule 97)."""


class QueueStatus(models.TextChoices):
    """The first three are Google's words."""

    WAITING = "WAITING", _("Waiting")
    SERVICE_READY = "SERVICE_READY", _("Table ready")
    SEATED = "SEATED", _("Seated")
    SKIPPED = "SKIPPED", _("Skipped, keeps the place")
    NO_SHOW = "NO_SHOW", _("Did not come")
    CANCELED = "CANCELED", _("Left the queue")
    REMOVED = "REMOVED", _("Taken off by the restaurant")


IN_QUEUE = (QueueStatus.WAITING, QueueStatus.SERVICE_READY, QueueStatus.SKIPPED)
"""Still hoping for a table."""
_IN_QUEUE = [str(status) for status in IN_QUEUE]


class QueueSource(models.TextChoices):
    HOST = "host", _("At the door")
    REMOTE = "remote", _("From afar")
    TELEGRAM = "telegram", _("Telegram")
    GOOGLE = "google", _("Google")


class QueueSettings(models.Model):
    """How one restaurant runs its queue. Without a row the defaults hold."""

    restaurant = models.OneToOneField(
        Restaurant,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="queue_settings",
        verbose_name=_("restaurant"),
    )
    is_remote_open = models.BooleanField(
        _("guests may join from afar"), default=False, db_default=False
    )
    most_remote = models.PositiveSmallIntegerField(
        _("parties from afar at once"), default=10, db_default=10
    )
    most_minutes_away = models.PositiveSmallIntegerField(
        _("may be so many minutes away"), default=45, db_default=45
    )
    largest_remote_party = models.PositiveSmallIntegerField(
        _("largest party from afar"), default=8, db_default=8, validators=[MinValueValidator(1)]
    )

    class Meta:
        verbose_name = _("queue settings")
        verbose_name_plural = _("queue settings")

    def __str__(self) -> str:
        return str(self.restaurant)


class QueueEntry(models.Model):
    """One party in the queue of one evening.

    `quoted_*`, `middle_minutes` and `promised_at` are what the party was told when it joined and
    never change, so that promises can be compared with what happened; `told_*` is what it was told
    last. All minutes count from `joined_at`. `version` grows with every change.
    """

    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="queue_entries",
        verbose_name=_("restaurant"),
    )
    guest = models.ForeignKey(
        Guest,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="queue_entries",
        verbose_name=_("guest"),
    )
    status = models.CharField(
        _("status"), max_length=20, choices=QueueStatus.choices, default=QueueStatus.WAITING
    )
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1)
    source = models.CharField(
        _("source"), max_length=20, choices=QueueSource.choices, default=QueueSource.HOST
    )
    service_date = models.DateField(_("service date"))
    joined_at = models.DateTimeField(_("joined at"))

    name = models.CharField(_("name"), max_length=150, blank=True)
    phone = PhoneNumberField(_("phone"), blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=10, default="en", db_default="en")
    party_size = models.PositiveSmallIntegerField(
        _("party size"), validators=[MinValueValidator(1), MaxValueValidator(500)]
    )
    area = models.ForeignKey(
        Area,
        on_delete=models.SET_NULL,
        db_index=False,
        null=True,
        blank=True,
        verbose_name=_("only in this area"),
    )
    required_features = ArrayField(
        models.CharField(max_length=40),
        default=list,
        db_default=[],
        blank=True,
        verbose_name=_("table features needed"),
    )
    note = models.CharField(_("note"), max_length=300, blank=True, default="", db_default="")
    eta_minutes = models.PositiveSmallIntegerField(
        _("minutes away when joining"), null=True, blank=True
    )

    quoted_low = models.PositiveSmallIntegerField(_("quoted from, minutes"))
    quoted_high = models.PositiveSmallIntegerField(_("quoted to, minutes"))
    middle_minutes = models.PositiveSmallIntegerField(_("middle estimate, minutes"))
    promised_at = models.DateTimeField(_("promised by"))
    had_to_wait = models.BooleanField(
        _("no table was free on arrival"), default=True, db_default=True
    )
    told_low = models.PositiveSmallIntegerField(_("last told from, minutes"))
    told_high = models.PositiveSmallIntegerField(_("last told to, minutes"))
    told_longer_at = models.DateTimeField(_("told of a longer wait at"), null=True, blank=True)

    ready_at = models.DateTimeField(_("table ready at"), null=True, blank=True)
    nudged_at = models.DateTimeField(_("reminded at"), null=True, blank=True)
    coming_at = models.DateTimeField(_("said to be coming at"), null=True, blank=True)
    skips = models.PositiveSmallIntegerField(_("times skipped"), default=0, db_default=0)
    # Holds are deleted by plain statements, whoever needs the place (rule 51): an id that leads
    # nowhere means that the table is no longer held.
    hold = models.ForeignKey(
        Hold,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("hold of the ready table"),
    )
    table_ids = ArrayField(
        models.BigIntegerField(),
        default=list,
        db_default=[],
        blank=True,
        verbose_name=_("tables held or taken"),
    )
    seated_at = models.DateTimeField(_("seated at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    reservation = models.ForeignKey(
        Reservation,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="queue_entries",
        verbose_name=_("visit"),
    )
    undo = models.JSONField(_("before it ended"), null=True, blank=True, editable=False)
    link_nonce = models.CharField(max_length=40, editable=False)
    token_hash = models.CharField(max_length=64, editable=False)

    class Meta:
        verbose_name = _("party in the queue")
        verbose_name_plural = _("queue")
        ordering: ClassVar[list[str]] = ["joined_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["token_hash"], name="waitlist_queue_token_is_unique"),
            models.UniqueConstraint(
                fields=["restaurant", "phone"],
                condition=models.Q(status__in=_IN_QUEUE) & ~models.Q(phone=""),
                name="waitlist_one_place_in_the_queue_per_phone",
            ),
            models.CheckConstraint(
                condition=models.Q(party_size__gte=1), name="waitlist_queue_entry_has_a_party"
            ),
            models.CheckConstraint(
                condition=models.Q(quoted_low__lte=models.F("quoted_high")),
                name="waitlist_queue_quote_is_a_range",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["restaurant", "service_date", "joined_at"], name="waitlist_queue_by_day"
            ),
            models.Index(
                fields=["restaurant", "joined_at"],
                condition=models.Q(status__in=_IN_QUEUE),
                name="waitlist_queue_in_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name or '#' + str(self.pk)} · {self.party_size}"

    @property
    def is_in_queue(self) -> bool:
        return self.status in IN_QUEUE

    @property
    def held_until(self) -> datetime | None:
        """Until when the ready table is kept; None unless one is."""
        if self.ready_at is None or self.status != QueueStatus.SERVICE_READY:
            return None
        return self.ready_at + HOLD


class QueueSkipReason(models.TextChoices):
    DOES_NOT_FIT = "does_not_fit", _("These tables do not suit them")
    AHEAD_ABSENT = "ahead_absent", _("Not at the door when called")
    BY_HOST = "by_host", _("The host chose so")
    NOT_COME = "not_come", _("Did not come to the ready table")


class QueueSkip(models.Model):
    """Who was passed over, in whose favour, by whom and why (rule 96). Never changed."""

    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="+",
        verbose_name=_("restaurant"),
    )
    entry = models.ForeignKey(
        QueueEntry,
        on_delete=models.CASCADE,
        related_name="skip_records",
        verbose_name=_("party passed over"),
    )
    in_favour_of = models.ForeignKey(
        QueueEntry,
        on_delete=models.CASCADE,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("party that was called"),
    )
    reason = models.CharField(_("reason"), max_length=20, choices=QueueSkipReason.choices)
    actor_kind = models.CharField(_("by"), max_length=20)
    actor_label = models.CharField(_("name"), max_length=150, blank=True)
    table_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    occurred_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("passed over in the queue")
        verbose_name_plural = _("passed over in the queue")
        ordering: ClassVar[list[str]] = ["occurred_at", "id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["restaurant", "occurred_at"], name="waitlist_queue_skips"),
        ]

    def __str__(self) -> str:
        return f"{self.entry} · {self.get_reason_display()}"
