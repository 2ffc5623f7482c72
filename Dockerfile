# One image for both services. `docker compose up` builds it; see docker-compose.yml.
# EXTRAS=charts,detector looks, learns and draws; EXTRAS=train adds TensorFlow (some 2 GB more), with which the backbone was made.

FROM python:3.12-slim AS build
ARG EXTRAS=charts,detector
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE NOTICE ./
COPY henbot henbot
COPY detector detector
COPY migrations migrations
# A container has no screen: the headless OpenCV needs neither libGL nor glib from the system.
RUN sed -i 's/opencv-python>/opencv-python-headless>/' pyproject.toml \
    && sed -i 's/^opencv-python==/opencv-python-headless==/' constraints.txt
RUN python -m venv /opt/henbot \
    && /opt/henbot/bin/pip install --no-cache-dir --constraint constraints.txt ".[${EXTRAS}]"

FROM python:3.12-slim
ENV PATH=/opt/henbot/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HENBOT_CONFIG=/config/coop.yaml \
    HENBOT_DATABASE=sqlite:////data/henbot.db \
    HENBOT_MEDIA=/data/media \
    HENBOT_MODELS=/data/models
COPY --from=build /opt/henbot /opt/henbot
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin henbot \
    && install --directory --owner=henbot --group=henbot /data /config
USER henbot
WORKDIR /data
VOLUME /data
CMD ["henbot", "run"]
