# Every process of the system, chosen by two arguments:
#   PACKAGE  its folder                      services/planning   clients/web   simulators/bank   deploy/demo
#   PROCESS  what "python -m" runs           chassis serve planning   web   bank_simulator   portail_demo
# The layers up to the libraries are the same for all and built once.

FROM node:20-bookworm-slim AS assets
WORKDIR /built/clients/web/assets
COPY clients/web/assets/package.json clients/web/assets/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY clients/web/assets ./
RUN npm run build && rm -rf node_modules
# What is left of this stage for PACKAGE: the built files for the web client, an empty folder for the others.
ARG PACKAGE
RUN mkdir -p "/built/$PACKAGE"

FROM python:3.11-slim-bookworm
ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 MALLOC_ARENA_MAX=2
RUN useradd --system --uid 10001 --home-dir /var/lib/portail --create-home portail
WORKDIR /app
COPY requirements.lock ./
RUN pip install --quiet --require-hashes -r requirements.lock
COPY libs ./libs
COPY deploy/images/entrypoint.sh /usr/local/bin/portail-entrypoint
ARG PACKAGE
COPY ${PACKAGE} ./${PACKAGE}
COPY --from=assets /built/${PACKAGE} ./${PACKAGE}
RUN pip install --quiet --no-deps --no-build-isolation -e libs/contracts -e libs/chassis -e "$PACKAGE"
ARG PROCESS
ENV PORTAIL_PROCESS=${PROCESS} PORTAIL_HOST=0.0.0.0 PORTAIL_PORT=8000
USER portail
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['PORTAIL_PORT'] + '/health/ready', timeout=2)"]
ENTRYPOINT ["portail-entrypoint"]
CMD ["sh", "-c", "exec python -m $PORTAIL_PROCESS"]
