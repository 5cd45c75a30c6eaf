"""Floor plans: their list, the editor, what publishing would do, and publishing."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from reservehub.core.errors import DomainError, ValidationFailed, problem
from reservehub.core.pages import go_to
from restaurants import services
from restaurants.drafts import warnings_of
from restaurants.layout import auto_layout
from restaurants.models import FloorPlan
from restaurants.permissions import Capability
from restaurants.selectors import (
    Place,
    areas_of,
    draft_of,
    draft_problems,
    floor_plan_of,
    floor_plans_of,
    published_draft,
    tables_without_place,
    to_place,
)
from staff.access import Desk, desk_view, show
from staff.presenters.plans import (
    about_of,
    background_url,
    change_lines,
    choices,
    editor_words,
    faults_of,
    still_plan,
)

configure = desk_view(Capability.CONFIGURE)
SECTION = "tables"


@require_GET
@configure
def plans(request: HttpRequest, desk: Desk) -> HttpResponse:
    """All plans, drawn small."""
    return _plans_page(request, desk)


def _plans_page(
    request: HttpRequest, desk: Desk, *, errors: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    found = list(floor_plans_of(desk.restaurant, with_archived=True))
    shown = [plan for plan in found if plan.is_active]
    context = {
        "plans": [(plan, still_plan(plan, _draft(plan))) for plan in shown],
        "archived": [plan for plan in found if not plan.is_active],
        "unplaced": tables_without_place(desk.restaurant),
        "errors": errors or {},
        "typed": request.POST,
    }
    return show(request, desk, "staff/plans/list.html", context, section=SECTION, status=status)


def _draft(plan: FloorPlan) -> Any:
    published = published_draft(plan)
    return published if published.tables or plan.draft is None else draft_of(plan)


@require_POST
@configure
def create(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A new plan; its editor opens."""
    try:
        plan = services.plan_create(
            restaurant=desk.restaurant,
            name=request.POST.get("name", ""),
            actor=desk.actor,
            now=desk.now,
        )
    except ValidationFailed as refused:
        return _refused(request, desk, "new", refused)
    return go_to(request, _url(desk, "plan-edit", plan))


@require_POST
@configure
def change(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Rename, move up or down, archive or bring back, by the button that was pressed."""
    plan = floor_plan_of(desk.restaurant, pk)
    who: dict[str, Any] = {"actor": desk.actor, "now": desk.now}
    match request.POST.get("do", "rename"):
        case "up" | "down" as way:
            _shift(desk, plan, -1 if way == "up" else 1)
        case "archive":
            services.plan_archive(plan_id=pk, **who)
            text = _("“%(name)s” is archived. Its tables stay bookable.")
            messages.success(request, text % {"name": plan.name})
        case "unarchive":
            return _tried(
                request, desk, f"plan-{pk}", lambda: services.plan_unarchive(plan_id=pk, **who)
            )
        case "background":
            upload = request.FILES.get("background")
            return _tried(
                request,
                desk,
                f"plan-{pk}",
                lambda: services.plan_background_set(
                    plan_id=pk, upload=None if upload is None else upload.file, **who
                ),
            )
        case _:
            name = request.POST.get("name", "")
            return _tried(
                request,
                desk,
                f"plan-{pk}",
                lambda: services.plan_rename(plan_id=pk, name=name, **who),
            )
    return go_to(request, reverse("staff:plans", args=[desk.restaurant.slug]))


def _shift(desk: Desk, plan: FloorPlan, by: int) -> None:
    keys = list(floor_plans_of(desk.restaurant).values_list("pk", flat=True))
    if plan.pk not in keys:
        return
    at = keys.index(plan.pk)
    keys.insert(max(0, at + by), keys.pop(at))
    services.plans_reorder(
        restaurant=desk.restaurant, plan_ids=keys, actor=desk.actor, now=desk.now
    )


def _tried(request: HttpRequest, desk: Desk, name: str, work: Any) -> HttpResponse:
    try:
        work()
    except ValidationFailed as refused:
        return _refused(request, desk, name, refused)
    return go_to(request, reverse("staff:plans", args=[desk.restaurant.slug]))


def _refused(
    request: HttpRequest, desk: Desk, name: str, refused: ValidationFailed
) -> HttpResponse:
    texts = [str(error.detail) for error in refused.errors] or [str(refused)]
    return _plans_page(request, desk, errors={name: " ".join(texts)}, status=422)


@require_GET
@configure
def edit(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """The editor."""
    plan = floor_plan_of(desk.restaurant, pk)
    draft = draft_of(plan)
    unplaced = tables_without_place(desk.restaurant)
    layout = auto_layout(map(to_place, unplaced))
    places = [Place(table=table, spot=layout.spots[table.pk]) for table in unplaced]
    areas = list(areas_of(desk.restaurant))
    numbers = desk.restaurant.tables.values_list("number", flat=True)
    context = {
        "plan": plan,
        "still": still_plan(plan, draft),
        "background_url": background_url(plan),
        "draft": draft.as_json(),
        "about": about_of(areas, numbers, places),
        "areas": areas,
        "unplaced": places,
        "faults": faults_of(draft_problems(plan, draft), warnings_of(draft)),
        "words": json.dumps(editor_words(), ensure_ascii=False),
        "saved": _saved_text(plan),
        **choices(),
    }
    return show(request, desk, "staff/plans/edit.html", context, section=SECTION)


def _saved_text(plan: FloorPlan) -> str:
    if plan.draft_saved_at is None:
        return _("Published")
    return _("Draft saved")


@require_POST
@configure
def save(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Keep the draft: JSON `{"version", "document"}` in, the next version and what is wrong out."""
    floor_plan_of(desk.restaurant, pk)
    try:
        body = json.loads(request.body)
        version, document = int(body["version"]), body["document"]
    except (ValueError, KeyError, TypeError):
        return JsonResponse(problem(ValidationFailed()), status=422)
    try:
        plan = services.plan_draft_save(
            plan_id=pk, version=version, document=document, actor=desk.actor, now=desk.now
        )
    except DomainError as refused:
        return JsonResponse(problem(refused), status=refused.status)
    draft = draft_of(plan)
    return JsonResponse(
        {
            "version": plan.version,
            "saved": _saved_text(plan),
            **faults_of(draft_problems(plan, draft), warnings_of(draft)),
        }
    )


@require_GET
@configure
def preview(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """What publishing would do."""
    return _preview_page(request, desk, floor_plan_of(desk.restaurant, pk))


def _preview_page(
    request: HttpRequest,
    desk: Desk,
    plan: FloorPlan,
    *,
    refusal: DomainError | None = None,
) -> HttpResponse:
    outcome = services.plan_preview(plan_id=plan.pk, actor=desk.actor, now=desk.now)
    areas = {area.pk: area.name for area in areas_of(desk.restaurant)}
    faults = faults_of(outcome.problems, outcome.warnings)
    context = {
        "plan": plan,
        "still": still_plan(plan, draft_of(plan)),
        "outcome": outcome,
        "lines": change_lines(outcome.changes, areas),
        "faults": faults,
        "refusal": refusal,
    }
    status = 200 if refusal is None else refusal.status
    return show(request, desk, "staff/plans/preview.html", context, section=SECTION, status=status)


@require_POST
@configure
def publish(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Make the draft what everybody sees."""
    plan = floor_plan_of(desk.restaurant, pk)
    try:
        services.plan_publish(plan_id=pk, version=_version(request), actor=desk.actor, now=desk.now)
    except DomainError as refused:
        return _preview_page(request, desk, floor_plan_of(desk.restaurant, pk), refusal=refused)
    text = _("“%(name)s” is published. Open floors show it now.") % {"name": plan.name}
    messages.success(request, text)
    return go_to(request, reverse("staff:plans", args=[desk.restaurant.slug]))


@require_POST
@configure
def discard(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Back to what is published."""
    plan = floor_plan_of(desk.restaurant, pk)
    try:
        services.plan_draft_discard(
            plan_id=pk, version=_version(request), actor=desk.actor, now=desk.now
        )
    except DomainError as refused:
        return _preview_page(request, desk, floor_plan_of(desk.restaurant, pk), refusal=refused)
    messages.success(request, _("The draft is discarded; the plan is as it was published."))
    return go_to(request, _url(desk, "plan-edit", plan))


def _version(request: HttpRequest) -> int:
    """0 is never a version, so that a form without one is told that it is out of date."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _url(desk: Desk, name: str, plan: FloorPlan) -> str:
    return reverse(f"staff:{name}", args=[desk.restaurant.slug, plan.pk])
