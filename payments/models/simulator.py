"""The books of the simulator: what a payment provider keeps on its own side.

Nothing of ours reads them but `payments.gateways.simulator`, and no key leads from here to our own
tables: the simulator learns of a payment what a provider would be told, and no more.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from payments.models.disputes import DisputeStatus
from payments.models.ledger import LedgerKind
from payments.models.payment import PaymentMode
from reservehub.core.money import Money


class SimulatedState(models.TextChoices):
    OPEN = "open", _("Waiting for the guest")
    DONE = "done", _("Done")
    DEAD = "dead", _("Given up")


class SimulatedCardKind(models.TextChoices):
    """What the bank behind a saved card does when it is charged while the guest is away."""

    GOOD = "good", _("Pays")
    POOR = "poor", _("Refuses")
    ASKS = "asks", _("Wants the guest to take part")


class SimulatedPayment(models.Model):
    """One try at a payment, as the provider sees it: a merchant's order behind a secret page.

    :ivar secret: opens the hosted page
    :ivar amount_minor: 0 where only a card is saved
    """

    provider_id = models.CharField(_("number"), max_length=40, unique=True)
    secret = models.CharField(_("secret of the page"), max_length=43, unique=True)
    public_id = models.CharField(_("number at the merchant"), max_length=36, db_index=True)
    account = models.CharField(_("merchant"), max_length=100, blank=True)
    mode = models.CharField(_("kind"), max_length=20, choices=PaymentMode.choices)
    amount_minor = models.PositiveBigIntegerField(_("amount, minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    description = models.CharField(_("description"), max_length=200, blank=True)
    return_url = models.CharField(_("way back"), max_length=500, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    state = models.CharField(
        _("state"), max_length=10, choices=SimulatedState.choices, default=SimulatedState.OPEN
    )
    card = models.ForeignKey(
        "payments.SimulatedCard",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=pgettext_lazy("of a bank", "card"),
    )
    held_until = models.DateTimeField(_("held until"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("simulated payment")
        verbose_name_plural = _("simulated payments")
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.provider_id

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class SimulatedCard(models.Model):
    """A card as the provider keeps it: the merchant gets the two tokens."""

    customer_token = models.CharField(_("customer"), max_length=40)
    method_token = models.CharField(_("token"), max_length=40, unique=True)
    kind = models.CharField(_("behaviour"), max_length=10, choices=SimulatedCardKind.choices)
    brand = models.CharField(_("brand"), max_length=30)
    last4 = models.CharField(_("last digits"), max_length=4)
    expires = models.CharField(_("expires"), max_length=7)

    class Meta:
        verbose_name = _("simulated card")
        verbose_name_plural = _("simulated cards")

    def __str__(self) -> str:
        return f"{self.brand} •••• {self.last4}"


class SimulatedMovement(models.Model):
    """Something that happened, with an id of its own.

    :ivar visible_at: from then on the provider tells of it; later than it happened where the bank
        takes its time
    """

    payment = models.ForeignKey(
        SimulatedPayment,
        on_delete=models.CASCADE,
        related_name="movements",
        verbose_name=_("payment"),
    )
    kind = models.CharField(_("what"), max_length=20, choices=LedgerKind.choices)
    provider_id = models.CharField(_("number"), max_length=40)
    amount_minor = models.PositiveBigIntegerField(_("amount, minor units"), default=0)
    currency = models.CharField(_("currency"), max_length=3)
    code = models.CharField(_("code"), max_length=100, blank=True)
    occurred_at = models.DateTimeField(_("happened at"))
    visible_at = models.DateTimeField(_("told from"))

    class Meta:
        verbose_name = _("simulated movement")
        verbose_name_plural = _("simulated movements")
        ordering: ClassVar[list[str]] = ["occurred_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["kind", "provider_id"], name="payments_simulated_movements_have_numbers"
            ),
        ]

    def __str__(self) -> str:
        return self.provider_id


class SimulatedDispute(models.Model):
    """The cardholder asked the bank for the money back."""

    payment = models.ForeignKey(
        SimulatedPayment,
        on_delete=models.CASCADE,
        related_name="disputes",
        verbose_name=_("payment"),
    )
    provider_id = models.CharField(_("number"), max_length=40, unique=True)
    status = models.CharField(_("status"), max_length=20, choices=DisputeStatus.choices)
    reason = models.CharField(_("reason"), max_length=100)
    amount_minor = models.PositiveBigIntegerField(_("amount, minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    respond_by = models.DateTimeField(_("answer by"))
    opened_at = models.DateTimeField(_("opened at"))
    told_at = models.DateTimeField(_("state of"))

    class Meta:
        verbose_name = _("simulated dispute")
        verbose_name_plural = _("simulated disputes")
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return self.provider_id


class SimulatedCall(models.Model):
    """A call answered once: the same key again gets the same answer, and nothing is done twice.

    :ivar fingerprint: what was asked; another question under the same key is refused
    :ivar refusal: code of the refusal; empty where it was done
    """

    key = models.CharField(_("idempotency key"), max_length=45, unique=True)
    fingerprint = models.CharField(_("question"), max_length=200)
    provider_id = models.CharField(_("payment"), max_length=40, blank=True)
    refusal = models.CharField(_("refusal"), max_length=100, blank=True)
    needs_guest = models.BooleanField(_("the guest must take part"), default=False)
    called_at = models.DateTimeField(_("called at"))

    class Meta:
        verbose_name = _("simulated call")
        verbose_name_plural = _("simulated calls")

    def __str__(self) -> str:
        return self.key


class SimulatedEvent(models.Model):
    """A message to the merchant, tried until it is taken; a lost one is never sent."""

    event_id = models.CharField(_("number"), max_length=40, unique=True)
    payment = models.ForeignKey(
        SimulatedPayment, on_delete=models.CASCADE, related_name="events", verbose_name=_("payment")
    )
    body = models.TextField(_("message"))
    is_lost = models.BooleanField(_("lost on the way"), default=False)
    next_try_at = models.DateTimeField(_("next try at"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    taken_at = models.DateTimeField(_("taken at"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("simulated message")
        verbose_name_plural = _("simulated messages")
        ordering: ClassVar[list[str]] = ["id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["next_try_at"],
                name="payments_simulated_to_send",
                condition=models.Q(taken_at=None, is_lost=False),
            ),
        ]

    def __str__(self) -> str:
        return self.event_id
