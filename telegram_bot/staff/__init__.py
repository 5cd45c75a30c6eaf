"""Dialogues of staff."""

from __future__ import annotations

from aiogram import Router

router = Router(name="staff")
