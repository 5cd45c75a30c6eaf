"""Ways to reach a guest beyond e-mail and phone, and what guests wish and refuse."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.models import Reservation
from guests.models import Guest
from notifications.kinds import ChannelName, Kind


class ContactPoint(models.Model):
    """A chat or a browser that a guest has connected. Dead ones stay, disabled, with the reason."""

    guest = models.ForeignKey(
        Guest,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="contact_points",
        verbose_name=_("guest"),
    )
    channel = models.CharField(_("channel"), max_length=20, choices=ChannelName.choices)
    address = models.CharField(_("address"), max_length=500)
    keys = models.JSONField(_("keys"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created at"))
    disabled_at = models.DateTimeField(_("disabled at"), null=True, blank=True)
    disabled_reason = models.CharField(_("reason"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("way to reach a guest")
        verbose_name_plural = _("ways to reach guests")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["guest", "channel", "address"],
                name="notifications_contact_point_is_unique_per_guest",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["channel", "address"], name="notifications_contacts"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} · {self.guest}"


class ContactLink(models.Model):
    """A one-time link that connects a chat with the guest of a reservation; only its hash is
    kept."""

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    reservation = models.ForeignKey(
        Reservation,
        on_delete=models.CASCADE,
        related_name="contact_links",
        verbose_name=_("reservation"),
    )
    channel = models.CharField(_("channel"), max_length=20, choices=ChannelName.choices)
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"))
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("contact link")
        verbose_name_plural = _("contact links")

    def __str__(self) -> str:
        return f"{self.get_channel_display()} · {self.reservation}"


class GuestPreference(models.Model):
    """How a guest likes to be told (requirement H5)."""

    guest = models.OneToOneField(
        Guest,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="message_preference",
        verbose_name=_("guest"),
    )
    preferred_channel = models.CharField(
        _("preferred channel"), max_length=20, choices=ChannelName.choices, blank=True
    )
    off_channels = ArrayField(
        models.CharField(max_length=20, choices=ChannelName.choices),
        default=list,
        blank=True,
        verbose_name=_("channels switched off"),
    )
    off_kinds = ArrayField(
        models.CharField(max_length=30, choices=Kind.choices),
        default=list,
        blank=True,
        verbose_name=_("messages switched off"),
    )
    updated_at = models.DateTimeField(_("updated at"))

    class Meta:
        verbose_name = _("message preference")
        verbose_name_plural = _("message preferences")

    def __str__(self) -> str:
        return str(self.guest)


class OptOut(models.Model):
    """An address that has said STOP: nothing more goes there over this channel (rule 105)."""

    channel = models.CharField(_("channel"), max_length=20, choices=ChannelName.choices)
    address = models.CharField(_("address"), max_length=500)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("opt-out")
        verbose_name_plural = _("opt-outs")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["channel", "address"], name="notifications_opt_out_is_said_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} · {self.pk}"
