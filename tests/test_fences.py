"""The fences of tests/conftest.py hold."""

from __future__ import annotations

import socket

import pytest

from tests.conftest import OutsideNetworkUsed


def test_a_test_cannot_leave_this_machine() -> None:
    with socket.socket() as outside, pytest.raises(OutsideNetworkUsed):
        outside.connect(("192.0.2.1", 80))
