"""Reviews for everybody (read), for the guest of a visit (write), for staff (publish, answer)."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.api.access import any_access, staff_restaurant
from bookings.api.inputs import parsed
from bookings.api.parameters import MANAGE_TOKEN, TOKEN_IN_QUERY
from bookings.loading import public_restaurant
from reservehub.core import clock
from reservehub.core.actors import ActorKind
from reservehub.core.api.pagination import CursorPages
from reservehub.core.api.queries import Queries
from reservehub.core.api.views import ApiView, actor_of
from reservehub.core.errors import NotFound, PermissionRefused
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from restaurants.selectors import restaurant_for
from reviews.api.output import own_data, rating_data, review_data
from reviews.api.serializers import (
    OwnReviewSerializer,
    PublishSerializer,
    RatingSerializer,
    ReviewAnswerSerializer,
    ReviewSerializer,
    ReviewWriteSerializer,
)
from reviews.models import Review, ReviewStatus
from reviews.selectors import rating_of, reviews_of, reviews_published
from reviews.services import PARTS, review_answer, review_moderate, review_write

TAGS = ["Reviews"]
HOLDER = [MANAGE_TOKEN, TOKEN_IN_QUERY]


class LatestFirst(CursorPages):
    ordering = ("-created_at", "-id")


class RatingView(ApiView):
    is_public = True
    problem_statuses = (404,)

    @extend_schema(
        operation_id="restaurant_rating",
        summary="The average of the reviews",
        tags=TAGS,
        responses=RatingSerializer,
    )
    def get(self, request: Request, restaurant: str) -> Response:
        """Over the published reviews."""
        Queries(request, known=()).check()
        return Response(rating_data(rating_of(public_restaurant(restaurant))))


class ReviewsView(ApiView):
    is_public = True
    problem_statuses = (404,)
    pagination_class = LatestFirst

    @extend_schema(
        operation_id="restaurant_reviews",
        summary="The reviews of a restaurant",
        tags=TAGS,
        responses=ReviewSerializer(many=True),
    )
    def get(self, request: Request, restaurant: str) -> Response:
        """The published ones, the latest first."""
        place = public_restaurant(restaurant)
        Queries(request, known=()).check()
        pages = self.pagination_class()
        page = pages.paginate_queryset(reviews_published(place), request, self) or []
        return pages.get_paginated_response([review_data(review, place) for review in page])


class AllReviewsView(ApiView):
    pagination_class = LatestFirst

    @extend_schema(
        operation_id="restaurant_reviews_all",
        summary="All reviews, for staff",
        tags=TAGS,
        parameters=[
            OpenApiParameter("status", {"type": "string", "enum": ReviewStatus.values}),
        ],
        responses=OwnReviewSerializer(many=True),
    )
    def get(self, request: Request, restaurant: str) -> Response:
        """Also those that wait for a look and those kept back."""
        place, _actor = staff_restaurant(request, restaurant, Capability.VIEW_BOOK)
        queries = Queries(request, known={"status"})
        rows = reviews_of(place)
        if statuses := queries.choices("status", ReviewStatus.values):
            rows = rows.filter(status__in=statuses)
        queries.check()
        pages = self.pagination_class()
        page = pages.paginate_queryset(rows, request, self) or []
        return pages.get_paginated_response([own_data(review, place) for review in page])


class VisitReviewView(ApiView):
    """The review of one visit, in the hands of its guest. It is no part of the reservation and does
    not change it, so `If-Match` has nothing to say here: the last word of the guest stays.
    """

    is_public = True
    throttle_scopes = {"PUT": "booking"}
    problem_statuses = {"get": (401, 403, 404), "put": (401, 403, 404, 409)}

    @extend_schema(
        operation_id="reservation_review",
        summary="Read the review of a visit",
        tags=TAGS,
        responses=OwnReviewSerializer,
        parameters=HOLDER,
    )
    def get(self, request: Request, visit_id: int) -> Response:
        """404 as long as there is none."""
        reservation = any_access(request, visit_id).reservation
        review = reviews_of(reservation.restaurant).filter(reservation=reservation).first()
        if review is None:
            raise NotFound
        return Response(own_data(review, reservation.restaurant))

    @extend_schema(
        operation_id="reservation_review_write",
        summary="Write or change the review of a visit",
        tags=TAGS,
        request=ReviewWriteSerializer,
        responses=OwnReviewSerializer,
        parameters=HOLDER,
    )
    def put(self, request: Request, visit_id: int) -> Response:
        """Once the visit is over (409 `not_visited` before), for 90 days; changes for seven days
        after the first word. Staff cannot write for their guests. What holds a link or the like
        waits for a look.
        """
        access = any_access(request, visit_id)
        if access.is_staff:
            raise PermissionRefused
        data = parsed(ReviewWriteSerializer, request)
        review = review_write(
            reservation_id=visit_id,
            stars=data["stars"],
            parts={name: data[name] for name in PARTS},
            text=data["text"],
            language=data["language"],
            actor=access.actor,
            now=clock.now(),
        )
        return Response(own_data(review, access.reservation.restaurant))


class StatusView(ApiView):
    problem_statuses = (404,)

    @extend_schema(
        operation_id="review_moderate",
        summary="Publish a review or keep it back",
        tags=TAGS,
        request=PublishSerializer,
        responses=OwnReviewSerializer,
    )
    def put(self, request: Request, review_id: int) -> Response:
        """Doing it again changes nothing."""
        place = _moderated(request, review_id)
        data = parsed(PublishSerializer, request)
        review = review_moderate(
            review_id=review_id,
            publish=data["is_published"],
            actor=actor_of(request, ActorKind.STAFF),
            now=clock.now(),
        )
        return Response(own_data(review, place))


class AnswerView(ApiView):
    problem_statuses = (404,)

    @extend_schema(
        operation_id="review_answer",
        summary="Answer a review in public",
        tags=TAGS,
        request=ReviewAnswerSerializer,
        responses=OwnReviewSerializer,
    )
    def put(self, request: Request, review_id: int) -> Response:
        """An empty text takes the answer back."""
        place = _moderated(request, review_id)
        data = parsed(ReviewAnswerSerializer, request)
        review = review_answer(
            review_id=review_id,
            text=data["text"],
            actor=actor_of(request, ActorKind.STAFF),
            now=clock.now(),
        )
        return Response(own_data(review, place))


def _moderated(request: Request, review_id: int) -> Restaurant:
    """The restaurant of a review, for those who may moderate there.

    :raises NotFound: for strangers, also to the restaurant
    :raises PermissionRefused: for members whose role lacks it
    """
    review = Review.objects.filter(pk=review_id).only("restaurant_id").first()
    if review is None:
        raise NotFound
    return restaurant_for(request.user, str(review.restaurant_id), Capability.CONFIGURE)
