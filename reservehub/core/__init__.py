"""The kernel: errors, events and outbox, audit, idempotency, realtime, money and time."""
