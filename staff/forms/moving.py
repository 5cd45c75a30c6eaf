"""Where a party was dropped on the timeline."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from staff.forms.booking import OVERRIDES

HALF_A_DAY = 12 * 60


class MoveForm(forms.Form):
    """`shift` is in minutes from the present start, `minutes` the new length; `tables` are all the
    tables it shall have, `from_table` and `to_table` exchange one of them (0 is none).
    """

    shift = forms.IntegerField(min_value=-HALF_A_DAY, max_value=HALF_A_DAY, required=False)
    minutes = forms.IntegerField(min_value=15, max_value=HALF_A_DAY, required=False)
    from_table = forms.IntegerField(min_value=0, required=False)
    to_table = forms.IntegerField(min_value=0, required=False)
    tables = forms.CharField(max_length=200, required=False)
    version = forms.IntegerField(min_value=1, required=False)
    overrides = forms.MultipleChoiceField(
        choices=[(name, name) for name in OVERRIDES], required=False
    )

    def clean_shift(self) -> int:
        return self.cleaned_data["shift"] or 0

    def clean_tables(self) -> tuple[int, ...]:
        text = str(self.cleaned_data["tables"]).replace(" ", "+")
        parts = text.split("+") if text else []
        if not all(part.isascii() and part.isdecimal() and len(part) < 19 for part in parts):
            raise ValidationError(_("Choose a table from the list."), code="table")
        return tuple(int(part) for part in parts)

    def clean_overrides(self) -> frozenset[str]:
        return frozenset(self.cleaned_data["overrides"])

    def tables_after(self, before: Sequence[int]) -> tuple[int, ...]:
        """The tables the party shall have in place of those it has."""
        data = self.cleaned_data
        if data["tables"]:
            return tuple(data["tables"])
        gone, new = data["from_table"] or 0, data["to_table"] or 0
        if not new or new == gone:
            return tuple(before)
        return tuple(dict.fromkeys(new if pk == gone else pk for pk in before)) or (new,)
