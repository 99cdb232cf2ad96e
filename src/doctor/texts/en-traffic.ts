/** English: findings about traffic: streams, limits, the proxy in front, certificates, time. */
import type { Text } from '../text.ts'

export const EN_TRAFFIC = {
  'sse.ok': [
    '{chunks} chunks: over {directMs} ms directly, over {throughMs} ms through {publicUrl} ({over}).',
  ],
  'sse.direct': [
    '{chunks} chunks over {directMs} ms directly. PUBLIC_URL is not set, so no proxy was tested.',
  ],
  'sse.buffered': [
    'Through {publicUrl} ({over}) the stream arrives in {throughChunks} reads over {throughMs} ms, the first after {throughFirstMs} ms; directly in {chunks} reads over {directMs} ms, the first after {firstMs} ms. It is buffered by: {proxy}.',
    'The proxy in front buffers the response (proxy_buffering on, compression, or a CDN).',
    'Add these lines to the nginx location that passes requests to the gateway, then reload nginx. Other proxies: docs/reverse-proxies.md.',
  ],
  'sse.held': [
    'The gateway itself sends the stream in one piece: {chunks} reads over {directMs} ms.',
    'The machine is so loaded that chunks pile up, or a proxy listens on HOST and PORT.',
    'Find out where the time goes:',
  ],
  'sse.refused': [
    'The demo stream {where} was refused with status {status} ({code}).',
    'A limit, a quota or a rule of a proxy refuses the request.',
    'Look up the error code in docs/errors.md; if it comes from the proxy, allow POST /v1/chat/completions there.',
  ],
  'sse.cut': [
    'Through {publicUrl} the stream broke off after {throughMs} ms ({error}).',
    'The proxy in front ends responses that are open for too long, or that it cannot parse.',
    'Raise its read and send timeouts; in nginx:',
  ],
  'sse.no-way': ['Not compared: {publicUrl} does not lead to the gateway ({error}): see NGX-1.'],

  'lim.ok': ['A key limited to {rpm} requests per minute got {statuses}; counted in {where}.'],
  'lim.off': [
    'RATE_LIMIT_ENABLED is false: no limit is enforced.',
    'Rate limiting was switched off.',
    'Switch it on and restart the gateway:',
  ],
  'lim.open': [
    'A key limited to {rpm} requests per minute got {statuses}: the limit is not enforced.',
    'The running gateway does not count requests, or counts them elsewhere than this configuration says.',
    'Restart it with this configuration:',
  ],
  'lim.closed': [
    'A key limited to {rpm} requests per minute got {statuses}: requests are refused because the counters are unavailable.',
    'RATE_LIMIT_FAIL_OPEN is false and Redis does not answer.',
    'Fix Redis, or let each instance count on its own until it is back:',
  ],
  'lim.untested': ['The limit was not tested: {reason}.'],
  'lim.unset': [
    'No default limit is set (RATE_LIMIT_KEY_RPM, _TPM, RATE_LIMIT_IP_RPM, _TPM are 0); only keys with their own limits are limited.',
  ],
  'lim.redis': ['Redis {place} answers in {latencyMs} ms; maxmemory-policy {policy}.'],
  'lim.redis-away': [
    'Redis {place} does not answer: {error}.',
    'Redis is not running, its address or password is wrong, or a firewall blocks the connection. Until it is back, each instance counts on its own (RATE_LIMIT_FAIL_OPEN={failOpen}).',
    'Start Redis, or correct REDIS_URL; one of these:',
  ],
  'lim.redis-slow': [
    'Redis {place} answers in {latencyMs} ms.',
    'It is far away or overloaded; above 50 ms the gateway treats it as lost.',
    'Check what it is doing:',
  ],
  'lim.eviction': [
    'Redis {place} has maxmemory-policy {policy}.',
    'When its memory is full, it evicts counters, and limits that were reached start again at zero.',
    'Set it to noeviction, here and in redis.conf:',
  ],
  'lim.fail-open': [
    'An instance took {count} decisions alone because Redis was unavailable; it answers now.',
    'Redis was unavailable at some time since this instance started. Meanwhile each instance allowed the whole limit.',
    'If that was expected, nothing needs to be done; otherwise find the time in the logs of the gateway:',
  ],
  'lim.server-lost': [
    'Redis answers here, but the running gateway has lost it.',
    'The gateway runs with another REDIS_URL, or cannot reach Redis from where it runs.',
    'Restart it with this configuration:',
  ],
  'lim.several': [
    '{instances} instances share this store, and each counts its limits in its own memory.',
    'Without REDIS_URL, a client gets the whole limit at each instance.',
    'Let all instances use one Redis:',
  ],

  'ngx.ok': [
    'The gateway at {url} and {publicUrl} both answer; {tries} of {tries} requests succeeded.',
  ],
  'ngx.direct': ['The gateway at {url} answers; PUBLIC_URL is not set, so no proxy was tested.'],
  'ngx.stranger': [
    'Another program, not this gateway, answers at {url} with status {status} ({proxy}).',
    'Another program uses the port, so the gateway is not running or has another HOST or PORT.',
    'Find out which program it is, and stop it or give the gateway another port:',
  ],
  'ngx.idle': [
    'Nothing answers at {url} ({error}), and PUBLIC_URL is not set.',
    'The gateway is not running, or has another HOST or PORT.',
    'Start it:',
  ],
  'ngx.down': [
    'Nothing answers at {url} ({error}); {publicUrl} gives {seen}.',
    'The gateway is stopped, crashed, or listens on another address or port.',
    'Start it with the command that fits this installation, and look at its log:',
  ],
  'ngx.bad-gateway': [
    'The gateway at {url} answers, but {publicUrl} gives {status} ({proxy}).',
    'The proxy passes to another address or port than {listens}, or cannot reach the gateway from where it runs. In a container, 127.0.0.1 is the container itself.',
    'Correct the address in the proxy, then reload it:',
  ],
  'ngx.proxy-down': [
    'The gateway at {url} answers, but nothing accepts connections at {publicUrl} ({error}).',
    'The proxy in front is not running, or a firewall blocks its port.',
    'Test its configuration and start it:',
  ],
  'ngx.name': [
    'The gateway at {url} answers, but the host name of {publicUrl} cannot be resolved ({error}).',
    'The DNS entry is missing, or PUBLIC_URL is misspelt.',
    'Look up the name, and correct PUBLIC_URL:',
  ],
  'ngx.elsewhere': [
    '{publicUrl} answers with status {status} ({proxy}), but it is not this gateway.',
    'PUBLIC_URL leads to another site, or the proxy does not pass /livez and /v1 to the gateway.',
    'Compare the two:',
  ],
  'ngx.keep-alive': [
    '{bad} of {tries} requests through {publicUrl} got {status}, the others succeeded.',
    'The proxy keeps connections to the gateway for longer than the gateway does (30 s), or one of several instances is down.',
    'Lower the keep-alive time in the upstream block of nginx, and check the instances:',
  ],
  'ngx.degraded': [
    'The gateway at {url} answers, but is degraded: {services}.',
    'One of its services is unavailable.',
    'Run the checks of these services:',
  ],

  'tls.ok': [
    '{host}: trusted, valid for this name, {days} days left (until {until}); clocks differ by {skew} s.',
  ],
  'tls.none': ['Neither PUBLIC_URL nor an upstream uses HTTPS.'],
  'tls.plain': [
    'PUBLIC_URL is {publicUrl}: keys travel unencrypted.',
    'No certificate is set up yet.',
    'Use HTTPS as docs/deployment.md shows, and set PUBLIC_URL to https://.',
  ],
  'tls.expired': [
    '{host}: its certificate expired on {until} ({days} days left).',
    'It was not renewed, or the proxy was not reloaded after the renewal.',
    'Renew it, install it where the proxy reads it, and reload the proxy:',
  ],
  'tls.upstream-expired': [
    '{host}: the certificate of this upstream expired on {until}.',
    'Its owner did not renew it, or the clock of this machine is wrong.',
    'Compare the clocks; only the owner can renew the certificate:',
  ],
  'tls.future': [
    '{host}: its certificate is not valid before {from}.',
    'The clock of this machine is slow, or the certificate was issued for a later date.',
    'Check the clock:',
  ],
  'tls.soon': [
    '{host}: its certificate expires in {days} days, on {until}.',
    'The renewal has not run.',
    'Renew it, install it where the proxy reads it, and reload the proxy:',
  ],
  'tls.untrusted': [
    '{host}: its certificate is not trusted ({detail}); issued by {issuer}, {chain} certificates sent.',
    'The chain is incomplete (cert.pem instead of fullchain.pem), or it was issued by a private authority.',
    'Serve the full chain; for a private authority, set NODE_EXTRA_CA_CERTS for the gateway and for this command:',
  ],
  'tls.name': [
    '{host}: its certificate is for {names}.',
    'It was issued for other names, or another site of the proxy answers.',
    'Issue it for this name, or correct the address:',
  ],
  'tls.clock': [
    '{host}: its clock and the clock of this machine differ by {skew} s.',
    'One of the clocks is wrong; certificates and signatures then seem expired or not yet valid.',
    'Synchronise the clock over the network:',
  ],
  'tls.no-name': [
    '{host}: its name could not be resolved, so its certificate was not checked.',
    'The name is misspelled, or the DNS of this machine does not know it or does not answer.',
    'Correct the name or the DNS:',
  ],
  'tls.unreachable': [
    '{host}: no TLS connection ({error}).',
    'Nothing listens there, or the service does not support TLS.',
    'See NGX-1 for PUBLIC_URL and UPS-1 for upstreams; by hand:',
  ],
  'tls.proxied': [
    '{host} is reached through an outgoing proxy, so its certificate was not checked.',
  ],

  'slow.ok': [
    'Database {databaseMs} ms, Redis {redisMs} ms, gateway {overheadMs} ms, event loop {loopMs} ms, connecting {connectMs} ms, first token {firstTokenMs} ms (median of {requests} requests).',
  ],
  'slow.database': [
    'The database takes {ms} ms for an empty statement.',
    'It is far away, overloaded or out of connections. Requests do not wait for it, but usage records and quotas do.',
    'Check what it is doing; set DB_POOL_SIZE to about what it can process concurrently:',
  ],
  'slow.redis': [
    'Redis takes {ms} ms for a PING; each limited request waits for it.',
    'It is far away, or runs slow commands.',
    'Measure it, and list its slow commands:',
  ],
  'slow.loop': [
    'The event loop of the gateway is blocked for {ms} ms (99th percentile).',
    'The machine has too little CPU, or the log level is too verbose.',
    'Check the CPU load, set LOG_LEVEL=warn, or run more instances:',
  ],
  'slow.overhead': [
    'A demo response begins after {ms} ms; an idle gateway needs less than 5 ms.',
    'Requests wait in the gateway: there is too little CPU for the load, or Redis or the quota ledger is slow.',
    'Check the load of the machine:',
  ],
  'slow.connect': [
    '{upstream}: connecting to {baseUrl} takes {ms} ms.',
    'It is far away, or DNS is slow. Connections are reused, so only the first request on each waits.',
    'Measure the steps:',
  ],
  'slow.upstream': [
    '{upstream}: the first token comes after {ms} ms (median of {requests} requests in {minutes} minutes, model {model}), which is {percent} % of the total time.',
    'The upstream or the model is slow at the moment; the gateway adds {overheadMs} ms.',
    'Use other keys or a faster model; to disable this key for now:',
  ],
} as const satisfies Record<string, Text>
