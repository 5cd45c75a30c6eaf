"""Tables of the kernel. None points at another app: actors and restaurants are plain ids."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reservehub.core.actors import ActorKind


class OutboxEvent(models.Model):
    """Something that happened, written in the transaction in which it happened (rule 58)."""

    name = models.CharField(_("event"), max_length=120)
    payload = models.JSONField(_("payload"))
    occurred_at = models.DateTimeField(_("occurred at"))

    class Meta:
        verbose_name = _("outbox event")
        verbose_name_plural = _("outbox events")
        indexes: ClassVar = [models.Index(fields=["occurred_at"], name="core_outbox_occurred")]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"


class DeliveryStatus(models.TextChoices):
    PENDING = "pending", _("Pending")
    DONE = "done", _("Done")
    DEAD = "dead", _("Dead")


class Delivery(models.Model):
    """One event on its way to one subscriber."""

    event = models.ForeignKey(
        OutboxEvent,
        on_delete=models.CASCADE,
        db_index=False,  # the constraint below begins with it
        related_name="deliveries",
        verbose_name=_("event"),
    )
    handler = models.CharField(_("subscriber"), max_length=120)
    status = models.CharField(
        _("status"),
        max_length=8,
        choices=DeliveryStatus.choices,
        default=DeliveryStatus.PENDING,
    )
    attempts = models.PositiveSmallIntegerField(_("failed attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt at"))
    queued_at = models.DateTimeField(_("queued at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["event", "handler"], name="core_delivery_once_per_subscriber"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "done", "dead"]),
                name="core_delivery_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(status="pending", finished_at__isnull=True)
                | (~Q(status="pending") & Q(finished_at__isnull=False)),
                name="core_delivery_finishes_when_not_pending",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_attempt_at"],
                name="core_delivery_due",
                condition=Q(status="pending"),
            ),
            models.Index(
                fields=["finished_at"], name="core_delivery_dead", condition=Q(status="dead")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.handler} #{self.pk}"


class AuditEntry(models.Model):
    """One change by one actor (rule 109). A trigger refuses UPDATE and DELETE."""

    occurred_at = models.DateTimeField(_("occurred at"))
    actor_kind = models.CharField(_("actor"), max_length=10, choices=ActorKind.choices)
    actor_user_id = models.BigIntegerField(_("user id"), null=True, blank=True)
    actor_label = models.CharField(_("actor label"), max_length=150, blank=True)
    channel = models.CharField(_("channel"), max_length=30)
    ip = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    restaurant_id = models.BigIntegerField(_("restaurant id"), null=True, blank=True)
    action = models.CharField(_("action"), max_length=100)
    object_type = models.CharField(_("object type"), max_length=100)
    object_id = models.CharField(_("object id"), max_length=64)
    before = models.JSONField(_("before"), null=True, blank=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(_("after"), null=True, blank=True, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes: ClassVar = [
            models.Index(fields=["restaurant_id", "-occurred_at"], name="core_audit_restaurant"),
            models.Index(fields=["object_type", "object_id"], name="core_audit_object"),
            models.Index(
                fields=["actor_user_id", "-occurred_at"],
                name="core_audit_user",
                condition=Q(actor_user_id__isnull=False),
            ),
            # Rows arrive in time order, so the retention scan needs only block ranges.
            BrinIndex(fields=["occurred_at"], name="core_audit_occurred"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"


class IdempotencyRecord(models.Model):
    """The first answer to an ``Idempotency-Key`` (rule 55).

    The row is inserted before the work and completed after it in the same transaction: committed
    rows always carry an answer. ``body`` is JSON text, not jsonb: a replay keeps the key order.
    """

    scope = models.CharField(max_length=300)
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(default="null")
    headers = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("idempotency record")
        verbose_name_plural = _("idempotency records")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scope", "key"], name="core_idempotency_key_once")
        ]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="core_idempotency_created")]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"
