"""Django's PostgreSQL backend, with statements that stay planned and a check that asks nobody."""
