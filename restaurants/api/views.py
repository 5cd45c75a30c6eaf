"""Restaurants, their booking policy, their audit trail, and who the caller is."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer

from accounts.api.callers import account_of
from reservehub.core import clock
from reservehub.core.actors import ActorKind
from reservehub.core.api.idempotent import idempotent
from reservehub.core.api.pagination import CursorPages
from reservehub.core.api.queries import Queries
from reservehub.core.api.views import ApiView, actor_of
from reservehub.core.errors import FieldError, NotFound, PermissionRefused, ValidationFailed
from reservehub.core.models import AuditEntry
from restaurants import services
from restaurants.api.config import (
    DRY_RUN,
    asked_dry_run,
    defaults_of,
    maybe_dry,
    save_fields,
    tried,
)
from restaurants.api.serializers import (
    AuditEntrySerializer,
    DryRunSerializer,
    MeSerializer,
    RestaurantCreateSerializer,
    RestaurantSerializer,
    SettingsSerializer,
)
from restaurants.models import Membership, Organisation, Restaurant
from restaurants.permissions import ROLE_CAPABILITIES, Capability
from restaurants.selectors import (
    organisations_owned_by,
    restaurant_for,
    restaurant_public,
    restaurants_public,
    restaurants_visible_to,
)


class ByName(CursorPages):
    ordering = ("name", "id")


class Newest(CursorPages):
    ordering = "-id"


def _text(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, {"type": "string", "maxLength": 200}, description=description)


class RestaurantsView(ApiView):
    is_public = True
    pagination_class = ByName
    throttle_scopes = {"GET": "public_read"}
    problem_statuses = {"post": (401, 403)}

    def get_permissions(self) -> list[BasePermission]:
        return [IsAuthenticated()] if self.request.method == "POST" else super().get_permissions()

    @extend_schema(
        operation_id="restaurants",
        summary="Find restaurants",
        tags=["Restaurants"],
        auth=[],
        parameters=[
            _text("q", "Words of the name, the cuisine or the description."),
            _text("city", "In any case."),
            _text("cuisine", "In any case."),
            OpenApiParameter(
                "mine",
                {"type": "boolean", "default": False},
                description="Those the caller works at, public or not.",
            ),
        ],
        responses=RestaurantSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Public restaurants by name."""
        queries = Queries(request, known={"q", "city", "cuisine", "mine"})
        rows: QuerySet[Restaurant] = restaurants_public()
        if queries.flag("mine"):
            rows = Restaurant.objects.none()
            if request.user.is_authenticated:
                rows = restaurants_visible_to(request.user, Capability.VIEW_BOOK)
        if city := queries.text("city"):
            rows = rows.filter(city__iexact=city)
        if cuisine := queries.text("cuisine"):
            rows = rows.filter(cuisine__iexact=cuisine)
        for word in queries.text("q").split():
            rows = rows.filter(_mentions(word))
        queries.check()
        pages = self.pagination_class()
        page = pages.paginate_queryset(rows, request, self) or []
        shown = RestaurantSerializer(page, many=True, context={"request": request})
        return pages.get_paginated_response(list(shown.data))

    @extend_schema(
        operation_id="restaurant_create",
        summary="Add a restaurant",
        tags=["Restaurants"],
        request=RestaurantCreateSerializer,
        responses={201: RestaurantSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """By an owner of the organisation, or by a platform admin. It starts with the default
        policy and turn times.
        """
        owned = organisations_owned_by(request.user)
        if not owned.exists():
            raise PermissionRefused
        serializer = RestaurantCreateSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        fields = dict(serializer.validated_data)
        organisation = _organisation(owned, fields.pop("organisation", None))
        restaurant = services.restaurant_create(
            organisation=organisation,
            fields=fields,
            actor=actor_of(request, ActorKind.STAFF),
            now=clock.now(),
        )
        where = request.build_absolute_uri(f"/api/v1/restaurants/{restaurant.pk}")
        return Response(_shown(restaurant, request), status=201, headers={"Location": where})


def _organisation(owned: QuerySet[Organisation], wanted: int | None) -> Organisation:
    if wanted is not None:
        owned = owned.filter(pk=wanted)
    found = list(owned[:2])
    if len(found) != 1:
        detail = _("Name one of the organisations you own.")
        raise ValidationFailed(errors=[FieldError("/organisation", "invalid_choice", detail)])
    return found[0]


def _mentions(word: str) -> Q:
    return Q(name__icontains=word) | Q(cuisine__icontains=word) | Q(description__icontains=word)


def _shown(restaurant: Restaurant, request: Request) -> dict[str, Any]:
    data: dict[str, Any] = RestaurantSerializer(restaurant, context={"request": request}).data
    return data


class RestaurantView(ApiView):
    is_public = True
    throttle_scopes = {"GET": "public_read"}
    problem_statuses = {"put": (401, 403), "patch": (401, 403), "delete": (401, 403)}

    def get_permissions(self) -> list[BasePermission]:
        return super().get_permissions() if self.request.method == "GET" else [IsAuthenticated()]

    @extend_schema(
        operation_id="restaurant",
        summary="Read",
        tags=["Restaurants"],
        responses=RestaurantSerializer,
    )
    def get(self, request: Request, restaurant: str) -> Response:
        """By id or slug. Members see theirs also while it is not public."""
        return Response(_shown(_readable(request, restaurant), request))

    @extend_schema(
        operation_id="restaurant_replace",
        summary="Replace",
        tags=["Restaurants"],
        request=RestaurantSerializer,
        responses=maybe_dry(RestaurantSerializer, "Restaurant"),
        parameters=[DRY_RUN],
    )
    def put(self, request: Request, restaurant: str) -> Response:
        """Members that are left out get their defaults."""
        return self._write(request, restaurant, partial=False)

    @extend_schema(
        operation_id="restaurant_change",
        summary="Change",
        tags=["Restaurants"],
        request=RestaurantSerializer,
        responses=maybe_dry(RestaurantSerializer, "Restaurant"),
        parameters=[DRY_RUN],
    )
    def patch(self, request: Request, restaurant: str) -> Response:
        """Members that are left out stay as they are."""
        return self._write(request, restaurant, partial=True)

    @extend_schema(
        operation_id="restaurant_close",
        summary="Close for good",
        tags=["Restaurants"],
        responses={204: None, 200: DryRunSerializer},
        parameters=[DRY_RUN],
    )
    def delete(self, request: Request, restaurant: str) -> Response:
        """It is made inactive, never erased: its bookings stay in the reports."""
        place = restaurant_for(request.user, restaurant, Capability.CONFIGURE)
        closed = {"is_active": False, "is_public": False, "is_accepting_reservations": False}
        answer = save_or_try(request, place, place, closed)
        return answer or Response(status=204)

    def _write(self, request: Request, restaurant: str, *, partial: bool) -> Response:
        place = restaurant_for(request.user, restaurant, Capability.CONFIGURE)
        data = checked(RestaurantSerializer, request, place, partial=partial)
        answer = save_or_try(request, place, place, data)
        return answer or Response(_shown(_readable(request, str(place.pk)), request))


def checked(
    shape: type[ModelSerializer[Any]], request: Request, place: Restaurant, *, partial: bool
) -> dict[str, Any]:
    """The validated members; PUT fills the others with their defaults."""
    serializer = shape(data=request.data, partial=partial, context={"restaurant": place})
    serializer.is_valid(raise_exception=True)
    defaults = {} if partial else defaults_of(serializer)
    return {**defaults, **serializer.validated_data}


def save_or_try(
    request: Request, place: Restaurant, instance: Model, data: dict[str, Any]
) -> Response | None:
    """Save, or with `?dry_run=true` answer what saving would strand."""
    dry_run, now = asked_dry_run(request), clock.now()
    actor = actor_of(request, ActorKind.STAFF)

    def apply() -> None:
        save_fields(instance, data, actor=actor, now=now)

    if dry_run:
        return tried(place, apply, now)
    apply()
    return None


def _readable(request: Request, id_or_slug: str) -> Restaurant:
    try:
        return restaurant_public(id_or_slug)
    except NotFound:
        return restaurant_for(request.user, id_or_slug, Capability.VIEW_BOOK)


class SettingsView(ApiView):
    @extend_schema(
        operation_id="settings",
        summary="Read the booking policy",
        tags=["Configuration"],
        responses=SettingsSerializer,
    )
    def get(self, request: Request, restaurant: str) -> Response:
        place = restaurant_for(request.user, restaurant, Capability.VIEW_BOOK)
        return Response(SettingsSerializer(place.policy).data)

    @extend_schema(
        operation_id="settings_replace",
        summary="Replace the booking policy",
        tags=["Configuration"],
        request=SettingsSerializer,
        responses=maybe_dry(SettingsSerializer, "Settings"),
        parameters=[DRY_RUN],
    )
    def put(self, request: Request, restaurant: str) -> Response:
        return self._write(request, restaurant, partial=False)

    @extend_schema(
        operation_id="settings_change",
        summary="Change the booking policy",
        tags=["Configuration"],
        request=SettingsSerializer,
        responses=maybe_dry(SettingsSerializer, "Settings"),
        parameters=[DRY_RUN],
    )
    def patch(self, request: Request, restaurant: str) -> Response:
        return self._write(request, restaurant, partial=True)

    def _write(self, request: Request, restaurant: str, *, partial: bool) -> Response:
        place = restaurant_for(request.user, restaurant, Capability.CONFIGURE)
        data = checked(SettingsSerializer, request, place, partial=partial)
        answer = save_or_try(request, place, place.policy, data)
        place.policy.refresh_from_db()
        return answer or Response(SettingsSerializer(place.policy).data)


class AuditView(ApiView):
    pagination_class = Newest

    @extend_schema(
        operation_id="restaurant_audit",
        summary="Audit trail",
        tags=["Configuration"],
        responses=AuditEntrySerializer(many=True),
    )
    def get(self, request: Request, restaurant: str) -> Response:
        """Who changed what, the newest first; managers and owners only (rule 109)."""
        place = restaurant_for(request.user, restaurant, Capability.CONFIGURE)
        Queries(request, known=()).check()
        rows = AuditEntry.objects.filter(restaurant_id=place.pk)
        pages = self.pagination_class()
        page = pages.paginate_queryset(rows, request, self) or []
        return pages.get_paginated_response(list(AuditEntrySerializer(page, many=True).data))


class MeView(ApiView):
    @extend_schema(operation_id="me", summary="Who am I", tags=["Log-in"], responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """The account and what it may do where."""
        user = account_of(request)
        roles = Membership.objects.filter(user=user).select_related("organisation", "restaurant")
        memberships = [
            {
                "organisation": one.organisation_id,
                "organisation_name": one.organisation.name,
                "restaurant": one.restaurant_id,
                "restaurant_slug": one.restaurant.slug if one.restaurant else None,
                "role": one.role,
                "capabilities": sorted(ROLE_CAPABILITIES[one.role]),
            }
            for one in roles.order_by("pk")
        ]
        return Response(
            {
                "id": user.pk,
                "email": user.email,
                "name": user.name,
                "language": user.language,
                "is_platform_admin": user.is_superuser,
                "memberships": memberships,
            }
        )
