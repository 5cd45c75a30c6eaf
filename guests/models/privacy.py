"""How long an organisation knows idle guests, and the links by which guests see what is known."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from guests.models.guest import Guest
from restaurants.models import Organisation

IDLE_MONTHS = 24


class PrivacySettings(models.Model):
    """What an organisation decided. Without a row the defaults hold (rule 108)."""

    organisation = models.OneToOneField(
        Organisation,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="privacy_settings",
        verbose_name=_("organisation"),
    )
    idle_months = models.PositiveSmallIntegerField(
        _("forget guests idle for, months"),
        default=IDLE_MONTHS,
        db_default=IDLE_MONTHS,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
        help_text=_("Their names and contacts are erased then; the numbers stay."),
    )

    class Meta:
        verbose_name = _("privacy settings")
        verbose_name_plural = _("privacy settings")

    def __str__(self) -> str:
        return str(self.organisation)


class PrivacyLink(models.Model):
    """Opens to a guest what is stored about them.

    It is sent to the contact by which the guest is known, so whoever has it is that person. Only
    the nonce and the hash are stored.
    """

    guest = models.ForeignKey(
        Guest, on_delete=models.CASCADE, related_name="privacy_links", verbose_name=_("guest")
    )
    nonce = models.CharField(max_length=40, editable=False)
    token_hash = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"))

    class Meta:
        verbose_name = _("link to what is stored")
        verbose_name_plural = _("links to what is stored")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["token_hash"], name="guests_privacy_token_is_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.guest_id} · {self.expires_at:%Y-%m-%d %H:%M}"
