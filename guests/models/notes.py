"""What staff write down about a guest."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from guests.models.guest import Guest
from restaurants.models import Restaurant


class NoteKind(models.TextChoices):
    PREFERENCE = "preference", _("Preference")
    ALLERGY = "allergy", _("Allergy")
    INCIDENT = "incident", _("Incident")
    VIP = "vip", _("VIP")
    GENERAL = "general", _("General")


class GuestNote(models.Model):
    """A note about a guest. One of a restaurant is shown there only, one without in every house.

    Allergy notes are health data: hidden from general roles, purged after the visit unless the
    guest keeps them (rule 107). An incident is open until somebody resolves it.
    """

    guest = models.ForeignKey(
        Guest,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="notes",
        verbose_name=_("guest"),
    )
    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("restaurant"),
    )
    kind = models.CharField(
        _("kind"), max_length=20, choices=NoteKind.choices, default=NoteKind.GENERAL
    )
    text = models.TextField(_("note"), max_length=2000)
    is_alert = models.BooleanField(
        _("alert"), default=False, help_text=_("Shown when the guest books and when they arrive.")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("written by"),
    )
    created_at = models.DateTimeField(_("written at"))
    updated_at = models.DateTimeField(_("changed at"))
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)

    class Meta:
        verbose_name = _("note about a guest")
        verbose_name_plural = _("notes about guests")
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["guest", "-created_at"], name="guests_notes_of_guest"),
            models.Index(
                fields=["guest"], condition=models.Q(is_alert=True), name="guests_alerts_of_guest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guest_id} · {self.kind}"
