"""The configuration of a restaurant, one pair of views per kind: hours, tables, turn times,
overrides (requirements B4-B6, L7).

Every change can be tried first: with `?dry_run=true` nothing is saved and the answer lists the
future bookings it would strand (B8).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer

from reservehub.core import clock
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.api.idempotent import idempotent
from reservehub.core.api.queries import Queries
from reservehub.core.api.views import ApiView, actor_of
from reservehub.core.errors import NotFound
from restaurants import services
from restaurants.api.serializers import DryRunSerializer
from restaurants.impact import preview
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from restaurants.selectors import restaurant_for

DRY_RUN = OpenApiParameter(
    "dry_run",
    {"type": "boolean", "default": False},
    description="Save nothing; list the future bookings the change would strand.",
)
Data = Mapping[str, Any]


def save_fields(instance: models.Model, data: Data, *, actor: Actor, now: datetime) -> models.Model:
    """Set the fields and let the service check and save."""
    for name, value in data.items():
        setattr(instance, name, value)
    services.config_save(instance=instance, actor=actor, now=now)
    return instance


@dataclass(frozen=True)
class Resource:
    """One kind of configuration.

    :param name: of one of them, for operation ids and summaries
    :param rows: those of a restaurant
    :param new: an unsaved one of a restaurant
    """

    name: str
    plural: str
    serializer: type[ModelSerializer[Any]]
    rows: Callable[[Restaurant], models.QuerySet[Any]]
    new: Callable[[Restaurant], models.Model]
    save: Callable[..., models.Model] = save_fields
    delete: Callable[..., None] = services.config_delete


class _ConfigView(ApiView):
    resource: ClassVar[Resource]

    def place(self, request: Request, id_or_slug: str) -> tuple[Restaurant, Actor]:
        """Members may look, managers may change: a host has to know the tables."""
        is_reading = request.method == "GET"
        needed = Capability.VIEW_BOOK if is_reading else Capability.CONFIGURE
        restaurant = restaurant_for(request.user, id_or_slug, needed)
        return restaurant, actor_of(request, ActorKind.STAFF)

    def object(self, restaurant: Restaurant, pk: int) -> Any:
        found = self.resource.rows(restaurant).filter(pk=pk).first()
        if found is None:
            raise NotFound
        return found

    def data(self, instance: models.Model) -> dict[str, Any]:
        shown: dict[str, Any] = self.resource.serializer(instance).data
        return shown

    def write(
        self,
        request: Request,
        restaurant: Restaurant,
        instance: models.Model,
        actor: Actor,
        *,
        partial: bool = False,
    ) -> Response:
        is_new = instance.pk is None
        dry_run = asked_dry_run(request)
        # Apart from the instance: DRF must not save, and the service checks the whole object.
        checked = self.resource.serializer(
            data=request.data, partial=partial, context={"restaurant": restaurant}
        )
        checked.is_valid(raise_exception=True)
        now = clock.now()
        data = dict(checked.validated_data)
        if not (is_new or partial):
            data = {**defaults_of(checked), **data}

        def apply() -> models.Model:
            return self.resource.save(instance, data, actor=actor, now=now)

        if dry_run:
            return tried(restaurant, apply, now)
        saved = apply()
        # As the database has it, so that the answer is what a read would be.
        stored = self.object(restaurant, saved.pk)
        if not is_new:
            return Response(self.data(stored))
        where = request.build_absolute_uri(f"{request.path}/{stored.pk}")
        return Response(self.data(stored), status=201, headers={"Location": where})


def defaults_of(serializer: ModelSerializer[Any]) -> dict[str, Any]:
    """What PUT means by members that are left out: the values a new object would have."""
    model: type[models.Model] = serializer.Meta.model
    columns = {field.name: field for field in model._meta.concrete_fields}
    return {
        name: columns[name].get_default()
        for name, field in serializer.fields.items()
        if not field.read_only and name in columns
    }


def asked_dry_run(request: Request) -> bool:
    """Whether `?dry_run=true` was said; other parameters are refused."""
    queries = Queries(request, known={"dry_run"})
    asked = queries.flag("dry_run")
    queries.check()
    return asked


def tried(restaurant: Restaurant, apply: Callable[[], object], now: datetime) -> Response:
    """The answer to a dry run: 200 whatever would have been created or deleted."""
    stranded = preview(restaurant_id=restaurant.pk, apply=apply, now=now)
    return Response({"dry_run": True, "stranded": [one.as_dict() for one in stranded]})


class _Collection(_ConfigView):
    def list(self, request: Request, restaurant: str) -> Response:
        place, _actor = self.place(request, restaurant)
        Queries(request, known=()).check()
        return Response([self.data(row) for row in self.resource.rows(place)])

    def create(self, request: Request, restaurant: str) -> Response:
        place, actor = self.place(request, restaurant)
        return self.write(request, place, self.resource.new(place), actor)


class _Item(_ConfigView):
    def retrieve(self, request: Request, restaurant: str, pk: int) -> Response:
        place, _actor = self.place(request, restaurant)
        Queries(request, known=()).check()
        return Response(self.data(self.object(place, pk)))

    def replace(self, request: Request, restaurant: str, pk: int) -> Response:
        place, actor = self.place(request, restaurant)
        return self.write(request, place, self.object(place, pk), actor)

    def change(self, request: Request, restaurant: str, pk: int) -> Response:
        place, actor = self.place(request, restaurant)
        return self.write(request, place, self.object(place, pk), actor, partial=True)

    def remove(self, request: Request, restaurant: str, pk: int) -> Response:
        place, actor = self.place(request, restaurant)
        instance = self.object(place, pk)
        dry_run = asked_dry_run(request)
        now = clock.now()

        def apply() -> None:
            self.resource.delete(instance=instance, actor=actor, now=now)

        if dry_run:
            return tried(place, apply, now)
        apply()
        return Response(status=204)


def maybe_dry(serializer: type[ModelSerializer[Any]], name: str) -> PolymorphicProxySerializer:
    """The saved object, or the outcome of a dry run."""
    return PolymorphicProxySerializer(
        component_name=f"{name}OrDryRun",
        serializers=[serializer, DryRunSerializer],
        resource_type_field_name=None,
    )


def config_views(resource: Resource) -> tuple[type[ApiView], type[ApiView]]:
    """The documented views of a collection and of one item."""
    name, plural = resource.name, resource.plural
    key = name.replace(" ", "_")
    title = name.title().replace(" ", "")
    one = resource.serializer
    either = maybe_dry(one, title)

    def doc(verb: str, summary: str, **more: Any) -> Callable[[Any], Any]:
        operation_id = f"{key}_{verb}"
        return extend_schema(
            operation_id=operation_id, summary=summary, tags=["Configuration"], **more
        )

    def method(function: Any, verb: str, summary: str, **more: Any) -> Any:
        def handler(self: Any, request: Request, **where: Any) -> Response:
            response: Response = function(self, request, **where)
            return response

        handler.__doc__ = ""
        return doc(verb, summary, **more)(handler)

    collection = type(
        f"{title}Collection",
        (_Collection,),
        {
            "resource": resource,
            "__module__": __name__,
            "get": method(_Collection.list, "list", f"List {plural}", responses=one(many=True)),
            "post": idempotent(
                method(
                    _Collection.create,
                    "create",
                    f"Add a {name}",
                    request=one,
                    responses={201: one, 200: DryRunSerializer},
                    parameters=[DRY_RUN],
                )
            ),
        },
    )
    changing = {"request": one, "responses": either, "parameters": [DRY_RUN]}
    item = type(
        f"{title}Item",
        (_Item,),
        {
            "resource": resource,
            "__module__": __name__,
            "get": method(_Item.retrieve, "read", f"Read a {name}", responses=one),
            "put": method(_Item.replace, "replace", f"Replace a {name}", **changing),
            "patch": method(_Item.change, "change", f"Change a {name}", **changing),
            "delete": method(
                _Item.remove,
                "delete",
                f"Delete a {name}",
                responses={204: None, 200: DryRunSerializer},
                parameters=[DRY_RUN],
            ),
        },
    )
    return collection, item
