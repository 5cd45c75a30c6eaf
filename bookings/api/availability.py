"""`GET restaurants/{id}/availability`: asked far more often than everything else together.

The view skips DRF's request, negotiation, authentication and serializers: the answer depends on
nobody's identity, and those would cost more than the answer itself. It is still an API view, so
that the OpenAPI document shows it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from functools import partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.http.response import HttpResponseBase
from django.utils.encoding import escape_uri_path
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings import selectors
from bookings.api.examples import AVAILABILITY
from bookings.api.money_output import slot_deposit
from bookings.api.parameters import DATE, PARTY_SIZE, TIME, integer
from bookings.api.serializers import MAX_PARTY, AvailabilitySerializer
from bookings.availability import Reason, SlotAnswer
from bookings.deposits import Terms
from bookings.loading import prepared_day, public_restaurant, snapshot_of
from bookings.selectors.deposits import deposit_rules_in_force
from bookings.selectors.prices import slot_terms
from reservehub.core import clock
from reservehub.core.api.fields import FIRST_DATE, LAST_DATE, MAX_ID
from reservehub.core.api.problems import PROBLEM_JSON
from reservehub.core.api.throttling import count_request
from reservehub.core.api.views import ApiView
from reservehub.core.errors import DomainError, FieldError, ValidationFailed, problem, problem_body
from restaurants.models import Restaurant

_KNOWN = frozenset({"date", "party_size", "time", "area"})
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Question(NamedTuple):
    """The query string, understood."""

    date: date
    party_size: int
    time: time | None
    area_id: int | None


class AvailabilityView(ApiView):
    """The starts of one service date, each with its reasons where it cannot be booked."""

    is_public = True
    is_cacheable = True

    @extend_schema(
        operation_id="restaurant_availability",
        summary="Free times of a date",
        tags=["Availability"],
        parameters=[
            DATE,
            PARTY_SIZE,
            TIME,
            integer("area", "Only tables of this area."),
        ],
        responses=AvailabilitySerializer,
        examples=[AVAILABILITY],
    )
    def get(self, request: Request, restaurant: str) -> Response:
        """All starts of the **service date**: 00:30 of Saturday's late service belongs to Saturday.

        With `time` the answer also tells whether that start can be booked (`requested`) and, if
        not, the nearest starts that can (`alternatives`).
        """
        raise NotImplementedError  # `dispatch` answers; this carries the documentation

    def dispatch(self, request: HttpRequest, *_args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD"):
            return _method_refused(request)
        try:
            count_request(request, scope="availability")
            body = availability_text(
                public_restaurant(kwargs["restaurant"]), question_of(request.GET), clock.now()
            )
        except DomainError as error:
            return _problem(
                problem(error, instance=escape_uri_path(request.path)),
                error.extra.get("retry_after"),
            )
        return HttpResponse(body, content_type="application/json")


def _method_refused(request: HttpRequest) -> HttpResponse:
    body = problem_body(
        code="method_not_allowed",
        status=405,
        title=_("This method is not allowed here"),
        instance=escape_uri_path(request.path),
    )
    return HttpResponseNotAllowed(
        ["GET", "HEAD"], _encode(body).encode(), content_type=PROBLEM_JSON
    )


def _problem(body: Mapping[str, Any], retry_after: float | None) -> HttpResponse:
    response = HttpResponse(_encode(body), status=body["status"], content_type=PROBLEM_JSON)
    if retry_after is not None:
        response.headers["Retry-After"] = str(max(1, round(retry_after)))
    return response


def question_of(query: QueryDict) -> Question:
    """:raises ValidationFailed: naming every parameter at fault"""
    errors: list[FieldError] = []
    unknown = set(query) - _KNOWN
    errors += [
        FieldError(f"/{name}", "unknown_field", _("There is no such field.")) for name in unknown
    ]
    day = _date(query.get("date"), errors)
    party = _number(query, "party_size", MAX_PARTY, errors, is_required=True)
    at = _time(query.get("time"), errors)
    area = _number(query, "area", MAX_ID, errors)
    if errors or day is None or party is None:
        raise ValidationFailed(errors=sorted(errors, key=lambda error: error.pointer))
    return Question(day, party, at, area)


def _date(text: str | None, errors: list[FieldError]) -> date | None:
    if text is None:
        errors.append(FieldError("/date", "required", _("This field is required.")))
        return None
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        day = None
    if day is None or not FIRST_DATE <= day <= LAST_DATE:
        errors.append(FieldError("/date", "invalid", _("Use a date such as 2026-11-21.")))
        return None
    return day


def _time(text: str | None, errors: list[FieldError]) -> time | None:
    if text is None:
        return None
    try:
        if len(text) == 5:
            return time.fromisoformat(text)
    except ValueError:
        pass
    errors.append(FieldError("/time", "invalid", _("Use a wall clock time such as 19:30.")))
    return None


def _number(
    query: QueryDict,
    name: str,
    largest: int,
    errors: list[FieldError],
    *,
    is_required: bool = False,
) -> int | None:
    text = query.get(name)
    if text is None:
        if is_required:
            errors.append(FieldError(f"/{name}", "required", _("This field is required.")))
        return None
    if text.isascii() and text.isdigit() and len(text) <= 19 and 1 <= int(text) <= largest:
        return int(text)
    errors.append(FieldError(f"/{name}", "invalid", _("Use a whole number from 1.")))
    return None


def availability_text(restaurant: Restaurant, question: Question, now: datetime) -> str:
    """The answer as JSON; its slots are written anew only when they change."""
    kept = selectors.availability_kept(
        restaurant=restaurant,
        date=question.date,
        party_size=question.party_size,
        area_id=question.area_id,
        now=now,
    )
    body: dict[str, Any] = {
        "restaurant": {"id": restaurant.pk, "slug": restaurant.slug, "name": restaurant.name},
        "date": question.date.isoformat(),
        "party_size": question.party_size,
        "timezone": restaurant.timezone,
    }
    slots = kept.shown.get("api")
    if slots is None:
        slots = kept.shown["api"] = _encode(slots_data(restaurant, question, kept.slots))
    if question.time is not None:
        known = json.loads(slots)
        body.update(_requested(restaurant, question, known, question.time, now))
    return f'{_encode(body)[:-1]},"slots":{slots}}}'


def slots_data(
    restaurant: Restaurant, question: Question, answers: Iterable[SlotAnswer]
) -> list[dict[str, Any]]:
    """The starts of a service date, ready for JSON; two queries more where some cost money."""
    zone = ZoneInfo(restaurant.timezone)
    periods = {p.id: p.name for p in prepared_day(restaurant, question.date).config.periods}
    areas = snapshot_of(restaurant).area_names
    cost = _costs(restaurant, question)
    return [
        {**slot_data(answer, zone, areas, periods), "deposit": slot_deposit(cost(answer), zone)}
        for answer in answers
    ]


def _costs(restaurant: Restaurant, question: Question) -> Callable[[SlotAnswer], Terms | None]:
    """What each start costs, all of them asked with the same few queries."""
    rules = deposit_rules_in_force(restaurant)
    if not rules:
        return lambda _answer: None
    return partial(
        slot_terms,
        restaurant=restaurant,
        day=question.date,
        party_size=question.party_size,
        area_id=question.area_id,
        rules=rules,
    )


def slot_data(
    answer: SlotAnswer, zone: ZoneInfo, areas: Mapping[int, str], periods: Mapping[int, str]
) -> dict[str, Any]:
    """One start. `starts_at` and `ends_at` carry the offset the venue's clock has then."""
    starts_at = answer.starts_at.astimezone(zone).isoformat()
    return {
        "time": answer.local_time.isoformat()[11:16],
        "starts_at": starts_at,
        "ends_at": answer.ends_at.astimezone(zone).isoformat(),
        "utc_offset": starts_at[-6:],
        "fold": answer.fold,
        "available": answer.available,
        "areas": [{"id": i, "name": areas[i]} for i in answer.area_ids if i in areas],
        "tables_left": answer.tables_left,
        "reasons": list(answer.reasons),
        "period": periods.get(answer.period_id) if answer.period_id is not None else None,
    }


def _requested(
    restaurant: Restaurant,
    question: Question,
    slots: Iterable[dict[str, Any]],
    at: time,
    now: datetime,
) -> dict[str, Any]:
    wanted = f"{at:%H:%M}"
    found = next((slot for slot in slots if slot["time"] == wanted), None)
    if found is not None and found["available"]:
        return {"requested": found, "alternatives": []}
    alternatives = selectors.alternatives_payload(
        restaurant=restaurant,
        date=question.date,
        time=at,
        party_size=question.party_size,
        area_id=question.area_id,
        now=now,
    )
    if found is None:
        found = {
            "time": wanted,
            "starts_at": None,
            "ends_at": None,
            "utc_offset": None,
            "fold": 0,
            "available": False,
            "areas": [],
            "tables_left": 0,
            "reasons": [Reason.NOT_A_SLOT],
            "period": None,
            "deposit": None,
        }
    return {"requested": found, "alternatives": alternatives}
