"""Guests: the people an organisation knows. The CRM grows here; bookings only create or match a
guest (rule 99)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from restaurants.models import Organisation


class Guest(models.Model):
    """A person in one organisation's book. Identity: E.164 phone, else lower-cased e-mail (rule
    99)."""

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
        ]

    def __str__(self) -> str:
        return self.name


class MergeCandidate(models.Model):
    """Two records that may be one person: same phone under another name, or an e-mail known to
    another phone (rule 99)."""

    guest = models.ForeignKey(
        Guest,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="candidates",
        verbose_name=_("guest"),
    )
    name = models.CharField(_("name given"), max_length=150)
    reason = models.CharField(_("reason"), max_length=40)
    created_at = models.DateTimeField(_("created at"))
    dismissed_at = models.DateTimeField(_("dismissed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["guest", "name"], name="guests_candidate_name_is_noted_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guest} / {self.name}"
