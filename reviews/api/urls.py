"""Addresses under `/api/v1/`: reviews."""

from __future__ import annotations

from django.urls import URLPattern, path

from reviews.api import views

urlpatterns: list[URLPattern] = [
    path(
        "restaurants/<slug:restaurant>/rating",
        views.RatingView.as_view(),
        name="restaurant-rating",
    ),
    path(
        "restaurants/<slug:restaurant>/reviews",
        views.ReviewsView.as_view(),
        name="restaurant-reviews",
    ),
    path(
        "restaurants/<slug:restaurant>/reviews/all",
        views.AllReviewsView.as_view(),
        name="restaurant-reviews-all",
    ),
    path(
        "reservations/<int:visit_id>/review",
        views.VisitReviewView.as_view(),
        name="reservation-review",
    ),
    path("reviews/<int:review_id>/status", views.StatusView.as_view(), name="review-status"),
    path("reviews/<int:review_id>/answer", views.AnswerView.as_view(), name="review-answer"),
]
