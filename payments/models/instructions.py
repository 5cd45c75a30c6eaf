"""What we tell a provider to do: written in the transaction that decides it, done after it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from payments.models.payment import Payment


class InstructionKind(models.TextChoices):
    PAY = "pay", _("Pay with the card given")
    CHARGE = "charge", _("Charge the saved card")
    AUTHORISE = "authorise", _("Hold on the saved card")
    CAPTURE = "capture", _("Take what is held")
    RELEASE = "release", _("Release what is held")
    REFUND = "refund", _("Refund")
    FORGET = "forget", _("Forget the saved card")


class InstructionStatus(models.TextChoices):
    QUEUED = "queued", _("Queued")
    UNDER_WAY = "under_way", pgettext_lazy("instruction", "Under way")
    UNCERTAIN = "uncertain", _("Answer lost")
    ACCEPTED = "accepted", _("Accepted, outcome awaited")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")
    SAID_DONE = "said_done", _("Done, as your team says")


IN_HAND = (
    InstructionStatus.QUEUED,
    InstructionStatus.UNDER_WAY,
    InstructionStatus.UNCERTAIN,
    InstructionStatus.ACCEPTED,
)
"""It may yet move money, or has moved some that the ledger does not know of."""
SPOKEN_FOR = (*IN_HAND, InstructionStatus.SAID_DONE)
"""Its amount may not be moved once more: that, or a person has said that it has moved."""
NO_WORD = "no_word"
"""Code of an instruction that may have been done already, where people have been told that nobody
can say.
"""
SAID_NOT_DONE = "said_not_done"
"""Code of one that was not done, as a person has said."""


class Instruction(models.Model):
    """One thing to be done at the provider, exactly once: every try carries the same key, so that
    the provider does it once though it may be told several times.
    """

    payment = models.ForeignKey(
        Payment,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="instructions",
        verbose_name=_("payment"),
    )
    kind = models.CharField(_("what"), max_length=20, choices=InstructionKind.choices)
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=InstructionStatus.choices,
        default=InstructionStatus.QUEUED,
    )
    amount_minor = models.PositiveBigIntegerField(_("amount, minor units"), default=0)
    key = models.CharField(_("idempotency key"), max_length=45, unique=True)
    source_token = models.CharField(
        _("one-time token of the card"), max_length=255, blank=True, editable=False
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    actor_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("by"),
    )
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_attempt_at = models.DateTimeField(_("next try at"))
    claimed_at = models.DateTimeField(_("under way since"), null=True, blank=True)
    object_id = models.CharField(
        _("payment at the provider"),
        max_length=255,
        blank=True,
        help_text=_("What is captured, released or refunded; a card until it is forgotten."),
    )
    provider_id = models.CharField(_("number at the provider"), max_length=255, blank=True)
    code = models.CharField(_("refusal"), max_length=100, blank=True)
    needs_guest = models.BooleanField(_("the guest must confirm it"), default=False)
    created_at = models.DateTimeField(_("created at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled by hand at"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("settled by"),
    )
    was_said_done = models.BooleanField(_("said to be done"), null=True, blank=True)
    settled_reason = models.CharField(
        _("why it was settled so"), max_length=300, blank=True, db_default=""
    )

    class Meta:
        verbose_name = _("instruction")
        verbose_name_plural = _("instructions")
        ordering: ClassVar[list[str]] = ["created_at", "id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["payment", "created_at"], name="payments_orders_of_payment"),
            models.Index(
                fields=["next_attempt_at"],
                name="payments_orders_to_carry_out",
                condition=models.Q(status__in=["queued", "under_way", "uncertain", "accepted"]),
            ),
            models.Index(
                fields=["provider_id"],
                name="payments_orders_by_number",
                condition=~models.Q(provider_id=""),
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["payment"],
                name="payments_one_taking_at_a_time",
                condition=models.Q(
                    kind__in=["pay", "charge", "authorise", "capture"],
                    status__in=["queued", "under_way", "uncertain", "accepted"],
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor}"

    @property
    def has_number(self) -> bool:
        """Whether the provider has given it one that is not merely that of what it acts on."""
        return self.provider_id not in ("", self.object_id)

    @property
    def was_settled(self) -> bool:
        """What became of it is known from a person alone: the provider has not told anything."""
        is_refused = self.status == InstructionStatus.REFUSED and self.code == SAID_NOT_DONE
        return is_refused or self.status == InstructionStatus.SAID_DONE
