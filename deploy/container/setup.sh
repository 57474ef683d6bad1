#!/bin/sh
# Before the processes of compose.yaml start: folders, key ring (once), tables. Repeats are harmless.
set -eu
install -d -o 10002 -g 10000 -m 0750 /var/lib/grievance
install -d -o 10001 -g 10000 -m 0770 /var/lib/grievance/files
if ! [ -d /keys-web/web ]; then
  for trace in anchors.jsonl recalls.jsonl; do
    if [ -e "/var/lib/grievance/$trace" ] && ! [ -d /ring/whole ]; then
      echo "/var/lib/grievance/$trace is of an earlier key ring: put that into the volume ring as whole; a new one opens no case." >&2
      exit 1
    fi
  done
  [ -d /ring/whole ] || flask keyring create /ring/whole
  flask keyring split /ring/whole worker /keys-worker/worker
  chown -R 10002:10000 /keys-worker/worker
  flask keyring split /ring/whole web /keys-web/.web
  chown -R 10001:10000 /keys-web/.web
  mv /keys-web/.web /keys-web/web
fi
GRIEVANCE_DATABASE_URL='postgresql://grievance_owner@/grievance?host=/var/run/postgresql' flask migrate
