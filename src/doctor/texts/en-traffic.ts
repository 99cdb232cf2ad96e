/** English: findings about traffic: streams, limits, the proxy in front, certificates, time. */
import type { Text } from '../text.ts'

export const EN_TRAFFIC = {
  'sse.ok': [
    '{chunks} chunks: over {directMs} ms directly, over {throughMs} ms through {publicUrl} ({over}).',
  ],
  'sse.direct': [
    '{chunks} chunks over {directMs} ms directly. PUBLIC_URL is not set, so nothing in front was tried.',
  ],
  'sse.buffered': [
    'Through {publicUrl} ({over}) the stream arrives at {throughChunks} moments over {throughMs} ms, the first after {throughFirstMs} ms; directly at {chunks} over {directMs} ms, the first after {firstMs} ms. It is held by: {proxy}.',
    'The proxy in front collects the reply before it passes it on (proxy_buffering on, compression, or a content network).',
    'Put these lines into the location of nginx that passes to the gateway, then load it anew. Other proxies: docs/reverse-proxies.md.',
  ],
  'sse.held': [
    'The gateway itself sends the stream in one piece: {chunks} reads over {directMs} ms.',
    'The machine is so loaded that chunks pile up, or a proxy listens where HOST and PORT point to.',
    'See where the time goes:',
  ],
  'sse.refused': [
    'The demo stream {where} was refused with status {status} ({code}).',
    'A limit, a quota or a rule of a proxy refuses what the gateway would answer.',
    'Look at the error code in docs/errors.md; where it comes from the proxy, let POST /v1/chat/completions through.',
  ],
  'sse.cut': [
    'Through {publicUrl} the stream broke off after {throughMs} ms ({error}).',
    'The proxy in front ends replies that are open for too long, or that it cannot follow.',
    'Raise its read and send time-outs; in nginx:',
  ],
  'sse.no-way': ['Not compared: {publicUrl} does not lead to the gateway ({error}): see NGX-1.'],

  'lim.ok': ['A key at {rpm} requests a minute got {statuses}; counted {where}.'],
  'lim.off': [
    'RATE_LIMIT_ENABLED is false: no limit is kept.',
    'It was switched off.',
    'Switch it on and restart the gateway:',
  ],
  'lim.open': [
    'A key at {rpm} requests a minute got {statuses}: the limit is not kept.',
    'The gateway that answers does not count, or counts somewhere else than this configuration says.',
    'Restart it with this configuration:',
  ],
  'lim.closed': [
    'A key at {rpm} requests a minute got {statuses}: requests are refused because the counters are away.',
    'RATE_LIMIT_FAIL_OPEN is false and Redis does not answer.',
    'Mend Redis; or let each instance count by itself until it is back:',
  ],
  'lim.untested': ['The 429 was not tried: {reason}.'],
  'lim.unset': [
    'No default limit is set (RATE_LIMIT_KEY_RPM, _TPM, RATE_LIMIT_IP_RPM, _TPM are 0); only keys with limits of their own are held to them.',
  ],
  'lim.redis': ['Redis {place} answers in {latencyMs} ms; maxmemory-policy {policy}.'],
  'lim.redis-away': [
    'Redis {place} does not answer: {error}.',
    'Redis does not run, its address or password is wrong, or a firewall is between. Until it is back, each instance counts by itself (RATE_LIMIT_FAIL_OPEN={failOpen}).',
    'Start Redis, or correct REDIS_URL; one of these:',
  ],
  'lim.redis-slow': [
    'Redis {place} answers in {latencyMs} ms.',
    'It is far away or overloaded; above 50 ms the gateway takes it for lost.',
    'Look at what it does:',
  ],
  'lim.eviction': [
    'Redis {place} has maxmemory-policy {policy}.',
    'When its memory is full it throws counters away, and a limit that was reached is open again.',
    'Set it to noeviction, here and in redis.conf:',
  ],
  'lim.fail-open': [
    '{count} decisions were taken by an instance alone, because Redis was lost; now it answers.',
    'Redis was away since this instance started. While it was, each instance allowed the whole limit by itself.',
    'Nothing to do where that was known; else look for the time in the logs of the gateway:',
  ],
  'lim.server-lost': [
    'Redis answers here, but the running gateway has lost it.',
    'The gateway runs with another REDIS_URL, or cannot reach it from where it runs.',
    'Restart it with this configuration:',
  ],
  'lim.several': [
    '{instances} instances share this store, and each counts its limits in its own memory.',
    'Without REDIS_URL a client gets the limit once at each instance.',
    'Give all instances one Redis:',
  ],

  'ngx.ok': [
    'The gateway at {url} and {publicUrl} both answer; {tries} of {tries} tries went through.',
  ],
  'ngx.direct': [
    'The gateway at {url} answers; PUBLIC_URL is not set, so nothing in front was tried.',
  ],
  'ngx.stranger': [
    'At {url} something answers with status {status} ({proxy}), but not this gateway.',
    'Another program has the port, so the gateway does not run or has another HOST or PORT.',
    'See which program it is, and end it or give the gateway another port:',
  ],
  'ngx.idle': [
    'Nothing answers at {url} ({error}), and PUBLIC_URL is not set.',
    'The gateway does not run, or with another HOST or PORT.',
    'Start it:',
  ],
  'ngx.down': [
    'Nothing answers at {url} ({error}); {publicUrl} gives {seen}.',
    'The gateway is stopped, crashed, or listens on another address or port.',
    'Start it, with whichever of these it runs under, and look at its log:',
  ],
  'ngx.bad-gateway': [
    'The gateway at {url} answers, but {publicUrl} gives {status} ({proxy}).',
    'The proxy passes to another address or port than {listens}, or cannot reach it from where it runs. In a container, 127.0.0.1 is the container itself.',
    'Let it pass to the gateway, then load it anew:',
  ],
  'ngx.proxy-down': [
    'The gateway at {url} answers, but nothing takes connections at {publicUrl} ({error}).',
    'The proxy in front does not run, or its port is closed by a firewall.',
    'Test its configuration and start it:',
  ],
  'ngx.name': [
    'The gateway at {url} answers, but the name of {publicUrl} is not known ({error}).',
    'The DNS entry is missing, or PUBLIC_URL is misspelt.',
    'See what the name leads to, and correct PUBLIC_URL:',
  ],
  'ngx.elsewhere': [
    '{publicUrl} answers with status {status} ({proxy}), but not as this gateway does.',
    'PUBLIC_URL leads to another site, or the proxy does not pass /livez and /v1 to the gateway.',
    'Compare the two:',
  ],
  'ngx.keep-alive': [
    '{bad} of {tries} requests through {publicUrl} got {status}, the others went through.',
    'The proxy keeps connections to the gateway for longer than the gateway does (30 s), or one of several instances is down.',
    'In the upstream block of nginx, keep them for a shorter time, and look after the instances:',
  ],
  'ngx.degraded': [
    'The gateway at {url} answers, and calls itself degraded: {services}.',
    'One of its parts is away.',
    'See the checks of these parts:',
  ],

  'tls.ok': [
    '{host}: trusted, for this name, {days} days left (until {until}); clocks {skew} s apart.',
  ],
  'tls.none': ['Neither PUBLIC_URL nor an upstream uses HTTPS.'],
  'tls.plain': [
    'PUBLIC_URL is {publicUrl}: keys travel unencrypted.',
    'No certificate was set up yet.',
    'Use HTTPS as docs/deployment.md shows, and set PUBLIC_URL to https://.',
  ],
  'tls.expired': [
    '{host}: its certificate ended on {until} ({days} days left).',
    'It was not renewed, or the proxy was not loaded anew after it was.',
    'Renew it, put it where the proxy reads it, and load the proxy anew:',
  ],
  'tls.upstream-expired': [
    '{host}: the certificate of this upstream ended on {until}.',
    'Its owner did not renew it, or the clock of this machine is wrong.',
    'Compare the clocks; then only its owner can renew it:',
  ],
  'tls.future': [
    '{host}: its certificate is valid only from {from}.',
    'The clock of this machine is behind, or the certificate was made for later.',
    'Look at the clock:',
  ],
  'tls.soon': [
    '{host}: its certificate ends in {days} days, on {until}.',
    'The renewal has not run.',
    'Renew it, put it where the proxy reads it, and load the proxy anew:',
  ],
  'tls.untrusted': [
    '{host}: its certificate is not trusted ({detail}); issued by {issuer}, {chain} certificates sent.',
    'The chain is not complete (cert.pem in place of fullchain.pem), or it was issued by an authority of your own.',
    'Serve the full chain; an authority of your own is named in NODE_EXTRA_CA_CERTS, for the gateway and for this command:',
  ],
  'tls.name': [
    '{host}: its certificate is for {names}.',
    'It was issued for other names, or another site of the proxy answers.',
    'Issue it for this name, or correct the address:',
  ],
  'tls.clock': [
    '{host}: its clock and that of this machine are {skew} s apart.',
    'One of the clocks is wrong; certificates and signatures then seem expired or not yet valid.',
    'Let the clock be set by the network:',
  ],
  'tls.unreachable': [
    '{host}: no TLS connection ({error}).',
    'Nothing listens there, or what listens speaks no TLS.',
    'See NGX-1 for PUBLIC_URL and UPS-1 for upstreams; by hand:',
  ],
  'tls.proxied': [
    '{host} is reached through an outgoing proxy, so its certificate was not looked at.',
  ],

  'slow.ok': [
    'Database {databaseMs} ms, Redis {redisMs} ms, gateway {overheadMs} ms, event loop {loopMs} ms, connecting {connectMs} ms, first token {firstTokenMs} ms (median of {requests} requests).',
  ],
  'slow.database': [
    'The database takes {ms} ms for a statement that needs none.',
    'It is far away, overloaded or out of connections. Requests do not wait for it, but usage records and quotas do.',
    'See what it is doing; keep DB_POOL_SIZE near what it can work on at once:',
  ],
  'slow.redis': [
    'Redis takes {ms} ms for a PING; each limited request waits for it.',
    'It is far away or does something slow.',
    'Measure it, and see what was slow:',
  ],
  'slow.loop': [
    'The event loop of the gateway is held up for {ms} ms (99th percentile).',
    'The machine has too little CPU, or the log level writes too much.',
    'Look at the CPU, set LOG_LEVEL=warn, and run more instances:',
  ],
  'slow.overhead': [
    'A demo answer begins after {ms} ms, of which an idle gateway needs under 5 ms.',
    'Requests wait in the gateway: too little CPU for the load, or Redis or the ledger of quotas is waited for.',
    'Look at the load of the machine:',
  ],
  'slow.connect': [
    '{upstream}: connecting to {baseUrl} takes {ms} ms.',
    'It is far away, or the name server is slow. Connections are kept, so only the first request of each pays for it.',
    'Measure where it goes:',
  ],
  'slow.upstream': [
    '{upstream}: the first token comes after {ms} ms (median of {requests} requests in {minutes} minutes, model {model}), that is {percent} % of the whole time.',
    'The upstream or the model is slow at present; the gateway adds {overheadMs} ms.',
    'Let other keys serve, or choose a faster model; switch this one off for now:',
  ],
} as const satisfies Record<string, Text>
