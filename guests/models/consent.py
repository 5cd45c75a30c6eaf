"""What guests agreed to, and when they changed their mind (requirement A6)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from guests.models.guest import Guest


class ConsentPurpose(models.TextChoices):
    MARKETING = "marketing", _("Offers and news")
    HEALTH = "health", _("Dietary needs and health notes")


class ConsentEntry(models.Model):
    """One line of the ledger: given or withdrawn, in which words, through which door.

    Lines are only added; the last of a purpose counts. Transactional messages need none (rule 105).
    """

    guest = models.ForeignKey(
        Guest,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="consents",
        verbose_name=_("guest"),
    )
    purpose = models.CharField(_("purpose"), max_length=20, choices=ConsentPurpose.choices)
    is_given = models.BooleanField(_("given"))
    wording = models.CharField(_("words agreed to"), max_length=300, blank=True)
    source = models.CharField(
        _("through"),
        max_length=40,
        help_text=_("Such as booking, own_page, unsubscribe_link, staff, import, merge."),
    )
    actor = models.CharField(_("by"), max_length=80, blank=True)
    ip_address = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    created_at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["guest", "purpose", "-created_at"], name="guests_consents_of_guest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guest_id} · {self.purpose} · {self.is_given}"
