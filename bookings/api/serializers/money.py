"""What a booking costs, and what is done about it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from bookings.api.serializers.steps import VersionSerializer
from bookings.deposits import BY_HAND, Kind
from bookings.models import DepositStatus
from payments.models import InstructionKind, InstructionStatus
from reservehub.core.api.fields import StrictSerializer

KINDS = [kind.value for kind in Kind if kind is not Kind.EXEMPT]
STATUSES = [status.value for status in DepositStatus if status is not DepositStatus.NOT_REQUIRED]
LARGEST = 2**53 - 1
"""What JSON numbers carry exactly everywhere."""


class MoneySerializer(StrictSerializer):
    """An exact amount: whole minor units of a currency."""

    amount_minor = serializers.IntegerField(
        min_value=0, max_value=LARGEST, help_text="Minor units: 1250 is €12.50, 1250 is ¥1250."
    )
    currency = serializers.RegexField(r"^[A-Z]{3}\Z", help_text="ISO 4217.")


class SlotDepositSerializer(serializers.Serializer[Any]):
    """What booking this start costs a guest who is not known yet; guests with no-shows or tags may
    pay more or less.
    """

    kind = serializers.ChoiceField(KINDS)
    amount = MoneySerializer(help_text="In all; of a card guarantee the most that can be charged.")
    per_person = MoneySerializer(allow_null=True, help_text="null: it does not depend on how many.")
    refund_until = serializers.DateTimeField(help_text="Until then everything goes back.")


class PaymentSerializer(serializers.Serializer[Any]):
    """The money of a reservation; the terms are those that the guest saw when booking."""

    status = serializers.ChoiceField(STATUSES)
    kind = serializers.ChoiceField(KINDS)
    amount = MoneySerializer(help_text="Charged or held; zero for a card guarantee.")
    limit = MoneySerializer(help_text="The most that may ever be taken.")
    currency = serializers.CharField()
    pay_url = serializers.URLField(
        allow_null=True,
        help_text="Where the guest pays. Only while something is to be paid, and only for the "
        "guest; staff ask for it with POST `payment`.",
    )
    expires_at = serializers.DateTimeField(
        allow_null=True, help_text="The table is free again if it is not paid by then."
    )
    refund_until = serializers.DateTimeField(help_text="Until then a cancellation costs nothing.")


class InstructionSerializer(serializers.Serializer[Any]):
    """What the provider was told to do."""

    kind = serializers.ChoiceField(InstructionKind.values)
    amount = MoneySerializer()
    status = serializers.ChoiceField(InstructionStatus.values)
    reason = serializers.CharField(allow_blank=True)
    code = serializers.CharField(allow_blank=True, help_text="Why it was refused.")
    created_at = serializers.DateTimeField()


class StaffPaymentSerializer(PaymentSerializer):
    """With what came of it, for those who may charge and refund."""

    taken = MoneySerializer()
    refunded = MoneySerializer()
    disputed = MoneySerializer()
    held = MoneySerializer()
    instructions = InstructionSerializer(many=True)


class BillSerializer(VersionSerializer):
    amount = MoneySerializer(help_text="In the currency of the restaurant; zero: on the house.")


class MoneyReasonSerializer(StrictSerializer):
    reason = serializers.CharField(
        max_length=300, help_text="For the audit; guests do not read it."
    )


class RefundSerializer(MoneyReasonSerializer):
    amount = MoneySerializer(
        required=False, allow_null=True, default=None, help_text="Left out: all of it."
    )

    def validate_amount(self, value: dict[str, Any] | None) -> dict[str, Any] | None:
        if value is not None and value["amount_minor"] == 0:
            raise serializers.ValidationError(_("Use an amount above zero."), code="min_value")
        return value


class FeeSerializer(MoneyReasonSerializer):
    missing = serializers.IntegerField(
        min_value=1,
        max_value=500,
        required=False,
        allow_null=True,
        default=None,
        help_text="So many of the party did not come. Left out: all.",
    )


class DepositAskSerializer(StrictSerializer):
    """What the guest is asked for by hand."""

    kind = serializers.ChoiceField([kind.value for kind in BY_HAND])
    amount = MoneySerializer(help_text="In all, or of each person. Of a guarantee, the most.")
    is_per_person = serializers.BooleanField(default=False)
    until = serializers.DateTimeField(
        required=False,
        allow_null=True,
        default=None,
        help_text="The last moment to pay, at the latest the start. Left out: four hours, never "
        "past two hours before the start.",
    )
    release_unpaid = serializers.BooleanField(
        default=True,
        help_text="The table is free again if it is not paid by then; false: the booking stays.",
    )

    def validate_kind(self, value: str) -> Kind:
        return Kind(value)


class NothingSerializer(StrictSerializer):
    """An empty body."""
