"""How well promised waits come true, and what became of the queue: for those who run the house."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from bookings.selectors.floor import service_date_at
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.presenters.waits import chart_of, minutes, number_rows, percent, score_tables, stay_rows
from waitlist.selectors.calibration import queue_calibration
from waitlist.selectors.turns import tallies_of

PERIODS = (7, 28, 91)


@require_GET
@desk_view(Capability.CONFIGURE)
def waits(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Promised against real waits of the last days; two queries besides the frame."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(period) for period in PERIODS} else 28
    today = service_date_at(desk.restaurant, desk.now)
    found = queue_calibration(desk.restaurant, today - timedelta(days=days - 1), today)
    context = {
        "days": days,
        "periods": PERIODS,
        "numbers": number_rows(found.numbers),
        "is_empty": not found.numbers.joined,
        "stays": stay_rows(tallies_of(desk.restaurant.pk)),
    }
    if found.whole is not None:
        context |= {
            "score": found.whole,
            "kept": percent(found.whole.kept),
            "within": percent(found.whole.within),
            "over": minutes(found.whole.over),
            "error": minutes(found.whole.error),
            "chart": chart_of(found),
            "tables": score_tables(found),
        }
    return show(request, desk, "staff/waits/page.html", context, section="queue")
