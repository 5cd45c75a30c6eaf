"""Hours, special days, closures, turn times, pacing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from restaurants.models import ServicePeriod, SlotOverride, SpecialDay, TurnTimeRule
from restaurants.turn_times import default_bands
from staff.forms.fields import WeekdaysField, calendar, clock
from staff.forms.settings import SettingForm, Words


class PeriodForm(SettingForm):
    weekdays = WeekdaysField(
        required=False, help_text=_("For example Tuesday to Saturday; leave out the rest day.")
    )

    class Meta:
        model = ServicePeriod
        fields = (
            *("name", "weekdays", "first_seating", "last_seating", "closes"),
            *("slot_interval_minutes", "must_finish_by_close", "buffer_minutes"),
            *("special_day", "date_from", "date_to", "is_active"),
        )
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "first_seating": clock(),
            "last_seating": clock(),
            "closes": clock(),
            "date_from": calendar(),
            "date_to": calendar(),
        }
        labels: ClassVar[Mapping[str, Words]] = {
            "name": _("What you call it"),
            "slot_interval_minutes": _("Times every, minutes"),
            "buffer_minutes": _("Reset time, minutes"),
            "special_day": _("Only on a special day"),
            "date_from": _("Only from"),
            "date_to": _("Only until"),
            "is_active": _("In use"),
        }
        help_texts: ClassVar[Mapping[str, Words]] = {
            "name": _("For example Lunch or Dinner."),
            "first_seating": _("The earliest time guests can choose, for example 18:00."),
            "last_seating": _("The latest, for example 21:30."),
            "closes": _("When the doors close, for example 23:00; 02:00 is the next morning."),
            "slot_interval_minutes": _("15 gives 18:00, 18:15, 18:30 …"),
            "must_finish_by_close": _("Then the last times depend on how long a party stays."),
            "buffer_minutes": _("Empty: as in the booking rules. 15 gives time to lay the table."),
            "special_day": _("For example New Year’s Eve: these hours hold on that day alone."),
            "date_from": _("For a season, for example 1 June; these hours then replace the usual."),
            "date_to": _("For example 31 August."),
            "is_active": _("Untick it to keep the hours for later."),
        }

    groups = (
        (
            _("When"),
            "",
            (
                "name",
                "weekdays",
                "first_seating",
                "last_seating",
                "closes",
                "slot_interval_minutes",
            ),
        ),
        (
            _("Only sometimes"),
            _("Leave this empty for the hours of an ordinary week."),
            ("date_from", "date_to", "special_day"),
        ),
        (_("Details"), "", ("buffer_minutes", "must_finish_by_close", "is_active")),
    )
    wide = frozenset({"weekdays", "special_day"})

    def narrow(self) -> None:
        self.fields["special_day"].queryset = self.restaurant.special_days.filter(  # type: ignore[attr-defined]
            is_closed=False
        )
        self.fields["special_day"].empty_label = _("No")  # type: ignore[attr-defined]


class PacingForm(SettingForm):
    class Meta:
        model = ServicePeriod
        fields = (
            *("max_arriving_covers", "max_arriving_parties", "max_seated_covers"),
            *("max_seated_parties", "online_max_arriving_covers", "online_max_arriving_parties"),
            *("online_max_seated_covers", "online_max_seated_parties", "walk_in_quota_covers"),
            *("walk_in_quota_percent", "walk_in_release_minutes"),
        )
        labels: ClassVar[Mapping[str, Words]] = {
            "max_arriving_covers": _("Guests arriving"),
            "max_arriving_parties": _("Parties arriving"),
            "max_seated_covers": _("Guests seated at once"),
            "max_seated_parties": _("Parties seated at once"),
            "online_max_arriving_covers": _("Guests arriving"),
            "online_max_arriving_parties": _("Parties arriving"),
            "online_max_seated_covers": _("Guests seated at once"),
            "online_max_seated_parties": _("Parties seated at once"),
            "walk_in_quota_covers": _("Seats kept free"),
            "walk_in_quota_percent": _("Or a share, %"),
            "walk_in_release_minutes": _("Given to bookings, minutes before"),
        }
        help_texts: ClassVar[Mapping[str, Words]] = {
            "max_arriving_covers": _("With 10, ten guests each quarter-hour. Empty: no limit."),
            "max_arriving_parties": _("With 4, at most four tables order at the same time."),
            "max_seated_covers": _("With 60, the kitchen never cooks for more than sixty."),
            "max_seated_parties": _("With 20, at most twenty tables at once."),
            "online_max_arriving_covers": _("With 8 of 10, two are left for the telephone."),
            "online_max_arriving_parties": _("Empty: as above."),
            "online_max_seated_covers": _("Empty: as above."),
            "online_max_seated_parties": _("Empty: as above."),
            "walk_in_quota_covers": _("With 12, twelve seats wait for people from the street."),
            "walk_in_quota_percent": _("With 20, a fifth of the seats."),
            "walk_in_release_minutes": _("With 60, what nobody took is offered an hour before."),
        }

    groups = (
        (
            _("All guests"),
            _("How many at a time, however they booked."),
            (
                *("max_arriving_covers", "max_arriving_parties"),
                *("max_seated_covers", "max_seated_parties"),
            ),
        ),
        (
            _("Online guests"),
            _("A part of the above; the rest is left for the telephone."),
            (
                *("online_max_arriving_covers", "online_max_arriving_parties"),
                *("online_max_seated_covers", "online_max_seated_parties"),
            ),
        ),
        (
            _("Kept for walk-ins"),
            _("Seats or a share, not both."),
            ("walk_in_quota_covers", "walk_in_quota_percent", "walk_in_release_minutes"),
        ),
    )


class SpecialDayForm(SettingForm):
    class Meta:
        model = SpecialDay
        fields = ("name", "date_from", "date_to", "is_closed", "note")
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "date_from": calendar(),
            "date_to": calendar(),
        }
        labels: ClassVar[Mapping[str, Words]] = {
            "is_closed": _("We are closed"),
            "note": _("A word to guests"),
        }
        help_texts: ClassVar[Mapping[str, Words]] = {
            "name": _("Guests see it in place of the times, for example Christmas Day."),
            "date_from": _("For example 24 December."),
            "date_to": _("The same day if it is only one."),
            "is_closed": _("Untick it to give the day hours of its own: add them under Hours."),
            "note": _("For example: We are back on the 27th."),
        }

    groups = (("", "", ("name", "date_from", "date_to", "is_closed", "note")),)
    wide = frozenset({"name", "is_closed", "note"})


class ClosureForm(SettingForm):
    class Meta:
        model = SlotOverride
        fields = (
            *("date", "starts", "ends", "area", "state", "min_party", "max_party"),
            *("max_arriving_covers", "max_arriving_parties", "note"),
        )
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "date": calendar(),
            "starts": clock(),
            "ends": clock(),
        }
        labels: ClassVar[Mapping[str, Words]] = {
            "date": _("Date"),
            "starts": _("From"),
            "ends": _("Until"),
            "area": _("Only in"),
            "state": _("What happens then"),
            "max_arriving_covers": _("Guests arriving"),
            "max_arriving_parties": _("Parties arriving"),
            "note": _("Note for your team"),
        }
        help_texts: ClassVar[Mapping[str, Words]] = {
            "date": _("For example next Saturday."),
            "starts": _("The first time that changes, for example 18:00."),
            "ends": _("The first that is as usual again, for example 20:00."),
            "area": _("For example the terrace, when it rains. Empty: everywhere."),
            "state": _("Closed, or open with the limits below. Bookings that exist stay."),
            "min_party": _("With 4, only parties of four and more."),
            "max_party": _("With 2, only twos."),
            "max_arriving_covers": _("Instead of the usual pacing, for example 6."),
            "max_arriving_parties": _("For example 2."),
            "note": _("For example: wedding in the back room."),
        }

    groups = (
        ("", "", ("date", "state", "starts", "ends", "area", "note")),
        (
            _("Limits while open"),
            _("Only for “Open”."),
            ("min_party", "max_party", "max_arriving_covers", "max_arriving_parties"),
        ),
    )

    def narrow(self) -> None:
        self.fields["area"].queryset = self.restaurant.areas.all()  # type: ignore[attr-defined]
        self.fields["area"].empty_label = _("The whole restaurant")  # type: ignore[attr-defined]


BANDS = 6


class TurnTimeForm(SettingForm):
    """The bands are pairs of fields: up to so many guests, so many minutes."""

    weekdays = WeekdaysField(required=False, help_text=_("None chosen: every day."))

    class Meta:
        model = TurnTimeRule
        fields = (
            *("name", "weekdays", "service_period", "area"),
            *("time_from", "time_to", "date_from", "date_to"),
        )
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "time_from": clock(),
            "time_to": clock(),
            "date_from": calendar(),
            "date_to": calendar(),
        }
        labels: ClassVar[Mapping[str, Words]] = {
            "service_period": _("Only at"),
            "area": _("Only in"),
            "time_from": _("Only for starts from"),
            "time_to": _("Only for starts before"),
            "date_from": _("Only from"),
            "date_to": _("Only until"),
        }
        help_texts: ClassVar[Mapping[str, Words]] = {
            "name": _("For example Usual, or Quick lunch."),
            "service_period": _("For example Lunch. Empty: at all times."),
            "area": _("For example the bar. Empty: everywhere."),
            "time_from": _("For example 18:00, with 19:00: early guests stay shorter."),
            "time_to": _("For example 19:00."),
            "date_from": _("For example 1 December."),
            "date_to": _("For example 31 December."),
        }

    wide = frozenset({"name", "weekdays"})

    def narrow(self) -> None:
        bands = self.instance.bands or default_bands()
        names: list[str] = []
        for index in range(BANDS):
            band = bands[index] if index < len(bands) else {"up_to": None, "minutes": None}
            self.fields[f"up_to_{index}"] = forms.IntegerField(
                label=_("Up to, guests"), required=False, min_value=1, initial=band["up_to"]
            )
            self.fields[f"minutes_{index}"] = forms.IntegerField(
                label=_("Minutes"), required=False, initial=band["minutes"]
            )
            names += [f"up_to_{index}", f"minutes_{index}"]
        self.groups = (  # type: ignore[misc]
            ("", "", ("name",)),
            (
                _("How long parties stay"),
                _(
                    "One line per size: up to 2 guests, 90 minutes. In the last line leave the"
                    " guests empty: it holds for everybody else."
                ),
                tuple(names),
            ),
            (
                _("Only sometimes"),
                _("Leave all of this empty for the usual times. The narrowest rule wins."),
                (
                    *("weekdays", "service_period", "area"),
                    *("time_from", "time_to", "date_from", "date_to"),
                ),
            ),
        )
        self.fields["service_period"].queryset = self.restaurant.service_periods.all()  # type: ignore[attr-defined]
        self.fields["area"].queryset = self.restaurant.areas.all()  # type: ignore[attr-defined]
        self.fields["service_period"].empty_label = _("All periods")  # type: ignore[attr-defined]
        self.fields["area"].empty_label = _("All areas")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        bands = []
        for index in range(BANDS):
            up_to, minutes = cleaned.get(f"up_to_{index}"), cleaned.get(f"minutes_{index}")
            if minutes is None and up_to is not None:
                self.add_error(f"minutes_{index}", _("How long do they stay? For example 90."))
            elif minutes is not None:
                bands.append({"up_to": up_to, "minutes": minutes})
        self.instance.bands = bands
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        # Not a field of the form, but made of some: its faults shall be shown.
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded - {"bands"}

    def _update_errors(self, errors: Any) -> None:
        if "bands" in getattr(errors, "error_dict", {}):
            errors.error_dict.setdefault("__all__", []).extend(errors.error_dict.pop("bands"))
        super()._update_errors(errors)  # type: ignore[misc]
