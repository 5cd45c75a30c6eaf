"""The queue at the door: its rules, refusals, events and links. Only `rules` is pure; nothing here
writes.
"""
