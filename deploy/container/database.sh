#!/bin/sh
# The database of compose.yaml: the cluster is made once, then served on a socket and nowhere else.
# What deploy/ says of PostgreSQL holds here too.
set -eu
told=/usr/share/grievance
data=/var/lib/postgresql/data
PATH=$(echo /usr/lib/postgresql/*/bin):$PATH
if ! [ -s "$data/PG_VERSION" ]; then
  new=$data.new
  rm -rf "$new"
  initdb -D "$new" --encoding=UTF8 --locale=C --auth=peer
  cat "$told/pg_hba.conf" "$new/pg_hba.conf" > "$new/hba" && mv "$new/hba" "$new/pg_hba.conf"
  cat "$told/pg_ident.conf" >> "$new/pg_ident.conf"
  echo "include '$told/postgresql.conf'" >> "$new/postgresql.conf"
  pg_ctl -D "$new" -w -o "-k /tmp" start
  psql -h /tmp -v ON_ERROR_STOP=1 -q -c 'CREATE DATABASE grievance TEMPLATE template0' postgres
  psql -h /tmp -v ON_ERROR_STOP=1 -q -f "$told/roles.sql" grievance
  psql -h /tmp -v ON_ERROR_STOP=1 -q -c 'CREATE DATABASE grievance_drill TEMPLATE template0 OWNER grievance_owner' postgres
  psql -h /tmp -v ON_ERROR_STOP=1 -q -d grievance -c 'ALTER DATABASE grievance OWNER TO grievance_owner' \
    -c 'REVOKE ALL ON DATABASE grievance, grievance_drill FROM PUBLIC' \
    -c 'GRANT CONNECT ON DATABASE grievance TO grievance_app, grievance_worker'
  pg_ctl -D "$new" -w stop
  mv "$new" "$data"
fi
exec postgres -D "$data" -k /var/run/postgresql
