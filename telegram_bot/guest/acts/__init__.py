"""Taps and messages of guests, and what becomes of them. Synchronous: handlers call these through
the bridge and only deliver what they return.
"""
