#!/bin/sh
# Brings a renewed certificate to nginx: certbot runs it after each renewal (docs/deployment.md).
#   certbot certonly --webroot -w nginx/certbot -d gateway.example.com --deploy-hook /srv/gpt-proxy/deploy/certbot/deploy-hook.sh
# SSL_DIR and RELOAD say where nginx reads it from, and how it is reloaded.
set -eu
: "${RENEWED_LINEAGE:?is set by certbot; by hand: RENEWED_LINEAGE=/etc/letsencrypt/live/NAME $0}"
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd -P)
SSL_DIR=${SSL_DIR:-$root/nginx/ssl}
export GPT_PROXY_ROOT="$root"
RELOAD=${RELOAD:-docker compose --project-directory \"\$GPT_PROXY_ROOT\" exec -T nginx nginx -s reload}

chain=$RENEWED_LINEAGE/fullchain.pem
key=$RENEWED_LINEAGE/privkey.pem
# A key that does not belong to its certificate would leave nginx unable to start.
if [ "$(openssl x509 -in "$chain" -noout -pubkey)" != "$(openssl pkey -in "$key" -pubout)" ]; then
  echo "error: $chain and $key do not belong together; nothing was changed" >&2
  exit 1
fi

mkdir -p "$SSL_DIR"
umask 077
# Written next to it and renamed, so that nginx never reads half a file.
cp -- "$key" "$SSL_DIR/.privkey.pem.new"
cp -- "$chain" "$SSL_DIR/.fullchain.pem.new"
chmod 0644 "$SSL_DIR/.fullchain.pem.new"
mv -- "$SSL_DIR/.privkey.pem.new" "$SSL_DIR/privkey.pem"
mv -- "$SSL_DIR/.fullchain.pem.new" "$SSL_DIR/fullchain.pem"
sh -c "$RELOAD"
