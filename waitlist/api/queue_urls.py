"""Addresses under `/api/v1/`: the queue at the door."""

from __future__ import annotations

from django.urls import URLPattern, path

from waitlist.api import queue_steps, queue_views

_HOUSE = "restaurants/<slug:restaurant>/queue"
_ONE = "queue/<int:party_id>"

urlpatterns: list[URLPattern] = [
    path(_HOUSE, queue_views.HouseQueueView.as_view(), name="restaurant-queue"),
    path(f"{_HOUSE}/estimates", queue_views.EstimatesView.as_view(), name="queue-estimates"),
    path("queue", queue_views.QueueView.as_view(), name="queue"),
    path(_ONE, queue_views.PartyView.as_view(), name="queue-party"),
    path(f"{_ONE}/coming", queue_views.ComingView.as_view(), name="queue-coming"),
    path(f"{_ONE}/ready", queue_steps.ReadyView.as_view(), name="queue-ready"),
    path(f"{_ONE}/seat", queue_steps.SeatView.as_view(), name="queue-seat"),
    path(f"{_ONE}/nudge", queue_steps.NudgeView.as_view(), name="queue-nudge"),
    path(f"{_ONE}/skip", queue_steps.SkipView.as_view(), name="queue-skip"),
    path(f"{_ONE}/no-show", queue_steps.NoShowView.as_view(), name="queue-no-show"),
    path(f"{_ONE}/undo", queue_steps.UndoView.as_view(), name="queue-undo"),
]
