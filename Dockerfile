# Three images from Debian's own packages: `app` (web, worker, scheduler, commands), `database`, `queue`.
# docs/production.md, In containers. Users have fixed numbers, because sockets between the containers
# are trusted by who is at the other end.
FROM debian:bookworm-slim AS base
ENV DEBIAN_FRONTEND=noninteractive
RUN groupadd -g 10000 grievance \
 && useradd -M -s /usr/sbin/nologin -u 10001 -g grievance grievance-web \
 && useradd -M -s /usr/sbin/nologin -u 10002 -g grievance grievance-worker \
 && groupadd -g 10003 grievance-cron && useradd -M -s /usr/sbin/nologin -u 10003 -g 10003 grievance-cron \
 && groupadd -g 10004 redis && useradd -M -s /usr/sbin/nologin -d /var/lib/redis -u 10004 -g redis redis \
 && groupadd -g 10005 postgres && useradd -M -s /usr/sbin/nologin -d /var/lib/postgresql -u 10005 -g postgres postgres

FROM base AS made
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends make python3 python3-pip python3-venv ca-certificates
WORKDIR /opt/grievance
COPY . .
RUN make setup

FROM base AS app
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends python3 ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -m 0755 /etc/grievance/keys \
 && install -d -o grievance-worker -g grievance -m 0750 /var/lib/grievance \
 && install -d -o postgres -g postgres -m 2775 /var/run/postgresql \
 && install -d -o redis -g redis -m 2755 /run/redis
COPY --from=made /opt/grievance /opt/grievance
WORKDIR /opt/grievance
ENV PATH=/opt/grievance/.venv/bin:/usr/sbin:/usr/bin:/sbin:/bin PYTHONDONTWRITEBYTECODE=1
USER 10001:10000
CMD ["flask", "--help"]

FROM base AS database
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql-15 \
 && rm -rf /var/lib/apt/lists/* /var/lib/postgresql/* /etc/postgresql/15 \
 && install -d -o postgres -g postgres -m 0700 /var/lib/postgresql \
 && install -d -o postgres -g postgres -m 2775 /var/run/postgresql
COPY deploy/postgresql.conf deploy/pg_hba.conf deploy/pg_ident.conf deploy/roles.sql deploy/container/database.sh /usr/share/grievance/
USER postgres
STOPSIGNAL SIGINT
CMD ["sh", "/usr/share/grievance/database.sh"]

FROM base AS queue
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends redis-server \
 && rm -rf /var/lib/apt/lists/* && install -d -o redis -g redis -m 2755 /run/redis
COPY deploy/redis.conf /usr/share/grievance/
USER redis
CMD ["sh", "-c", "umask 007; exec redis-server /usr/share/grievance/redis.conf"]
