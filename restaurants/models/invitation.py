"""Somebody is asked to work here: the invitation waits until the person accepts it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from restaurants.models.organisation import Organisation, Role
from restaurants.models.restaurant import Restaurant


class Invitation(models.Model):
    """An open invitation has neither been accepted nor revoked; past `expires_at` its link is dead.

    The link carries a token derived from `nonce`; only its hash is stored. `mail_due_at` asks the
    worker for a letter, which is sent once for each time it is asked for.
    """

    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.CASCADE,
        related_name="invitations",
        verbose_name=_("organisation"),
    )
    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="invitations",
        verbose_name=_("restaurant"),
        help_text=_("Empty: every restaurant of the organisation."),
    )
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    language = models.CharField(_("language"), max_length=10, default="en")
    nonce = models.CharField(max_length=22, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="invitations_sent",
        verbose_name=_("invited by"),
    )
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="invitations_accepted",
        verbose_name=_("accepted by"),
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    mail_due_at = models.DateTimeField(_("letter due at"), null=True, blank=True)
    mail_sent_at = models.DateTimeField(_("letter sent at"), null=True, blank=True)
    mail_attempts = models.PositiveSmallIntegerField(_("letters tried"), default=0)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering: ClassVar[list[str]] = ["-created_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                Lower("email"),
                "organisation",
                "restaurant",
                condition=models.Q(accepted_at=None, revoked_at=None),
                nulls_distinct=False,
                name="restaurants_one_open_invitation_per_email_and_place",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["mail_due_at"],
                condition=models.Q(mail_due_at__isnull=False),
                name="restaurants_invitation_letters",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.get_role_display()} · {self.restaurant or self.organisation}"

    def is_open(self, now: datetime) -> bool:
        return self.accepted_at is None and self.revoked_at is None and self.expires_at > now
