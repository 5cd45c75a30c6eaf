"""The ledger: what happened to money, written once and never changed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from payments.facts import Fact, FactKind
from payments.models.payment import Payment


class LedgerKind(models.TextChoices):
    """The words of `payments.facts.FactKind`, translated."""

    SAVED = "saved", _("Card saved")
    AUTHORISED = "authorised", _("Held")
    RELEASED = "released", _("Released")
    CAPTURED = "captured", _("Taken")
    CAPTURE_FAILED = "capture_failed", _("Taking failed")
    REFUNDED = "refunded", _("Refunded")
    REFUND_FAILED = "refund_failed", _("Refund failed")
    DISPUTED = "disputed", _("Taken back by the bank")
    DISPUTE_WON = "dispute_won", _("Dispute won")
    FEE = "fee", _("Provider's fee")
    REFUSED = "refused", _("Card refused")


class LedgerSource(models.TextChoices):
    """How we learned of it."""

    ANSWER = "answer", _("Answer of the provider")
    WEBHOOK = "webhook", _("Webhook")
    LOOK_UP = "look_up", _("Asked the provider")
    RECONCILIATION = "reconciliation", _("Reconciliation")


class LedgerEntry(models.Model):
    """One fact about one payment, known once however often it is told."""

    payment = models.ForeignKey(
        Payment,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="entries",
        verbose_name=_("payment"),
    )
    kind = models.CharField(_("what"), max_length=20, choices=LedgerKind.choices)
    provider_id = models.CharField(_("number at the provider"), max_length=255)
    object_id = models.CharField(_("payment at the provider"), max_length=255, blank=True)
    amount_minor = models.PositiveBigIntegerField(_("amount, minor units"), default=0)
    currency = models.CharField(_("currency"), max_length=3)
    code = models.CharField(_("provider's code"), max_length=100, blank=True)
    source = models.CharField(_("learned from"), max_length=20, choices=LedgerSource.choices)
    occurred_at = models.DateTimeField(_("happened at"))
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering: ClassVar[list[str]] = ["occurred_at", "id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["provider_id"], name="payments_entries_by_number"),
            models.Index(fields=["object_id"], name="payments_entries_by_object"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["payment", "kind", "provider_id"], name="payments_a_fact_counts_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor} {self.currency}"

    def fact(self) -> Fact:
        """As the pure modules know it."""
        return Fact(
            kind=FactKind(self.kind),
            provider_id=self.provider_id,
            amount_minor=self.amount_minor,
            currency=self.currency,
            occurred_at=self.occurred_at,
            code=self.code,
            object_id=self.object_id,
        )
