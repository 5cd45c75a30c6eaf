"""What guests on the waitlist were offered, and who was passed over."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.models import Hold, Reservation
from restaurants.models import Area, Restaurant
from waitlist.models.entries import WaitlistEntry


class OfferStatus(models.TextChoices):
    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Not answered in time")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class OfferCause(models.TextChoices):
    """What made the capacity."""

    CANCELLED = "cancelled", _("A booking was cancelled")
    CHANGED = "changed", _("A booking was changed")
    NO_SHOW = "no_show", _("A party did not come")
    LEFT_EARLY = "left_early", _("A party left early")
    REFUSED = "refused", _("A request was declined or expired")
    TABLE = "table", _("A table was added or unblocked")
    CONFIGURATION = "configuration", _("Hours or limits were changed")
    PASSED_ON = "passed_on", _("Somebody else did not take it")
    LOOKED = "looked", _("Found free")
    STAFF = "staff", _("Offered by staff")


class WaitlistOffer(models.Model):
    """A table offered to one guest for a while.

    `hold` keeps the real tables meanwhile (rule 88); broadcast offers have none: first wins (rule
    90). `since` is when the capacity came, and stays when it is passed on (rule 87).
    """

    entry = models.ForeignKey(
        WaitlistEntry,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="offers",
        verbose_name=_("entry"),
    )
    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="waitlist_offers",
        verbose_name=_("restaurant"),
    )
    status = models.CharField(
        _("status"), max_length=20, choices=OfferStatus.choices, default=OfferStatus.OPEN
    )
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
        verbose_name=_("hold"),
    )
    service_date = models.DateField(_("service date"))
    local_date = models.DateField(_("wall date"))
    local_time = models.TimeField(_("wall time"))
    fold = models.PositiveSmallIntegerField(_("second pass of the repeated hour"), default=0)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    party_size = models.PositiveSmallIntegerField(_("party size"))
    area = models.ForeignKey(
        Area,
        on_delete=models.SET_NULL,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("area"),
        help_text=_("The area asked of the engine; none: any."),
    )
    table_ids = ArrayField(
        models.BigIntegerField(), default=list, db_default=[], blank=True, verbose_name=_("tables")
    )
    cause = models.CharField(_("cause"), max_length=20, choices=OfferCause.choices)
    is_broadcast = models.BooleanField(
        _("told to all, first wins"), default=False, db_default=False
    )
    since = models.DateTimeField(_("free since"))
    made_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("answer until"))
    answered_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    reservation = models.ForeignKey(
        Reservation,
        on_delete=models.SET_NULL,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reservation"),
    )
    nonce = models.CharField(max_length=40, editable=False)

    class Meta:
        verbose_name = _("waitlist offer")
        verbose_name_plural = _("waitlist offers")
        ordering: ClassVar[list[str]] = ["made_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["entry"],
                condition=models.Q(status="open"),
                name="waitlist_one_open_offer_per_entry",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="waitlist_offer_ends_after_it_starts",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["entry", "made_at"], name="waitlist_offers_of_entry"),
            models.Index(
                fields=["expires_at"],
                condition=models.Q(status="open"),
                name="waitlist_open_offers",
            ),
            models.Index(fields=["restaurant", "service_date"], name="waitlist_offers_by_day"),
            models.Index(
                fields=["reservation"],
                condition=models.Q(reservation__isnull=False),
                name="waitlist_offers_by_booking",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_date} {self.local_time:%H:%M} · {self.party_size}"


class SkipReason(models.TextChoices):
    """Why somebody who came earlier was passed over."""

    PRIORITY = "priority", _("The other has priority")
    LARGER_PARTY_FIRST = "larger_party_first", _("The table goes to parties that fill it first")
    EXACT_TIME_FIRST = "exact_time_first", _("The other wished exactly this time")
    NO_FIT = "no_fit", _("The tables do not suit the party")
    UNAVAILABLE_AREA = "unavailable_area", _("Not in the area that was wished")
    NOT_TAKEN_BEFORE = "not_taken_before", _("Did not take this time before")
    PAUSED = "paused", _("Paused after unanswered offers")
    HAS_OFFER = "has_offer", _("Has an offer already")
    BUSY_ELSEWHERE = "busy_elsewhere", _("Has a booking around that time")
    BLOCKED = "blocked", _("Blocked")
    BY_STAFF = "by_staff", _("Staff chose so")


class WaitlistSkip(models.Model):
    """Somebody who joined earlier and wished this time, but another was offered it (rule 87).

    Never changed.
    """

    entry = models.ForeignKey(
        WaitlistEntry,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="skips",
        verbose_name=_("passed over"),
    )
    offer = models.ForeignKey(
        WaitlistOffer,
        on_delete=models.CASCADE,
        related_name="skips",
        verbose_name=_("in favour of"),
    )
    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="+",
        verbose_name=_("restaurant"),
    )
    service_date = models.DateField(_("service date"))
    starts_at = models.DateTimeField(_("starts at"))
    reason = models.CharField(_("reason"), max_length=20, choices=SkipReason.choices)
    occurred_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("passed over on the waitlist")
        verbose_name_plural = _("passed over on the waitlist")
        ordering: ClassVar[list[str]] = ["occurred_at", "id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["entry", "occurred_at"], name="waitlist_skips_of_entry"),
            models.Index(fields=["restaurant", "service_date"], name="waitlist_skips_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.entry} · {self.get_reason_display()}"
