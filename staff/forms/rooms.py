"""Areas and combinations of tables. The tables themselves have a section of their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from reservehub.core.actors import Actor
from restaurants.models import Area, Combination, Table
from restaurants.services import combination_save
from staff.forms.settings import SettingForm, Words


class AreaForm(SettingForm):
    class Meta:
        model = Area
        fields = ("name", "is_outdoor", "position")
        labels: ClassVar[Mapping[str, Words]] = {
            "is_outdoor": _("It is outdoors"),
            "position": _("Place in the list"),
        }
        help_texts: ClassVar[Mapping[str, Words]] = {
            "name": _("Guests choose by it, for example Terrace."),
            "is_outdoor": _("Then it can be closed by the weather."),
            "position": _("0 comes first."),
        }

    wide = frozenset({"is_outdoor"})


class CombinationForm(SettingForm):
    tables = forms.ModelMultipleChoiceField(
        label=_("Tables, in the order in which they stand"),
        queryset=Table.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Neighbours of one area that can be pushed together, for example 4 and 5."),
    )

    class Meta:
        model = Combination
        fields = ("name", "min_party", "max_party", "is_row", "priority", "is_active")
        labels: ClassVar[Mapping[str, Words]] = {
            "is_row": _("Any neighbours among them may be combined"),
            "priority": _("Preference"),
            "is_active": _("In use"),
        }
        help_texts: ClassVar[Mapping[str, Words]] = {
            "name": _("For example Long table."),
            "min_party": _("With 5, four people get a single table instead."),
            "max_party": _("Of all of them together; may differ from the sum, for example 8."),
            "is_row": _("For example a bench of five twos: 1+2, 2+3, 1+2+3 …"),
            "priority": _("0 is usual; the higher is given first."),
            "is_active": _("Untick it while the tables stand apart."),
        }

    groups = (
        ("", "", ("name", "tables", "min_party", "max_party", "is_row", "priority", "is_active")),
    )
    wide = frozenset({"name", "tables", "is_row", "is_active"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["tables"] = [member.table_id for member in self.instance.members.all()]

    def narrow(self) -> None:
        tables = self.restaurant.tables.filter(is_active=True).select_related("area")
        field: Any = self.fields["tables"]
        field.queryset = tables.order_by("area__position", "number", "id")
        field.label_from_instance = lambda table: f"{table.number} · {table.seats} · {table.area}"

    def store(self, *, actor: Actor, now: datetime) -> None:
        """Save it with exactly these tables."""
        wanted = list(self.cleaned_data["tables"])
        before = [m.table_id for m in self.instance.members.all()] if self.instance.pk else []
        known = {pk: place for place, pk in enumerate(before)}
        wanted.sort(key=lambda table: known.get(table.pk, len(known)))
        combination_save(combination=self.instance, tables=wanted, actor=actor, now=now)
