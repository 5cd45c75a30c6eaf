"""Records that may be one person, and those that were made one (rules 99-100)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from guests.models.guest import Guest


class MergeCandidate(models.Model):
    """Two records that may be one person, or one record used under two names (rule 99).

    Without `other`, somebody gave another `name` with the same contact. A dismissed pair is never
    proposed again (rule 100).
    """

    guest = models.ForeignKey(
        Guest,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="candidates",
        verbose_name=_("guest"),
    )
    other = models.ForeignKey(
        Guest,
        on_delete=models.CASCADE,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("other record"),
        help_text=_("The one with the higher number."),
    )
    name = models.CharField(_("name given"), max_length=150)
    reason = models.CharField(_("reason"), max_length=40)
    score = models.FloatField(_("likeness, 0 to 1"), default=1.0, db_default=1.0)
    created_at = models.DateTimeField(_("created at"))
    dismissed_at = models.DateTimeField(_("dismissed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["guest", "name"],
                condition=models.Q(other=None),
                name="guests_candidate_name_is_noted_once",
            ),
            models.UniqueConstraint(
                fields=["guest", "other"],
                condition=models.Q(other__isnull=False),
                name="guests_candidate_pair_is_noted_once",
            ),
            models.CheckConstraint(
                condition=models.Q(other=None) | models.Q(other__gt=models.F("guest")),
                name="guests_candidate_pair_is_written_one_way",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["other"],
                condition=models.Q(other__isnull=False),
                name="guests_candidates_by_other",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guest} / {self.name}"


class GuestMerge(models.Model):
    """One record became part of another; can be taken back for 30 days (rule 100).

    `moved` remembers what went over (ids by kind) and the kept record's earlier values, so that
    taking it back restores exactly that.
    """

    kept = models.ForeignKey(
        Guest, on_delete=models.CASCADE, related_name="merges", verbose_name=_("kept record")
    )
    merged = models.ForeignKey(
        Guest, on_delete=models.CASCADE, related_name="+", verbose_name=_("merged record")
    )
    moved = models.JSONField(_("what moved"), default=dict, editable=False)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("merged by"),
    )
    merged_at = models.DateTimeField(_("merged at"))
    undone_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    class Meta:
        verbose_name = _("merge of guests")
        verbose_name_plural = _("merges of guests")
        ordering: ClassVar[list[str]] = ["-merged_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["merged"],
                condition=models.Q(undone_at=None),
                name="guests_record_is_merged_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.kept_id}"
