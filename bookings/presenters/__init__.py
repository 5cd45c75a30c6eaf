"""View models of the guest pages: plain values ready to print, so that templates decide nothing."""

from __future__ import annotations
