"""Comparing the provider's list with ours."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from payments.models.account import PaymentAccount
from payments.models.payment import Payment


class Reconciliation(models.Model):
    """One comparison of an account over `[since, until)`."""

    account = models.ForeignKey(
        PaymentAccount,
        on_delete=models.CASCADE,
        related_name="reconciliations",
        verbose_name=_("account"),
    )
    since = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"))
    compared = models.PositiveIntegerField(_("compared"), default=0)
    error = models.CharField(_("error"), max_length=200, blank=True)
    run_at = models.DateTimeField(_("run at"))

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        ordering: ClassVar[list[str]] = ["-run_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "since", "until"], name="payments_a_day_is_compared_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.since:%Y-%m-%d}"


class DifferenceKind(models.TextChoices):
    MISSING_HERE = "missing_here", _("We did not know of it")
    MISSING_THERE = "missing_there", _("The provider does not know of it")
    AMOUNT = "amount", _("The amounts differ")
    UNKNOWN_PAYMENT = "unknown_payment", _("It belongs to no payment of ours")


class Difference(models.Model):
    """Something the two lists did not agree on. What only the provider knew is taken over at once
    (`is_mended`); the rest is for people, until one of them has `looked_at` it.
    """

    reconciliation = models.ForeignKey(
        Reconciliation,
        on_delete=models.CASCADE,
        related_name="differences",
        verbose_name=_("reconciliation"),
    )
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("payment")
    )
    kind = models.CharField(_("what"), max_length=20, choices=DifferenceKind.choices)
    fact_kind = models.CharField(_("about"), max_length=20)
    provider_id = models.CharField(_("number at the provider"), max_length=255)
    ours_minor = models.BigIntegerField(_("ours, minor units"), null=True, blank=True)
    theirs_minor = models.BigIntegerField(_("theirs, minor units"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    is_mended = models.BooleanField(_("taken over"), default=False)
    looked_at = models.DateTimeField(_("looked at"), null=True, blank=True)
    looked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("looked at by"),
    )
    note = models.CharField(_("note"), max_length=300, blank=True, db_default="")

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.provider_id}"
