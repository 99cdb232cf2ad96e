# syntax=docker/dockerfile:1
# GPT Proxy as one executable on a small Debian, for a user without rights and a root file system that is
# read-only. What can't be run without a container engine, and what the tests run instead: docs/deployment.md

FROM node:22-bookworm-slim AS build
WORKDIR /build
# npm ci builds the console, so its sources come first.
COPY package.json package-lock.json tsconfig.json ./
COPY web ./web
RUN npm ci --no-audit --no-fund
COPY scripts ./scripts
COPY src ./src
RUN npm run build && mkdir -p /empty

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 gpt-proxy \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin gpt-proxy
COPY --from=build /build/dist/gpt-proxy /usr/local/bin/gpt-proxy
COPY --from=build --chown=10001:10001 --chmod=0700 /empty /data
ENV HOST=0.0.0.0 \
    PORT=8000 \
    DATA_DIR=/data
WORKDIR /data
VOLUME /data
EXPOSE 8000
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["gpt-proxy", "health"]
ENTRYPOINT ["gpt-proxy"]
CMD ["serve"]
