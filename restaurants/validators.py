"""Field checks with remedies in their messages; pure but for the translation machinery."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

GRID_MINUTES = 5


def validate_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(
            _("%(value)s is not a known time zone; use a name such as Europe/Amsterdam."),
            params={"value": value},
            code="unknown_zone",
        )


def validate_currency(value: str) -> None:
    if len(value) != 3 or not value.isascii() or not value.isupper():
        raise ValidationError(
            _("Use the three capital letters of ISO 4217, for example EUR."), code="bad_currency"
        )


def validate_multiple_of_five(value: int) -> None:
    """The availability grid is five minutes wide; finer settings could not be honoured exactly."""
    if value % GRID_MINUTES:
        raise ValidationError(_("Use a multiple of 5 minutes."), code="off_grid")


def validate_weekdays(value: list[int]) -> None:
    if any(day not in range(7) for day in value) or len(set(value)) != len(value):
        raise ValidationError(
            _("Use each weekday at most once, from 0 (Monday) to 6 (Sunday)."), code="bad_weekday"
        )


def validate_turn_bands(value: object) -> None:
    """`[{"up_to": 2, "minutes": 90}, …, {"up_to": null, "minutes": 180}]`: no gap or overlap can be
    written this way (rule 22)."""
    shape = _('Use a list such as [{"up_to": 2, "minutes": 90}, {"up_to": null, "minutes": 120}].')
    if not isinstance(value, list) or not value:
        raise ValidationError(shape, code="bad_bands")
    previous = 0
    for index, band in enumerate(value):
        if not isinstance(band, dict) or set(band) != {"up_to", "minutes"}:
            raise ValidationError(shape, code="bad_bands")
        minutes, up_to = band["minutes"], band["up_to"]
        if type(minutes) is not int or not 15 <= minutes <= 24 * 60 or minutes % GRID_MINUTES:
            raise ValidationError(
                _("Minutes must be a multiple of 5 between 15 and 1440."), code="bad_minutes"
            )
        is_last = index == len(value) - 1
        if is_last:
            if up_to is not None:
                raise ValidationError(
                    _("The last entry must have up_to null, so that every party size is covered."),
                    code="open_end_missing",
                )
        elif type(up_to) is not int or up_to <= previous:
            raise ValidationError(_("The up_to values must grow."), code="bands_not_growing")
        else:
            previous = up_to
