"""Where the money of a restaurant goes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from restaurants.models import Restaurant


class Provider(models.TextChoices):
    STRIPE = "stripe", "Stripe"
    ADYEN = "adyen", "Adyen"
    SQUARE = "square", "Square"
    SIMULATOR = "simulator", _("Simulator (no real money)")


class PaymentAccount(models.Model):
    """The account of a restaurant at a provider. Keys come from the environment; what stands here
    is public: whose money it is.
    """

    restaurant = models.OneToOneField(
        Restaurant,
        on_delete=models.CASCADE,
        related_name="payment_account",
        verbose_name=_("restaurant"),
    )
    provider = models.CharField(_("provider"), max_length=20, choices=Provider.choices)
    account = models.CharField(
        _("account at the provider"),
        max_length=100,
        blank=True,
        help_text=_(
            "Stripe: the connected account (acct_…), empty for the platform's own. "
            "Adyen: the merchant account. Square: the location."
        ),
    )
    is_active = models.BooleanField(_("takes payments"), default=True)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))

    class Meta:
        verbose_name = _("payment account")
        verbose_name_plural = _("payment accounts")
        ordering: ClassVar[list[str]] = ["restaurant_id"]

    def __str__(self) -> str:
        return f"{self.get_provider_display()} {self.account}".strip()
