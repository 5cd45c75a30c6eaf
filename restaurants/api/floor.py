"""Floor plans for programs: where tables stand, drafts and publishing (requirement B7)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from reservehub.core import clock
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.api.etag import etag_for, require_match, uses_if_match
from reservehub.core.api.idempotent import idempotent
from reservehub.core.api.queries import Queries
from reservehub.core.api.views import ApiView, actor_of
from restaurants import services
from restaurants.api.config import DRY_RUN, Data, Resource, asked_dry_run, config_views, save_fields
from restaurants.api.floor_shapes import (
    DraftDocumentSerializer,
    DraftSerializer,
    FloorPlanSerializer,
    PlacementSerializer,
    PlacementsSerializer,
    PublishPreviewSerializer,
)
from restaurants.drafts import Problem, warnings_of
from restaurants.layout import Spot
from restaurants.models import FloorPlan, Restaurant
from restaurants.permissions import Capability
from restaurants.selectors import (
    draft_of,
    draft_problems,
    floor_plan_of,
    floor_plans_of,
    placements_of,
    restaurant_for,
)


def _save(instance: FloorPlan, data: Data, *, actor: Actor, now: datetime) -> FloorPlan:
    """A new plan begins with a draft of the tables that stand nowhere."""
    if not instance._state.adding:  # noqa: SLF001 - public in all but name
        save_fields(instance, data, actor=actor, now=now)
        return instance
    with transaction.atomic():
        plan = services.plan_create(
            restaurant=instance.restaurant, name=data["name"], actor=actor, now=now
        )
        others = {name: value for name, value in data.items() if name != "name"}
        save_fields(plan, others, actor=actor, now=now)
    return plan


def _archive(*, instance: FloorPlan, actor: Actor, now: datetime) -> None:
    services.plan_archive(plan_id=instance.pk, actor=actor, now=now)


FloorPlans, FloorPlanItem = config_views(
    Resource(
        "floor plan",
        "floor plans",
        FloorPlanSerializer,
        lambda r: floor_plans_of(r, with_archived=True),
        lambda r: FloorPlan(restaurant=r),
        save=_save,
        delete=_archive,
    )
)


class _PlanView(ApiView):
    def plan(self, request: Request, restaurant: str, pk: int) -> tuple[Restaurant, FloorPlan]:
        """Members may look, managers may change."""
        is_reading = request.method == "GET"
        needed = Capability.VIEW_BOOK if is_reading else Capability.CONFIGURE
        place = restaurant_for(request.user, restaurant, needed)
        return place, floor_plan_of(place, pk)


def _who(request: Request) -> dict[str, Any]:
    return {"actor": actor_of(request, ActorKind.STAFF), "now": clock.now()}


def _tagged(body: Any, plan: FloorPlan) -> Response:
    return Response(body, headers={"ETag": etag_for(plan.version)})


class PlacementsView(_PlanView):
    @extend_schema(
        operation_id="floor_plan_placements",
        summary="Read where tables stand",
        tags=["Configuration"],
        responses=PlacementsSerializer,
    )
    def get(self, request: Request, restaurant: str, pk: int) -> Response:
        _place, plan = self.plan(request, restaurant, pk)
        Queries(request, known=()).check()
        return _tagged(_placements(plan), plan)

    @extend_schema(
        operation_id="floor_plan_placements_replace",
        summary="Say where tables stand",
        tags=["Configuration"],
        request=PlacementsSerializer,
        responses=PlacementsSerializer,
    )
    @uses_if_match
    def put(self, request: Request, restaurant: str, pk: int) -> Response:
        """Takes effect at once, without a draft. Tables that are left out stand on no plan then."""
        place, plan = self.plan(request, restaurant, pk)
        shape = PlacementsSerializer(data=request.data, context={"restaurant": place})
        shape.is_valid(raise_exception=True)
        require_match(request, plan.version)
        spots = {}
        for one in shape.validated_data["placements"]:
            given = dict(one)
            table = given.pop("table")
            spots[table.pk] = Spot(**given)
        plan = services.placements_set(
            plan_id=plan.pk, version=plan.version, spots=spots, **_who(request)
        )
        return _tagged(_placements(plan), plan)


def _placements(plan: FloorPlan) -> dict[str, Any]:
    return {"placements": PlacementSerializer(placements_of(plan), many=True).data}


class DraftView(_PlanView):
    @extend_schema(
        operation_id="floor_plan_draft",
        summary="Read the draft",
        tags=["Configuration"],
        responses=DraftSerializer,
    )
    def get(self, request: Request, restaurant: str, pk: int) -> Response:
        """What is published, where there is no draft."""
        _place, plan = self.plan(request, restaurant, pk)
        Queries(request, known=()).check()
        return _tagged(_draft(plan), plan)

    @extend_schema(
        operation_id="floor_plan_draft_replace",
        summary="Save a draft",
        tags=["Configuration"],
        request=DraftDocumentSerializer,
        responses=DraftSerializer,
    )
    @uses_if_match
    def put(self, request: Request, restaurant: str, pk: int) -> Response:
        """Nobody sees it until it is published."""
        _place, plan = self.plan(request, restaurant, pk)
        shape = DraftDocumentSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        require_match(request, plan.version)
        plan = services.plan_draft_save(
            plan_id=plan.pk, version=plan.version, document=shape.data, **_who(request)
        )
        return _tagged(_draft(plan), plan)

    @extend_schema(
        operation_id="floor_plan_draft_discard",
        summary="Discard the draft",
        tags=["Configuration"],
        responses={204: None},
    )
    @uses_if_match
    def delete(self, request: Request, restaurant: str, pk: int) -> Response:
        """Back to what is published."""
        _place, plan = self.plan(request, restaurant, pk)
        require_match(request, plan.version)
        services.plan_draft_discard(plan_id=plan.pk, version=plan.version, **_who(request))
        return Response(status=204)


def _draft(plan: FloorPlan) -> dict[str, Any]:
    draft = draft_of(plan)
    return {
        "version": plan.version,
        "has_draft": plan.draft is not None,
        "document": draft.as_json(),
        "problems": _told(draft_problems(plan, draft)),
        "warnings": _told(warnings_of(draft)),
    }


def _told(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    return [
        {"code": one.code, "tables": list(one.keys), "detail": services.problem_words(one)}
        for one in problems
    ]


class PublishView(_PlanView):
    @idempotent
    @extend_schema(
        operation_id="floor_plan_publish",
        summary="Publish the draft",
        tags=["Configuration"],
        request=None,
        responses=PolymorphicProxySerializer(
            component_name="FloorPlanOrPreview",
            serializers=[FloorPlanSerializer, PublishPreviewSerializer],
            resource_type_field_name=None,
        ),
        parameters=[DRY_RUN],
    )
    @uses_if_match
    def post(self, request: Request, restaurant: str, pk: int) -> Response:
        """Tables, combinations and places change together or not at all. Refused while removed
        tables have bookings ahead; without a draft nothing happens."""
        _place, plan = self.plan(request, restaurant, pk)
        dry_run = asked_dry_run(request)
        require_match(request, plan.version)
        if dry_run:
            return _tagged(_preview(services.plan_preview(plan_id=plan.pk, **_who(request))), plan)
        plan = services.plan_publish(plan_id=plan.pk, version=plan.version, **_who(request))
        return _tagged(FloorPlanSerializer(plan).data, plan)


def _preview(outcome: services.Preview) -> dict[str, Any]:
    return {
        "dry_run": True,
        "may_be_published": outcome.may_be_published,
        "changes": [{"kind": one.kind, "name": one.name} for one in outcome.changes],
        "problems": _told(outcome.problems),
        "warnings": _told(outcome.warnings),
        "in_the_way": list(outcome.in_the_way),
        "stranded": list(outcome.stranded),
    }
