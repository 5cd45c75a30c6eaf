"""The people an organisation knows; bookings only create or match a guest (rule 99)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Reverse
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from restaurants.models import Organisation


class Guest(models.Model):
    """A person in one organisation's book. Identity: E.164 phone, else lower-cased e-mail (rule
    99).

    A record merged into another stays, with its contacts, and points to the one that is kept: who
    books with the old number is found as the same person (rule 100).
    """

    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="guests",
        verbose_name=_("organisation"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        db_index=False,
        null=True,
        blank=True,
        related_name="guest_records",
        verbose_name=_("customer account"),
    )
    name = models.CharField(_("name"), max_length=150)
    phone = PhoneNumberField(_("phone"), null=True, blank=True)
    # Null rather than empty, as the database has to keep it unique only where there is one.
    email = models.EmailField(_("e-mail"), null=True, blank=True)  # noqa: DJ001
    language = models.CharField(_("language"), max_length=10, default="en")
    is_vip = models.BooleanField(_("VIP"), default=False)
    is_blocked = models.BooleanField(
        _("blocked"),
        default=False,
        help_text=_("Sees “no online availability” (rule 102)."),
    )
    block_reason = models.CharField(_("reason for the block"), max_length=300, blank=True)
    dietary_needs = ArrayField(
        models.CharField(max_length=40),
        default=list,
        db_default=[],
        blank=True,
        verbose_name=_("dietary needs"),
        help_text=_("Kept only where the guest agreed (rule 107)."),
    )
    keeps_health_notes = models.BooleanField(
        _("health notes are kept after the visit"),
        default=False,
        db_default=False,
        help_text=_("Otherwise they are purged 30 days after the last visit (rule 107)."),
    )
    preferred_features = ArrayField(
        models.CharField(max_length=40),
        default=list,
        db_default=[],
        blank=True,
        verbose_name=_("preferred table features"),
    )
    preferences = models.CharField(
        _("preferences"), max_length=500, blank=True, default="", db_default=""
    )
    has_marketing_consent = models.BooleanField(
        _("agreed to offers and news"),
        default=False,
        db_default=False,
        editable=False,
        help_text=_("The last word of the consent ledger."),
    )
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        db_index=False,
        null=True,
        blank=True,
        editable=False,
        related_name="merged_records",
        verbose_name=_("merged into"),
    )
    imported_from = models.ForeignKey(
        "guests.GuestImport",
        on_delete=models.SET_NULL,
        db_index=False,
        null=True,
        blank=True,
        editable=False,
        related_name="guests",
        verbose_name=_("came with the file"),
    )
    anonymised_at = models.DateTimeField(_("anonymised at"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("guest")
        verbose_name_plural = _("guests")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation", "phone"],
                condition=models.Q(phone__isnull=False),
                name="guests_phone_is_unique_in_an_organisation",
            ),
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=models.Q(phone__isnull=True, email__isnull=False),
                name="guests_email_is_unique_where_there_is_no_phone",
            ),
            models.CheckConstraint(
                condition=models.Q(phone__isnull=True) | ~models.Q(phone=""),
                name="guests_phone_is_null_rather_than_empty",
            ),
            models.CheckConstraint(
                condition=models.Q(email__isnull=True) | ~models.Q(email=""),
                name="guests_email_is_null_rather_than_empty",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organisation", "email"], name="guests_by_email"),
            models.Index(
                fields=["user"], condition=models.Q(user__isnull=False), name="guests_by_account"
            ),
            models.Index(
                fields=["merged_into"],
                condition=models.Q(merged_into__isnull=False),
                name="guests_by_kept_record",
            ),
            GinIndex(fields=["name"], opclasses=["gin_trgm_ops"], name="guests_by_name_parts"),
            GinIndex(fields=["email"], opclasses=["gin_trgm_ops"], name="guests_by_email_parts"),
            # Staff type the last digits of a number; those who list the book, nothing.
            models.Index(
                "organisation",
                OpClass(Reverse("phone"), name="text_pattern_ops"),
                name="guests_by_phone_tail",
            ),
            models.Index(
                fields=["organisation", "name", "id"],
                condition=models.Q(merged_into=None, anonymised_at=None),
                name="guests_in_order_of_names",
            ),
        ]

    def __str__(self) -> str:
        return self.name
