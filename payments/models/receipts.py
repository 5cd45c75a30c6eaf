"""What providers have told us, once each."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext_lazy as _

from payments.models.account import Provider


class WebhookReceipt(models.Model):
    """One event of a provider, received once, handled after commit.

    `notice` is what the adapter read out of it (`payments.gateways.base.Notice` as JSON), without
    names, addresses or card data; the token of a card until it is handled.
    """

    provider = models.CharField(_("provider"), max_length=20, choices=Provider.choices)
    event_id = models.CharField(_("event"), max_length=255)
    kind = models.CharField(_("type"), max_length=100, blank=True)
    notice = models.JSONField(_("what it says"), default=dict)
    received_at = models.DateTimeField(_("received at"))
    handled_at = models.DateTimeField(_("handled at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_attempt_at = models.DateTimeField(_("next try at"))
    last_error = models.CharField(_("last error"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering: ClassVar[list[str]] = ["-received_at", "-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["next_attempt_at"],
                name="payments_webhooks_to_handle",
                condition=models.Q(handled_at=None),
            ),
            models.Index(
                KeyTextTransform("public_id", "notice"), name="payments_webhooks_of_payment"
            ),
            models.Index(
                KeyTextTransform("provider_id", "notice"), name="payments_webhooks_of_object"
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["provider", "event_id"], name="payments_a_webhook_counts_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"
