"""Labels of guests, given by hand or by rule, and saved filters."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from guests.models.guest import Guest
from restaurants.models import Organisation


class Tag(models.Model):
    """A label. With a `rule` (conditions as of a segment) it is given and taken automatically."""

    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="tags",
        verbose_name=_("organisation"),
    )
    name = models.CharField(_("name"), max_length=60)
    colour = models.CharField(_("colour"), max_length=20, default="grey")
    rule = models.JSONField(_("rule"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation", "name"], name="guests_tag_name_is_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class GuestTag(models.Model):
    """A guest carries a tag; `is_automatic` says that a rule gave it and may take it."""

    guest = models.ForeignKey(
        Guest,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="tag_links",
        verbose_name=_("guest"),
    )
    tag = models.ForeignKey(
        Tag,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="guest_links",
        verbose_name=_("tag"),
    )
    is_automatic = models.BooleanField(_("given by rule"), default=False)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("tag of a guest")
        verbose_name_plural = _("tags of guests")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["guest", "tag"], name="guests_tag_is_given_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tag", "guest"], name="guests_by_tag"),
        ]

    def __str__(self) -> str:
        return f"{self.guest_id} · {self.tag_id}"


class TagRefusal(models.Model):
    """Somebody took a tag that a rule had given: the rule does not give it to this guest again."""

    guest = models.ForeignKey(
        Guest,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="+",
        verbose_name=_("guest"),
    )
    tag = models.ForeignKey(
        Tag,
        on_delete=models.CASCADE,
        related_name="refusals",
        verbose_name=_("tag"),
    )
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("tag taken by hand")
        verbose_name_plural = _("tags taken by hand")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["guest", "tag"], name="guests_tag_is_refused_once"),
        ]

    def __str__(self) -> str:
        return f"{self.guest_id} · {self.tag_id}"


class Segment(models.Model):
    """A saved filter of guests; who is in it is asked each time."""

    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="segments",
        verbose_name=_("organisation"),
    )
    name = models.CharField(_("name"), max_length=80)
    conditions = models.JSONField(_("conditions"), default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation", "name"], name="guests_segment_name_is_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name
