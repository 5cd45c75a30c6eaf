"""Ways to narrow the list of reservations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reservehub.core import clock
from reservehub.core.timezones import service_date_of


class WhenFilter(SimpleListFilter):
    """Today is the business day of each restaurant, not of the server (rule 11)."""

    title = _("when")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("today", _("Today")),
            ("tomorrow", _("Tomorrow")),
            ("week", _("Next 7 days")),
            ("ahead", _("Today and later")),
            ("past", _("Before today")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        places = queryset.order_by().values_list(
            "restaurant__timezone", "restaurant__business_day_cut"
        )
        wanted = Q(pk__in=[])
        for zone, cut in places.distinct():
            today = service_date_of(clock.now(), zone, cut)
            here = Q(restaurant__timezone=zone, restaurant__business_day_cut=cut)
            match self.value():
                case "today":
                    days = Q(service_date=today)
                case "tomorrow":
                    days = Q(service_date=today + timedelta(days=1))
                case "week":
                    days = Q(service_date__range=(today, today + timedelta(days=6)))
                case "ahead":
                    days = Q(service_date__gte=today)
                case _:
                    days = Q(service_date__lt=today)
            wanted |= here & days
        return queryset.filter(wanted)
