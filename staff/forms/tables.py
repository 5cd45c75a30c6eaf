"""The form of a table, and the box that makes many of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from restaurants.models import Area, Restaurant, Table
from staff.forms.base import HouseForm, add_refusal, dress

NEW = "new"
Words = str | Promise


class TableForm(forms.ModelForm):  # type: ignore[type-arg]
    """All fields of a table. The service checks and saves; an area may be made along the way."""

    area = forms.ChoiceField(label=_("Area"))
    new_area = forms.CharField(
        label=_("Name of the new area"),
        max_length=60,
        required=False,
        help_text=_("Only with “A new area”. For example: Terrace."),
    )
    min_party = forms.IntegerField(
        label=_("Smallest party"),
        required=False,
        help_text=_("Empty means 1. With 3, two people get a smaller table."),
    )
    max_party = forms.IntegerField(
        label=_("Largest party"),
        required=False,
        help_text=_("Empty means as many as there are seats; more with an extra chair."),
    )
    features = forms.CharField(
        label=_("Features"),
        required=False,
        help_text=_("Separated by commas, for example: window, quiet, wheelchair_accessible."),
    )

    class Meta:
        model = Table
        fields = (
            "number",
            "seats",
            "area",
            "min_party",
            "max_party",
            "name",
            "table_type",
            "access",
            "features",
            "priority",
            "notes",
        )
        labels: ClassVar[Mapping[str, Words]] = {
            "number": _("Number"),
            "seats": _("Seats"),
            "name": pgettext_lazy("of a thing", "Name"),
            "table_type": _("Type"),
            "access": _("Who may book it"),
            "priority": _("Preference"),
            "notes": _("Notes for staff"),
        }
        help_texts: ClassVar[Mapping[str, Words]] = {
            "number": _("As staff call it, for example 12 or T3."),
            "seats": _("Chairs that stand there."),
            "name": _("For example: Window corner."),
            "priority": _("0 is usual; the higher is given first."),
        }
        widgets: ClassVar[Mapping[str, forms.Widget]] = {"notes": forms.Textarea(attrs={"rows": 3})}

    use_required_attribute = False
    field_order = (
        "number",
        "seats",
        "area",
        "new_area",
        "min_party",
        "max_party",
        "table_type",
        "access",
        "name",
        "features",
        "priority",
        "notes",
    )

    def __init__(self, *args: Any, restaurant: Restaurant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.restaurant = restaurant
        self.areas = {str(area.pk): area for area in restaurant.areas.all()}
        choices = [(key, area.name) for key, area in self.areas.items()]
        field: Any = self.fields["area"]
        field.choices = [*choices, (NEW, _("A new area"))]
        self.initial["features"] = ", ".join(self.instance.features)
        if self.instance.pk:
            self.initial["area"] = str(self.instance.area_id)
        else:
            self.initial["min_party"] = None
            self.initial["area"] = next(iter(self.areas), NEW)
        for name in ("number", "seats"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        dress(self)

    def clean_features(self) -> list[str]:
        words = [word.strip() for word in self.cleaned_data["features"].split(",")]
        return list(dict.fromkeys(word for word in words if word))

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        seats = data.get("seats")
        if data.get("min_party") is None and "min_party" not in self.errors:
            data["min_party"] = 1
        if data.get("max_party") is None and "max_party" not in self.errors:
            data["max_party"] = seats
        if data.get("area") == NEW and not data.get("new_area"):
            self.add_error("new_area", _("Write the name of the new area."))
        return data

    def _post_clean(self) -> None:
        """The service validates the row; here it would be done twice and without its area."""

    def rows(self) -> list[Area | Table]:
        """What is to be saved: the table, and before it the area if there was none."""
        data = self.cleaned_data
        table = self.instance
        fresh: list[Area | Table] = []
        if data["area"] == NEW:
            position = 1 + max((area.position for area in self.areas.values()), default=-1)
            area = Area(restaurant=self.restaurant, name=data["new_area"], position=position)
            fresh.append(area)
        else:
            area = self.areas[data["area"]]
        table.restaurant = self.restaurant
        for name in self._meta.fields or ():
            if name != "area":
                setattr(table, name, data[name])
        table.area = area
        return [*fresh, table]

    def add_refusal(self, refusal: Any) -> None:
        add_refusal(self, refusal)


class PasteForm(HouseForm):
    text = forms.CharField(
        label=_("Many tables at once"),
        help_text=_(
            "Tables × seats, separated by commas: 4x2, 3x4 terrace, bar 10, T1-T5 x4. Numbers"
            " continue those you have."
        ),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocomplete": "off"}),
        max_length=2000,
    )
