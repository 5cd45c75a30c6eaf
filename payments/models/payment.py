"""A payment: one agreement about money, and the card kept for it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from payments.models.account import PaymentAccount, Provider
from reservehub.core.money import Money
from restaurants.models import Restaurant


class PaymentMode(models.TextChoices):
    """The words of `payments.facts.Mode`, translated."""

    CHARGE = "charge", _("Paid at once")
    AUTHORISE = "authorise", _("Held on the card")
    SAVE = "save", _("Card guarantee")


class PaymentStatus(models.TextChoices):
    """The words of `payments.facts.Status`, translated."""

    OPEN = "open", _("Waiting for the guest")
    CLOSED = "closed", _("Not paid")
    SAVED = "saved", _("Card saved")
    AUTHORISED = "authorised", _("Held")
    RELEASED = "released", _("Released")
    CAPTURED = "captured", _("Paid")
    PARTLY_REFUNDED = "partly_refunded", _("Partly refunded")
    REFUNDED = "refunded", _("Refunded")


class StoredMethod(models.Model):
    """A card kept at a provider: tokens only, never card data (PCI SAQ A)."""

    restaurant = models.ForeignKey(
        Restaurant, on_delete=models.PROTECT, db_index=False, verbose_name=_("restaurant")
    )
    provider = models.CharField(_("provider"), max_length=20, choices=Provider.choices)
    customer_token = models.CharField(_("customer at the provider"), max_length=255, blank=True)
    method_token = models.CharField(_("card at the provider"), max_length=255)
    brand = models.CharField(_("brand"), max_length=30, blank=True)
    last4 = models.CharField(_("last digits"), max_length=4, blank=True)
    expires = models.CharField(_("expires"), max_length=7, blank=True, help_text="2029-05")
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("saved card")
        verbose_name_plural = _("saved cards")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["restaurant", "provider", "method_token"],
                name="payments_a_card_is_kept_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand} •••• {self.last4}".strip()


class Payment(models.Model):
    """What a guest has agreed to pay, hold or guarantee, and what came of it.

    Sums and `status` are those of the ledger (`payments.facts`), written by
    `services.payment_note` alone. No more than `limit_minor` is ever taken in all. Amounts are
    minor units of `currency`.
    """

    public_id = models.UUIDField(_("number"), default=uuid.uuid4, unique=True, editable=False)
    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="payments",
        verbose_name=_("restaurant"),
    )
    account = models.ForeignKey(
        PaymentAccount,
        on_delete=models.SET_NULL,
        null=True,
        verbose_name=_("account"),
    )
    provider = models.CharField(_("provider"), max_length=20, choices=Provider.choices)
    account_name = models.CharField(_("account at the provider"), max_length=100, blank=True)
    reference = models.CharField(_("what it is for"), max_length=64)
    mode = models.CharField(_("kind"), max_length=20, choices=PaymentMode.choices)
    status = models.CharField(
        _("status"), max_length=20, choices=PaymentStatus.choices, default=PaymentStatus.OPEN
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount_minor = models.PositiveBigIntegerField(
        _("amount asked for now, minor units"), help_text=_("0 for a card guarantee.")
    )
    limit_minor = models.PositiveBigIntegerField(_("most that may be taken, minor units"))
    description = models.CharField(_("description"), max_length=200, blank=True)

    authorised_minor = models.BigIntegerField(_("held, minor units"), default=0)
    captured_minor = models.BigIntegerField(_("taken, minor units"), default=0)
    refunded_minor = models.BigIntegerField(_("refunded, minor units"), default=0)
    disputed_minor = models.BigIntegerField(_("disputed, minor units"), default=0)
    fee_minor = models.BigIntegerField(_("provider's fees, minor units"), default=0)

    provider_id = models.CharField(
        _("number at the provider"),
        max_length=255,
        blank=True,
        help_text=_("Of the try under way, or of the one that worked."),
    )
    attempt = models.PositiveSmallIntegerField(_("try"), default=1)
    method = models.ForeignKey(
        StoredMethod,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=pgettext_lazy("of a bank", "card"),
    )
    held_until = models.DateTimeField(_("held until"), null=True, blank=True)
    last_refusal = models.CharField(_("last refusal"), max_length=100, blank=True)
    secured_at = models.DateTimeField(_("given at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["reference"], name="payments_by_reference"),
            models.Index(fields=["restaurant", "created_at", "id"], name="payments_of_restaurant"),
            models.Index(
                fields=["provider", "provider_id"],
                name="payments_by_provider_id",
                condition=~models.Q(provider_id=""),
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(limit_minor__gte=models.F("amount_minor")),
                name="payments_asks_at_most_the_limit",
            ),
            models.CheckConstraint(
                condition=models.Q(mode="save", amount_minor=0)
                | (~models.Q(mode="save") & models.Q(amount_minor__gt=0)),
                name="payments_a_guarantee_asks_for_no_money",
            ),
            models.UniqueConstraint(
                fields=["reference", "mode"],
                name="payments_one_open_payment_of_a_kind",
                condition=models.Q(status="open"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def is_card_forgotten(self) -> bool:
        """A card was given and nothing taken, and it is not kept any more."""
        return self.status == PaymentStatus.SAVED and self.method_id is None

    @property
    def kept_minor(self) -> int:
        """What is ours now."""
        return self.captured_minor - self.refunded_minor - self.disputed_minor
