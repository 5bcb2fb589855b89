# vpclink for ECS, Kubernetes or any other host of containers. How to run it: docs/operations.md
FROM python:3.11-slim-bookworm AS build

WORKDIR /app
COPY requirements.txt ./
RUN python -m venv /opt/vpclink \
 && /opt/vpclink/bin/pip install --no-cache-dir --require-hashes --requirement requirements.txt \
 && mkdir /data

COPY pyproject.toml LICENSE ./
COPY bot bot
COPY handlers handlers
COPY templates templates
RUN /opt/vpclink/bin/python -m compileall -q bot handlers

FROM python:3.11-slim-bookworm

# Nothing is written but the database: the root may be read-only. Of what stands here, the user owns only /data.
COPY --from=build /opt/vpclink /opt/vpclink
COPY --from=build /app /app
COPY --from=build --chown=10001:10001 /data /data

ENV PATH=/opt/vpclink/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PORT=3000 \
    VPCLINK_DATABASE=/data/vpclink.sqlite3

WORKDIR /app
USER 10001:10001
VOLUME /data
EXPOSE 3000

HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/livez', timeout=4)"]

ENTRYPOINT ["python", "-m", "bot"]
CMD ["serve"]
