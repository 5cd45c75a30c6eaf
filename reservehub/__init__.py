"""ReserveHub: restaurant reservations on Django and PostgreSQL."""
