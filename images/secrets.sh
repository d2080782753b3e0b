#!/bin/sh
# Makes the secrets of a new installation: passwords for Postgres and Redis, and the settings that hold them.
# Passwords that exist stay.
set -eu
umask 077
for name in postgres redis; do
  [ -s "/secrets/$name" ] || head -c 24 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n' > "/secrets/$name"
done
cat > /var/lib/linbo/.env.new <<SETTINGS
DATABASE_URL=postgres://linbo:$(cat /secrets/postgres)@127.0.0.1:$POSTGRES_PORT/linbo
REDIS_URL=redis://:$(cat /secrets/redis)@127.0.0.1:$REDIS_PORT
SETTINGS
# Postgres and Redis read their own password as their own user; everything else belongs to the services' user.
chmod 755 /secrets
chmod 444 /secrets/postgres /secrets/redis
chown 1000:1000 /var/lib/linbo /var/lib/linbo/.env.new /srv/linbo
# This runs again with every `docker-compose run`: services that start meanwhile find the file whole.
mv /var/lib/linbo/.env.new /var/lib/linbo/.env
