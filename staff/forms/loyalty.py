"""How visits are rewarded: the programme and its tiers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guests.models import LoyaltyProgramme, LoyaltyTier
from reservehub.core.errors import ValidationFailed
from staff.forms.base import HouseForm, dress
from staff.forms.fields import short_text

SPARE = 2
"""Empty rows for more tiers."""
MOST_TIERS = 10
MOST_POINTS = 1_000_000


def _points(label: Any, **kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=MOST_POINTS,
        widget=short_text(inputmode="numeric"),
        error_messages={
            "required": _("Enter a number of points, 0 for none."),
            "invalid": _("Enter the points in digits, for example 20."),
            "min_value": _("Enter 0 or more."),
            "max_value": _("Enter at most 1000000."),
        },
        **kwargs,
    )


class ProgrammeForm(HouseForm):
    """On or off, and what a visit earns."""

    is_active = forms.BooleanField(
        label=_("Visits earn points"),
        help_text=_("Switched off, what was earned stays and can still be redeemed."),
        required=False,
    )
    points_per_visit = _points(_("Points for a visit"))
    points_per_unit = _points(
        _("Points for each whole unit of money spent"),
        help_text=_("Of the bill, also where it is entered or corrected later. 0 for none."),
    )


class TierForm(HouseForm):
    """One rung; a row left empty is none."""

    name = forms.CharField(label=_("Tier"), max_length=60, required=False, widget=short_text())
    from_points = _points(_("From points earned"), required=False)
    benefit = forms.CharField(
        label=_("Benefit"), max_length=200, required=False, widget=short_text()
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.is_filled(data):
            if not data.get("name"):
                self.add_error("name", _("Enter a name."))
            if data.get("from_points") is None and "from_points" not in self.errors:
                self.add_error("from_points", _("Enter a number of points, 0 for none."))
        return data

    @staticmethod
    def is_filled(data: dict[str, Any]) -> bool:
        return any(data.get(name) not in (None, "") for name in ("name", "from_points", "benefit"))


TierRows = forms.formset_factory(TierForm, extra=SPARE, max_num=MOST_TIERS)


class LoyaltySheet:
    """The programme and its rows as one form."""

    def __init__(self, programme: LoyaltyProgramme | None, data: Any = None) -> None:
        stored = programme or LoyaltyProgramme()
        tiers = list(programme.tiers.order_by("from_points")) if programme else []
        shown = ("is_active", "points_per_visit", "points_per_unit")
        self.programme = ProgrammeForm(
            data, initial={name: getattr(stored, name) for name in shown}
        )
        self.tiers = TierRows(
            data,
            prefix="tier",
            initial=[
                {"name": tier.name, "from_points": tier.from_points, "benefit": tier.benefit}
                for tier in tiers
            ],
        )
        for row in self.tiers.forms:
            dress(row)

    def is_valid(self) -> bool:
        # Both, so that everything at fault is told at once.
        return all([self.programme.is_valid(), self.tiers.is_valid()])

    @property
    def rows(self) -> list[TierForm]:
        return list(self.tiers.forms)

    def filled(self) -> list[TierForm]:
        """The rows that are tiers, in their order."""
        return [row for row in self.rows if TierForm.is_filled(getattr(row, "cleaned_data", {}))]

    def tiers_given(self) -> list[LoyaltyTier]:
        return [LoyaltyTier(**row.cleaned_data) for row in self.filled()]

    def add_refusal(self, refusal: ValidationFailed) -> None:
        """Beside the field and the row that the service means."""
        rows = self.filled()
        for error in refusal.errors:
            path = error.pointer.strip("/").split("/")
            if path[0] == "tiers" and len(path) == 3:
                rows[int(path[1])].add_error(path[2], str(error.detail))
            else:
                name = path[0] if path[0] in self.programme.fields else None
                self.programme.add_error(name, str(error.detail))
