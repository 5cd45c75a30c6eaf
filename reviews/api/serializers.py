"""Bodies of reviews: what is read (strict) and what is answered."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from reservehub.core.api.fields import StrictSerializer
from reviews.models import ReviewStatus
from reviews.services import LONGEST


def _stars(**options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=1, max_value=5, **options)


class ReviewWriteSerializer(StrictSerializer):
    """The whole review: parts that are left out are taken back."""

    stars = _stars()
    food = _stars(required=False, allow_null=True, default=None)
    service = _stars(required=False, allow_null=True, default=None)
    ambience = _stars(required=False, allow_null=True, default=None)
    text = serializers.CharField(max_length=LONGEST, allow_blank=True, default="")
    language = serializers.RegexField(
        r"^[a-z]{2,3}(-[A-Za-z0-9]{2,4})?\Z", default="en", max_length=10
    )


class ReviewAnswerSerializer(StrictSerializer):
    """What the restaurant says under the review; empty takes it back."""

    text = serializers.CharField(max_length=LONGEST, allow_blank=True)


class PublishSerializer(StrictSerializer):
    is_published = serializers.BooleanField(help_text="False keeps the review back.")


class RatingSerializer(serializers.Serializer[Any]):
    average = serializers.FloatField(
        allow_null=True, help_text="Of the published reviews, one decimal; null without any."
    )
    count = serializers.IntegerField()


class ReviewSerializer(serializers.Serializer[Any]):
    """What everybody may read."""

    id = serializers.IntegerField()
    author = serializers.CharField(help_text="The first name alone; may be empty.")
    visited_on = serializers.DateField()
    stars = _stars()
    food = _stars(allow_null=True)
    service = _stars(allow_null=True)
    ambience = _stars(allow_null=True)
    text = serializers.CharField()
    language = serializers.CharField()
    answer = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class OwnReviewSerializer(ReviewSerializer):
    """What its guest and the staff get beyond it."""

    status = serializers.ChoiceField(ReviewStatus.values)
    reservation = serializers.IntegerField()
