"""Form fields for what the models keep as lists."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelect2Widget,
    UnfoldAdminTextInputWidget,
)

from reservehub.core.timezones import zone_names


class WeekdaysField(forms.TypedMultipleChoiceField):
    """Tick the days; Monday is 0."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {
            "choices": list(WEEKDAYS.items()),
            "coerce": int,
            "required": False,
            "label": _("Weekdays"),
            "widget": UnfoldAdminCheckboxSelectMultipleWidget(),
            **kwargs,
        }
        super().__init__(**kwargs)


class LanguagesField(forms.MultipleChoiceField):
    """Languages the product speaks."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {
            "choices": settings.LANGUAGES,
            "required": False,
            "label": _("Languages"),
            "widget": UnfoldAdminCheckboxSelectMultipleWidget(),
            **kwargs,
        }
        super().__init__(**kwargs)


class ZoneField(forms.ChoiceField):
    """One of the IANA zones."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {
            "choices": [("", "")] + [(name, name) for name in sorted(zone_names())],
            "label": _("Time zone"),
            "widget": UnfoldAdminSelect2Widget(),
            **kwargs,
        }
        super().__init__(**kwargs)


class TagsField(forms.CharField):
    """Words separated by commas."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {
            "required": False,
            "label": _("Features"),
            "help_text": _("Separated by commas, for example: window, quiet."),
            "widget": UnfoldAdminTextInputWidget(),
            **kwargs,
        }
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        words = (word.strip() for word in str(value or "").split(","))
        return list(dict.fromkeys(word for word in words if word))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(initial) != self.to_python(data))


_BAND = re.compile(r"^(?P<up_to>\d{1,3})?\s*(?P<more>\+)?\s*[:=]\s*(?P<minutes>\d{1,4})$")


class BandsField(forms.CharField):
    """`2: 90, 4: 105, +: 180`: parties of up to 2, of up to 4, of more; the minutes of each."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {
            "label": _("Minutes by party size"),
            "help_text": _(
                "“2: 90, 4: 105, +: 180” means: up to 2 guests 90 minutes, up to 4 guests 105,"
                " more guests 180."
            ),
            "widget": UnfoldAdminTextInputWidget(),
            **kwargs,
        }
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return ", ".join(
            f"{'+' if band['up_to'] is None else band['up_to']}: {band['minutes']}"
            for band in value
        )

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        return [self._band(part.strip()) for part in str(value or "").split(",") if part.strip()]

    def _band(self, text: str) -> dict[str, int | None]:
        found = _BAND.match(text)
        if found is None or bool(found["up_to"]) == bool(found["more"]):
            raise forms.ValidationError(
                _("Cannot read “%(text)s”. Write the largest party, a colon and the minutes."),
                params={"text": text},
            )
        up_to = None if found["more"] else int(found["up_to"])
        return {"up_to": up_to, "minutes": int(found["minutes"])}

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != data)
