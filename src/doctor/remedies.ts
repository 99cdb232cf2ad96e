/** The commands to paste for each finding. The same in every language; values in braces are inserted quoted. */
import type { TextKey } from './texts/texts.ts'

const KEEP_OLD = 'gpt-proxy encryption status'
const SITE = '/etc/nginx/conf.d/default.conf'
const RELOAD_NGINX = 'nginx -t && nginx -s reload'
const RESTART = 'docker compose up -d --force-recreate api   # or: systemctl restart gpt-proxy'
const CLEAN = (name: string, filter: string) =>
  `export ${name}="$(printf %s "$${name}" | ${filter})"`
/** Never by removing: pasted without a key.txt, that would lose the key. */
const REPLACE = [
  'gpt-proxy upstream update {upstream} --key-stdin < key.txt',
  'gpt-proxy upstream reset {upstream}',
] as const
const MOVE = [
  'curl -sv {baseUrl}/models -o /dev/null',
  'gpt-proxy upstream update {upstream} --base-url {baseUrl}',
] as const
const RENEW = [
  'certbot renew',
  'cp /etc/letsencrypt/live/{name}/fullchain.pem /etc/letsencrypt/live/{name}/privkey.pem nginx/ssl/',
  `${RELOAD_NGINX}   # or: docker compose exec nginx nginx -s reload`,
] as const

export const REMEDIES: Partial<Record<TextKey, readonly string[]>> = {
  'ups.none': ['gpt-proxy upstream add main < key.txt'],
  'ups.dead': REPLACE,
  'ups.credentials': REPLACE,
  'ups.quota': ['gpt-proxy upstream reset {upstream}'],
  'ups.unreachable': MOVE,
  'ups.strange': MOVE,
  'ups.invalid': ['gpt-proxy upstream reset {upstream}'],
  'ups.breaker': ['gpt-proxy upstream reset {upstream}'],
  'ups.model': ['gpt-proxy upstream reset {upstream}'],
  'ups.disabled': ['gpt-proxy upstream enable {upstream}'],
  'ups.sealed': [KEEP_OLD],
  'ups.unserved': [
    'gpt-proxy upstream list',
    'gpt-proxy upstream add more --model {model} < key.txt',
  ],

  'db.folder': ['chown -R {user} {path}', 'chmod -R u+rwX {path}'],
  'db.disk': ['df -h {path}', 'du -sh {path}/*'],
  'db.name': ['getent hosts {host}'],
  'db.tcp': [
    'docker compose up -d postgres   # or: systemctl start postgresql',
    'pg_isready -h {host} -p {port}',
  ],
  'db.tls': ['openssl s_client -starttls postgres -connect {host}:{port} < /dev/null'],
  'db.password': [
    'docker compose exec postgres psql -U {dbUser} -d {database} -c "ALTER USER {dbUser} PASSWORD \'$POSTGRES_PASSWORD\'"',
  ],
  'db.database': ['createdb -h {host} -p {port} -U postgres -O {dbUser} {database}'],
  'db.migrations': ['gpt-proxy migrate up'],
  'db.newer': ['gpt-proxy --version', 'gpt-proxy migrate status'],
  'db.write': [
    'chown -R {user} {path}',
    'chmod -R u+rwX {path}',
    'fuser -v {path}/gpt-proxy.sqlite',
  ],
  'db.pool': ['export DB_POOL_SIZE=5', "psql -c 'ALTER SYSTEM SET max_connections = 200'"],
  'db.set-aside': [
    'ls -lR {path}/journal',
    'find {path}/journal -name "*.damaged" -exec mv {} {path} ";"',
    'find {path}/journal -name "*.refused.json" -exec mv {} {path} ";"',
  ],
  'db.other': ['gpt-proxy migrate status'],

  'enc.missing': ['export ENCRYPTION_KEY=$(openssl rand -hex 32)'],
  'enc.quotes': [CLEAN('ENCRYPTION_KEY', `tr -d "\\"'\\\`\\r\\n "`)],
  'enc.newline': [CLEAN('ENCRYPTION_KEY', "tr -d '\\r\\n '")],
  'enc.space': [CLEAN('ENCRYPTION_KEY', "tr -d '[:space:]'")],
  'enc.prefix': [CLEAN('ENCRYPTION_KEY', "sed 's/^0[xX]//'")],
  'enc.base64': [CLEAN('ENCRYPTION_KEY', 'base64 -d')],
  'enc.format': ['export ENCRYPTION_KEY=$(openssl rand -hex 32)'],
  'enc.file': ['ls -l {file}', 'cp BACKUP.encryption.key {file}'],
  'enc.gone': ['cp BACKUP.encryption.key {file}', 'gpt-proxy encryption status'],
  'enc.mode': ['chmod 600 {file}'],
  'enc.file-opens': [
    'export ENCRYPTION_KEYS_OLD="$(cat {file})"',
    'gpt-proxy encryption rotate',
    'unset ENCRYPTION_KEYS_OLD',
  ],
  'enc.old': ['gpt-proxy encryption rotate'],
  'enc.lost': [
    'export ENCRYPTION_KEYS_OLD="$OLD_ENCRYPTION_KEY"',
    'gpt-proxy encryption rotate',
    KEEP_OLD,
  ],
  'enc.totp': ['gpt-proxy console --user {user}'],
  'enc.data': ['gpt-proxy encryption rotate'],
  'enc.changed': REPLACE,

  'quo.spent': ['gpt-proxy quota set {user} {suggested}', 'gpt-proxy quota reset {user}'],
  'quo.held': ['gpt-proxy quota show {user}', 'gpt-proxy quota set {user} {suggested}'],
  'quo.nearly': ['gpt-proxy quota set {user} {suggested}'],
  'quo.sums': ['gpt-proxy quota reconcile --repair'],
  'quo.stale': ['gpt-proxy quota reconcile --repair'],
  'quo.no-user': ['gpt-proxy user list'],
  'quo.disabled': ['gpt-proxy user update {user} --enable'],
  'quo.no-record': ['gpt-proxy doctor --only QUO-1 --user NAME'],

  'sse.buffered': [
    'proxy_buffering off;',
    'proxy_cache off;',
    'proxy_request_buffering off;',
    'gzip off;',
    RELOAD_NGINX,
  ],
  'sse.held': ['gpt-proxy doctor --only SLOW-1'],
  'sse.cut': ['proxy_read_timeout 660s;', 'proxy_send_timeout 660s;', RELOAD_NGINX],

  'db.row-sqlite': ['sqlite3 {store} {repair}'],
  'db.row-postgres': ['psql "$DATABASE_URL" -c {repair}'],

  'lim.off': ['export RATE_LIMIT_ENABLED=true', RESTART],
  'lim.open': [RESTART],
  'lim.closed': ['export RATE_LIMIT_FAIL_OPEN=true', RESTART],
  'lim.redis-away': [
    'docker compose up -d redis   # or: systemctl start redis-server',
    'redis-cli -h {host} -p {port} ping',
  ],
  'lim.redis-slow': [
    'redis-cli -h {host} -p {port} --latency-history',
    'redis-cli -h {host} -p {port} slowlog get',
  ],
  'lim.eviction': ['redis-cli -h {host} -p {port} config set maxmemory-policy noeviction'],
  'lim.fail-open': ["docker compose logs api | grep -i 'redis is lost'"],
  'lim.server-lost': [RESTART],
  'lim.several': ['export REDIS_URL=redis://:PASSWORD@redis:6379', RESTART],

  'ngx.stranger': ['curl -si {url}/livez', 'ss -ltnp   # which program listens where'],
  'ngx.idle': ['gpt-proxy serve'],
  'ngx.down': [
    'gpt-proxy serve   # or: docker compose up -d api, systemctl restart gpt-proxy',
    'docker compose logs --tail 50 api   # or: journalctl -u gpt-proxy -n 50',
  ],
  'ngx.bad-gateway': [
    'proxy_pass {url};',
    `sed -i 's|^ *server .*:[0-9][0-9]*|    server {address}|' ${SITE}`,
    RELOAD_NGINX,
  ],
  'ngx.proxy-down': ['nginx -t && systemctl start nginx   # or: docker compose up -d nginx'],
  'ngx.name': ['getent hosts {host}'],
  'ngx.elsewhere': ['curl -sk {publicUrl}/livez', 'curl -s {url}/livez'],
  'ngx.keep-alive': ['keepalive_timeout 1s;', RELOAD_NGINX],
  'ngx.degraded': ['gpt-proxy doctor --only DB-1,LIM-1'],

  'tls.expired': RENEW,
  'tls.soon': RENEW,
  'tls.upstream-expired': [
    'date -u',
    'openssl s_client -connect {host} -servername {name} < /dev/null',
  ],
  'tls.future': ['timedatectl set-ntp true', 'date -u'],
  'tls.untrusted': [
    'openssl s_client -connect {host} -servername {name} -showcerts < /dev/null',
    'export NODE_EXTRA_CA_CERTS=/etc/ssl/our-authority.pem',
  ],
  'tls.name': [
    'openssl s_client -connect {host} -servername {name} < /dev/null',
    'certbot certonly -d {name}',
  ],
  'tls.clock': ['timedatectl set-ntp true', 'date -u'],
  'tls.no-name': ['getent hosts {name}'],
  'tls.unreachable': ['openssl s_client -connect {host} -servername {name} < /dev/null'],

  'slow.database': ["psql -c 'select pid, state, wait_event, query from pg_stat_activity'"],
  'slow.redis': [
    'redis-cli -h {host} -p {port} --latency-history',
    'redis-cli -h {host} -p {port} slowlog get',
  ],
  'slow.loop': ['docker stats   # or: top', 'export LOG_LEVEL=warn', RESTART],
  'slow.overhead': ['docker stats   # or: top', 'gpt-proxy doctor --only LIM-1,DB-1'],
  'slow.connect': [
    "curl -so /dev/null -w 'name %{time_namelookup} tcp %{time_connect} tls %{time_appconnect}\\n' {baseUrl}/models",
  ],
  'slow.upstream': ['gpt-proxy upstream disable {upstream}'],
}
