"""Disputes: a guest asks the bank for the money back."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from payments.models.payment import Payment


class DisputeStatus(models.TextChoices):
    NEEDS_RESPONSE = "needs_response", _("Answer needed")
    UNDER_REVIEW = "under_review", _("With the bank")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")
    ACCEPTED = "accepted", pgettext_lazy("dispute", "Accepted")


class Dispute(models.Model):
    """A dispute as the provider last told it. While it is open, the guest's data is kept (the
    evidence must name them).
    """

    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="disputes", verbose_name=_("payment")
    )
    provider_id = models.CharField(_("number at the provider"), max_length=255)
    status = models.CharField(_("status"), max_length=20, choices=DisputeStatus.choices)
    reason = models.CharField(_("reason"), max_length=100, blank=True)
    amount_minor = models.PositiveBigIntegerField(_("amount, minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    respond_by = models.DateTimeField(_("answer by"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened at"))
    told_at = models.DateTimeField(
        _("state of"), help_text=_("When the provider said so; what it said earlier is stale.")
    )
    evidence_made_at = models.DateTimeField(_("evidence made at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering: ClassVar[list[str]] = ["-opened_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["payment", "provider_id"], name="payments_a_dispute_stands_once"
            ),
        ]

    def __str__(self) -> str:
        return self.provider_id
