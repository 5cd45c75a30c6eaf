"""A small API, only for the tests of the glue."""
# ruff: noqa: ARG002

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404
from django.urls import path
from rest_framework import exceptions, generics, serializers
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reservehub.core import clock
from reservehub.core.api.etag import etag_for, require_match, uses_if_match
from reservehub.core.api.idempotent import idempotent
from reservehub.core.api.pagination import CursorPages
from reservehub.core.api.throttling import AnonThrottle, ScopedThrottle
from reservehub.core.errors import DomainError, RateLimited
from reservehub.core.models import OutboxEvent


class TableTaken(DomainError):
    code = "table_taken"
    title = "The table is taken"


class GuestSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=5)


class BookingSerializer(serializers.Serializer[Any]):
    party_size = serializers.IntegerField(min_value=1)
    guest = GuestSerializer(required=False)
    others = GuestSerializer(many=True, required=False)
    tags = serializers.ListField(child=serializers.IntegerField(), required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["party_size"] == 13:
            raise serializers.ValidationError("Not thirteen.", code="unlucky")
        return attrs


class OutboxSerializer(serializers.ModelSerializer[OutboxEvent]):
    class Meta:
        model = OutboxEvent
        fields = ("id", "name")


class Bookings(APIView):
    permission_classes = (AllowAny,)
    problem_statuses = {"post": (402,)}
    serializer_class = BookingSerializer

    @idempotent
    def post(self, request: Request) -> Response:
        form = BookingSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        row = OutboxEvent.objects.create(name="booked", payload={}, occurred_at=clock.now())
        if form.validated_data["party_size"] > 100:
            raise TableTaken("No such table", alternatives=["19:30"])
        return Response({"id": row.pk}, status=201, headers={"Location": f"/bookings/{row.pk}"})


class Booking(APIView):
    permission_classes = (IsAuthenticated,)
    serializer_class = BookingSerializer

    def get(self, request: Request, pk: int) -> Response:
        return Response({"id": pk}, headers={"ETag": etag_for(3)})

    @uses_if_match
    def patch(self, request: Request, pk: int) -> Response:
        require_match(request, 3)
        return Response({"id": pk})


class Pages(generics.ListAPIView[OutboxEvent]):
    permission_classes = (AllowAny,)
    queryset = OutboxEvent.objects.all()
    serializer_class = OutboxSerializer
    pagination_class = CursorPages
    filter_backends = ()


ERRORS: dict[str, Exception] = {
    "domain": TableTaken(),
    "limited": RateLimited(retry_after=0.2),
    "http404": Http404(),
    "denied": PermissionDenied(),
    "unauthenticated": exceptions.NotAuthenticated(),
    "throttled": exceptions.Throttled(wait=7.1),
    "django": DjangoValidationError({"starts_at": "In the past."}),
    "teapot": exceptions.APIException("Short and stout", code="teapot"),
}


class Raises(APIView):
    permission_classes = (AllowAny,)
    schema = None

    def get(self, request: Request, name: str) -> Response:
        raise ERRORS.get(name, ZeroDivisionError())


class Limited(APIView):
    permission_classes = (AllowAny,)
    throttle_classes = (ScopedThrottle, AnonThrottle)
    throttle_scope = "tests"
    schema = None

    def get(self, request: Request) -> Response:
        return Response({})


api_patterns = [
    path("bookings", Bookings.as_view()),
    path("bookings/<int:pk>", Booking.as_view()),
    path("pages", Pages.as_view()),
    path("raises/<str:name>", Raises.as_view()),
    path("limited", Limited.as_view()),
]
# The site's middleware looks for the admin.
urlpatterns = [path("admin/", admin.site.urls), *api_patterns]
