# Two stages: what builds stays in the first one; the image holds Python, the locked libraries and the bot.
# Both must be the same Python: what is installed names it by its path.
ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS build
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_PROJECT_ENVIRONMENT=/app
RUN pip install --no-cache-dir --disable-pip-version-check uv==0.13.9
WORKDIR /src
COPY pyproject.toml uv.lock README.md ./
RUN uv sync --frozen --no-dev --no-editable --no-install-project
COPY adapters adapters
COPY bot bot
COPY commands commands
COPY storage storage
RUN uv sync --frozen --no-dev --no-editable
# Google's client describes all of its 600 services, in 110 MB. The bot asks for one.
RUN find /app/lib -path '*/discovery_cache/documents/*.json' ! -name calendar.v3.json -delete
COPY deploy/probe.py deploy/backup.py /app/deploy/

FROM ${PYTHON}
RUN groupadd --gid 10001 interact \
    && useradd --uid 10001 --gid interact --home-dir /data --no-create-home --shell /usr/sbin/nologin interact \
    && install --directory --owner=interact --group=interact --mode=0700 /data /keys \
    && install --directory /etc/interact
COPY --from=build /app /app
# No VOLUME: an anonymous one would be thrown away with the container, and the keys with it. Mount /data and /keys, or set
# DATABASE_URL and give the key as /run/secrets/kek. A file .env that is mounted in /etc/interact is read as well.
ENV PATH=/app/bin:$PATH HOST=0.0.0.0 XDG_DATA_HOME=/data XDG_CONFIG_HOME=/keys PYTHONDONTWRITEBYTECODE=1
WORKDIR /etc/interact
USER 10001:10001
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=8s --start-period=60s --retries=3 CMD ["python", "/app/deploy/probe.py"]
ENTRYPOINT ["interact"]
CMD ["run"]
