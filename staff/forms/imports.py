"""Input of imports: the file, and which column is what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guests.importing.mapping import FIELDS
from guests.importing.reading import MAX_BYTES


class FileForm(forms.Form):
    """A CSV or XLSX file."""

    file = forms.FileField(
        label=_("CSV or XLSX file, up to 10 MB"),
        widget=forms.FileInput(attrs={"class": "file", "accept": ".csv,.txt,.xlsx"}),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("This file is empty. Choose another one."),
        },
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("This file is too large: 10 MB is the most."))
        return file


class MappingForm(forms.Form):
    """For every field of a guest the column it is in, or none."""

    def __init__(self, data: Any, *, columns: Sequence[str], mapping: dict[str, int]) -> None:
        super().__init__(data)
        choices = [("", gettext("Not in this file"))]
        choices += [(str(n), name or f"№ {n + 1}") for n, name in enumerate(columns)]
        for name, label in FIELDS.items():
            self.fields[name] = forms.ChoiceField(
                label=str(label),
                choices=choices,
                required=False,
                initial=str(mapping[name]) if name in mapping else "",
                widget=forms.Select(attrs={"class": "select w-full"}),
            )

    def mapping(self) -> dict[str, int]:
        """Field to column; call it once the form is valid."""
        return {name: int(value) for name, value in self.cleaned_data.items() if value}
