"""Payments, and what happened to each: the ledger, the instructions, the disputes."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from import_export.admin import ExportMixin
from import_export.fields import Field
from import_export.formats.base_formats import CSV, JSON, XLSX, Format
from import_export.resources import ModelResource
from unfold.contrib.import_export.forms import ExportForm
from unfold.decorators import display

from payments.admin.shown import MoneyAdmin, MoneyInline, OfPaymentAdmin, amount_text
from payments.models import (
    Dispute,
    DisputeStatus,
    Instruction,
    InstructionStatus,
    LedgerEntry,
    Payment,
    PaymentStatus,
)
from reservehub.core.money import Money
from restaurants.admin.acting import access_in
from restaurants.permissions import Capability

COLOURS = {
    PaymentStatus.OPEN: "warning",
    PaymentStatus.SAVED: "info",
    PaymentStatus.AUTHORISED: "info",
    PaymentStatus.CAPTURED: "success",
    PaymentStatus.PARTLY_REFUNDED: "success",
}
INSTRUCTION_COLOURS = {
    InstructionStatus.QUEUED: "info",
    InstructionStatus.UNDER_WAY: "info",
    InstructionStatus.UNCERTAIN: "warning",
    InstructionStatus.DONE: "success",
    InstructionStatus.REFUSED: "danger",
    InstructionStatus.SAID_DONE: "warning",
}
DISPUTE_COLOURS = {
    DisputeStatus.NEEDS_RESPONSE: "danger",
    DisputeStatus.UNDER_REVIEW: "warning",
    DisputeStatus.WON: "success",
}


class EntriesInline(MoneyInline):
    model = LedgerEntry
    verbose_name_plural = pgettext_lazy("of a payment", "Timeline")
    fields = ("occurred_at", "kind", "amount", "source", "code", "provider_id", "recorded_at")
    ordering = ("occurred_at", "pk")

    @display(description=_("amount"))
    def amount(self, entry: LedgerEntry) -> str:
        return amount_text(entry.amount_minor, entry.currency)


class InstructionsInline(MoneyInline):
    model = Instruction
    verbose_name_plural = _("Instructions")
    fields = ("created_at", "kind", "amount", "status", "reason", "actor_user", "code", "attempts")
    ordering = ("created_at", "pk")

    @display(description=_("amount"))
    def amount(self, instruction: Instruction) -> str:
        return amount_text(instruction.amount_minor, instruction.payment.currency)


class DisputesInline(MoneyInline):
    model = Dispute
    verbose_name_plural = _("Disputes")
    fields = ("opened_at", "status", "amount", "reason", "respond_by", "provider_id")

    @display(description=_("amount"))
    def amount(self, dispute: Dispute) -> str:
        return amount_text(dispute.amount_minor, dispute.currency)


class PaymentResource(ModelResource):
    """For export only; amounts in the currency's own units."""

    restaurant = Field(attribute="restaurant__slug", column_name="restaurant")
    taken = Field(column_name="taken")
    refunded = Field(column_name="refunded")
    disputed = Field(column_name="disputed")
    fees = Field(column_name="fees")
    kept = Field(column_name="kept")

    def dehydrate_taken(self, payment: Payment) -> str:
        return _plain(payment.captured_minor, payment)

    def dehydrate_refunded(self, payment: Payment) -> str:
        return _plain(payment.refunded_minor, payment)

    def dehydrate_disputed(self, payment: Payment) -> str:
        return _plain(payment.disputed_minor, payment)

    def dehydrate_fees(self, payment: Payment) -> str:
        return _plain(payment.fee_minor, payment)

    def dehydrate_kept(self, payment: Payment) -> str:
        return _plain(payment.kept_minor, payment)

    class Meta:
        model = Payment
        fields = (
            *("public_id", "restaurant", "description", "mode", "status", "provider", "currency"),
            *("taken", "refunded", "disputed", "fees", "kept"),
            *("created_at", "secured_at", "closed_at"),
        )
        export_order = fields


def _plain(amount_minor: int, payment: Payment) -> str:
    return str(Money(amount_minor, payment.currency).to_decimal())


@admin.register(Payment)
class PaymentAdmin(ExportMixin, MoneyAdmin):
    resource_classes = (PaymentResource,)
    formats: ClassVar[list[type[Format]]] = [CSV, XLSX, JSON]
    export_form_class = ExportForm
    inlines = (EntriesInline, InstructionsInline, DisputesInline)
    list_display = (
        "created_at",
        "description",
        "mode",
        "shown_status",
        "agreed",
        "taken",
        "refunded",
        "provider",
        "restaurant",
    )
    list_filter = ("status", "mode", "provider", ("restaurant", RelatedOnlyFieldListFilter))
    list_select_related = ("restaurant",)
    search_fields = ("description", "=provider_id", "=public_id")
    search_help_text = _("Number of the booking, of the payment, or at the provider")
    ordering = ("-created_at", "-pk")
    date_hierarchy = "created_at"
    readonly_fields = ("agreed", "asked", "held", "taken", "refunded", "disputed", "fees")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("description", "restaurant", "public_id"),
                    ("mode", "status", "reference"),
                    ("asked", "agreed", "held"),
                    ("taken", "refunded", "disputed", "fees"),
                    ("provider", "account_name", "provider_id"),
                    ("method", "held_until", "last_refusal"),
                    ("created_at", "secured_at", "closed_at"),
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        rows: QuerySet[Payment] = super().get_queryset(request)
        return rows.select_related("restaurant", "method", "account")

    @display(description=_("Status"), ordering="status", label=COLOURS)
    def shown_status(self, payment: Payment) -> tuple[str, str]:
        return payment.status, payment.get_status_display()

    @display(description=_("at most"), ordering="limit_minor")
    def agreed(self, payment: Payment) -> str:
        return amount_text(payment.limit_minor, payment.currency)

    @display(description=_("asked for now"))
    def asked(self, payment: Payment) -> str:
        return amount_text(payment.amount_minor, payment.currency)

    @display(description=_("held"))
    def held(self, payment: Payment) -> str:
        return amount_text(payment.authorised_minor, payment.currency)

    @display(description=_("taken"), ordering="captured_minor")
    def taken(self, payment: Payment) -> str:
        return amount_text(payment.captured_minor, payment.currency)

    @display(description=_("refunded"), ordering="refunded_minor")
    def refunded(self, payment: Payment) -> str:
        return amount_text(payment.refunded_minor, payment.currency)

    @display(description=_("disputed"))
    def disputed(self, payment: Payment) -> str:
        return amount_text(payment.disputed_minor, payment.currency)

    @display(description=_("provider’s fees"))
    def fees(self, payment: Payment) -> str:
        return amount_text(payment.fee_minor, payment.currency)

    def has_export_permission(self, request: HttpRequest) -> bool:
        access = access_in(request)
        return access.can(Capability.EXPORT) and access.can(Capability.CHARGE_REFUND)

    def get_export_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_export_queryset(request)
        return self.only_with(request, Capability.EXPORT, rows)


@admin.register(LedgerEntry)
class LedgerEntryAdmin(OfPaymentAdmin):
    list_display = ("occurred_at", "kind", "amount", "payment_for", "source", "code")
    list_filter = (
        "kind",
        "source",
        ("payment__restaurant", RelatedOnlyFieldListFilter),
    )
    search_fields = ("payment__description", "=provider_id")
    ordering = ("-occurred_at", "-pk")
    date_hierarchy = "occurred_at"
    fields = (
        ("payment", "kind", "amount"),
        ("provider_id", "code", "source"),
        ("occurred_at", "recorded_at"),
    )
    readonly_fields = ("amount",)

    @display(description=_("amount"), ordering="amount_minor")
    def amount(self, entry: LedgerEntry) -> str:
        return amount_text(entry.amount_minor, entry.currency)

    @display(description=_("payment"))
    def payment_for(self, entry: LedgerEntry) -> str:
        return entry.payment.description


@admin.register(Instruction)
class InstructionAdmin(OfPaymentAdmin):
    list_display = ("created_at", "kind", "amount", "shown_status", "payment_for", "reason", "code")
    list_filter = (
        "status",
        "kind",
        ("payment__restaurant", RelatedOnlyFieldListFilter),
    )
    list_select_related: ClassVar[tuple[str, ...]] = ("payment__restaurant", "actor_user")
    search_fields = ("payment__description", "=key")
    ordering = ("-created_at", "-pk")
    fields = (
        ("payment", "kind", "amount"),
        ("status", "code", "needs_guest"),
        ("reason", "actor_user"),
        ("key", "attempts", "provider_id"),
        ("created_at", "next_attempt_at", "finished_at"),
        ("settled_at", "settled_by", "settled_reason"),
    )
    readonly_fields = ("amount",)

    @display(description=_("amount"), ordering="amount_minor")
    def amount(self, instruction: Instruction) -> str:
        return amount_text(instruction.amount_minor, instruction.payment.currency)

    @display(description=_("Status"), ordering="status", label=INSTRUCTION_COLOURS)
    def shown_status(self, instruction: Instruction) -> tuple[str, str]:
        return instruction.status, instruction.get_status_display()

    @display(description=_("payment"))
    def payment_for(self, instruction: Instruction) -> str:
        return instruction.payment.description


@admin.register(Dispute)
class DisputeAdmin(OfPaymentAdmin):
    list_display = ("opened_at", "shown_status", "amount", "payment_for", "reason", "respond_by")
    list_filter = ("status", ("payment__restaurant", RelatedOnlyFieldListFilter))
    search_fields = ("payment__description", "=provider_id")
    ordering = ("-opened_at", "-pk")
    fields = (
        ("payment", "status", "amount"),
        ("reason", "provider_id"),
        ("opened_at", "respond_by", "told_at"),
        ("evidence_made_at", "closed_at"),
    )
    readonly_fields = ("amount",)

    @display(description=_("amount"), ordering="amount_minor")
    def amount(self, dispute: Dispute) -> str:
        return amount_text(dispute.amount_minor, dispute.currency)

    @display(description=_("Status"), ordering="status", label=DISPUTE_COLOURS)
    def shown_status(self, dispute: Dispute) -> tuple[str, str]:
        return dispute.status, dispute.get_status_display()

    @display(description=_("payment"))
    def payment_for(self, dispute: Dispute) -> str:
        return dispute.payment.description
