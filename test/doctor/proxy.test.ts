/** A proxy that buffers, a gateway that is gone behind it, an expired certificate: found, fixed, healthy. */
import { expect, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../deploy/nginx.ts'
import { startGateway } from '../support/gateway.ts'
import { makeCertificates } from '../support/mock/certificates.ts'
import { environmentFor, spawnGateway } from '../support/processes/gateway-process.ts'
import { waitFor } from '../support/waiting.ts'
import { startSite } from './nginx.ts'
import { doctor, shell } from './rig.ts'

test('SSE-1 names the nginx that buffers, and the printed lines fix it', async () => {
  const gateway = await startGateway()
  const site = await startSite(
    (port) => `server { listen 127.0.0.1:${port}; location / {
      proxy_pass http://127.0.0.1:${gateway.port};
      proxy_ignore_headers X-Accel-Buffering;
      proxy_buffering on;
    } }`,
  )
  using pasting = shell({ nginx: site.program })
  const PUBLIC_URL = `http://127.0.0.1:${site.port}`
  const env = environmentFor(gateway.dataDir, { PORT: String(gateway.port), PUBLIC_URL })
  try {
    const ill = await doctor(env, 'SSE-1', { secrets: [gateway.proxyKey, gateway.adminKey] })
    expect([ill.exitCode, ill.check.verdict]).toEqual([1, 'failure'])
    const { seen, commands, evidence } = ill.found('sse.buffered')
    expect(seen).toContain('server: nginx')
    expect(Number(evidence.throughChunks)).toBeLessThan(Number(evidence.chunks) / 2)

    const lines = commands.filter((line) => line.endsWith(';'))
    expect(lines.length).toBeGreaterThan(2)
    site.write(site.text().replace('proxy_buffering on;', lines.join('\n')))
    await pasting.paste(
      commands.filter((line) => !lines.includes(line)),
      env,
    )
    const well = await waitFor(
      'nginx to reload its site',
      async () => {
        const again = await doctor(env, 'SSE-1')
        return again.check.verdict === 'ok' ? again : null
      },
      20_000,
    )
    expect(well.codes).toEqual(['sse.ok'])
    expect(well.exitCode).toBe(0)
  } finally {
    await site.stop()
    await gateway.stop()
  }
})

test('SSE-1 judges HTTP/2 as well: nginx that buffers there is found', async () => {
  const gateway = await startGateway()
  const certificates = makeCertificates()
  const site = await startSite(
    (port, folder) => `server { listen 127.0.0.1:${port} ssl http2;
      ssl_certificate ${folder}/cert.pem; ssl_certificate_key ${folder}/key.pem;
      location / {
        proxy_pass http://127.0.0.1:${gateway.port};
        proxy_http_version 1.1;
        proxy_ignore_headers X-Accel-Buffering;
        proxy_buffering on;
      } }`,
    { 'cert.pem': certificates.valid.cert, 'key.pem': certificates.valid.key },
  )
  using pasting = shell({ nginx: site.program })
  const PUBLIC_URL = `https://127.0.0.1:${site.port}`
  const env = environmentFor(gateway.dataDir, { PORT: String(gateway.port), PUBLIC_URL })
  try {
    expect((await doctor(env, 'SSE-1')).codes).toEqual(['sse.buffered'])
    site.write(site.text().replace('proxy_buffering on;', 'proxy_buffering off;'))
    await pasting.paste(['nginx -t && nginx -s reload'], env)
    const well = await waitFor(
      'nginx to load its site',
      async () => {
        const again = await doctor(env, 'SSE-1')
        return again.check.verdict === 'ok' ? again : null
      },
      20_000,
    )
    expect(well.found('sse.ok').evidence.over).toBe('HTTP/1.1, HTTP/2')
  } finally {
    await site.stop()
    await gateway.stop()
  }
}, 60_000)

test('NGX-1 distinguishes a stopped gateway from a proxy that passes to the wrong port', async () => {
  const first = await startGateway()
  const { dataDir, port } = first
  const site = await startSite(
    (own) =>
      `server { listen 127.0.0.1:${own}; location / { proxy_pass http://127.0.0.1:${port}; } }`,
  )
  using pasting = shell({ nginx: site.program })
  const PUBLIC_URL = `http://127.0.0.1:${site.port}`
  const env = environmentFor(dataDir, { PORT: String(port), PUBLIC_URL })
  try {
    expect((await doctor(env, 'NGX-1')).codes).toEqual(['ngx.ok'])

    first.signal('SIGTERM')
    await first.exited
    const gone = await doctor(env, 'NGX-1')
    expect(gone.exitCode).toBe(1)
    const { seen, commands } = gone.found('ngx.down')
    expect(seen).toContain('502')
    // The line runs for as long as the gateway does.
    const [line = ''] = commands
    const serving = await spawnGateway({ ...env, PATH: `${pasting.programs}:${env.PATH}` }, [
      '-e',
      `const child = Bun.spawn(['bash', '-c', ${JSON.stringify(`exec ${line}`)}], { stdio: ['ignore', 'inherit', 'inherit'] }); process.on('SIGTERM', () => child.kill()); process.exit(await child.exited)`,
    ])
    try {
      expect((await doctor(env, 'NGX-1')).codes).toEqual(['ngx.ok'])

      const wrong = await freePort()
      site.write(site.text().replace(`:${port};`, `:${wrong};`))
      await pasting.paste(['nginx -t && nginx -s reload'], env)
      const astray = await waitFor(
        'nginx to reload its site',
        async () => {
          const again = await doctor(env, 'NGX-1')
          return again.check.verdict === 'failure' ? again : null
        },
        20_000,
      )
      const [pass = ''] = astray.found('ngx.bad-gateway').commands
      expect(pass).toBe(`proxy_pass http://127.0.0.1:${port};`)
      site.write(site.text().replace(/proxy_pass [^;]*;/, pass))
      await pasting.paste(['nginx -t && nginx -s reload'], env)
      await waitFor(
        'the proxy to be fixed',
        async () => (await doctor(env, 'NGX-1')).check.verdict === 'ok',
        20_000,
      )
    } finally {
      serving.signal('SIGTERM')
      await serving.exited
    }
  } finally {
    await site.stop()
  }
})

test('NGX-1 distinguishes a stopped proxy from a gateway that is down', async () => {
  const gateway = await startGateway()
  const closed = await freePort()
  const env = environmentFor(gateway.dataDir, { PORT: String(gateway.port) })
  try {
    const stopped = await doctor({ ...env, PUBLIC_URL: `http://127.0.0.1:${closed}` }, 'NGX-1')
    expect(stopped.codes).toEqual(['ngx.proxy-down'])
    const idle = await doctor({ ...env, PORT: String(closed) }, 'NGX-1')
    expect([idle.codes, idle.exitCode]).toEqual([['ngx.idle'], 1])
  } finally {
    await gateway.stop()
  }
})

test('TLS-1 finds the certificate that has ended, and after its renewal none', async () => {
  const certificates = makeCertificates()
  const gateway = await startGateway()
  const site = await startSite(
    (port, folder) => `server { listen 127.0.0.1:${port} ssl;
      ssl_certificate ${folder}/nginx/ssl/fullchain.pem; ssl_certificate_key ${folder}/nginx/ssl/privkey.pem;
      location / { proxy_pass http://127.0.0.1:${gateway.port}; } }`,
    {
      'nginx/ssl/fullchain.pem': certificates.expired.cert,
      'nginx/ssl/privkey.pem': certificates.expired.key,
    },
  )
  using pasting = shell({ nginx: site.program })
  const env = environmentFor(gateway.dataDir, {
    PORT: String(gateway.port),
    PUBLIC_URL: `https://127.0.0.1:${site.port}`,
    NODE_EXTRA_CA_CERTS: certificates.authorityFile,
  })
  try {
    const ill = await doctor(env, 'TLS-1')
    expect(ill.exitCode).toBe(1)
    const { commands } = ill.found('tls.expired')
    // What certbot would have put there.
    const live = join(pasting.folder, 'letsencrypt/live/127.0.0.1')
    mkdirSync(live, { recursive: true })
    writeFileSync(join(live, 'fullchain.pem'), certificates.valid.cert)
    writeFileSync(join(live, 'privkey.pem'), certificates.valid.key)
    await pasting.paste(
      commands.map((line) =>
        line
          .replaceAll('/etc/letsencrypt', join(pasting.folder, 'letsencrypt'))
          .replace(' nginx/ssl/', ` ${site.folder}/nginx/ssl/`),
      ),
      env,
    )
    expect(pasting.calls()).toContain('certbot renew')
    const renewed = await waitFor(
      'nginx to reload its certificate',
      async () => {
        const again = await doctor(env, 'TLS-1')
        return again.check.verdict !== 'failure' ? again : null
      },
      20_000,
    )
    // Trusted, for two days.
    expect([renewed.codes, renewed.exitCode]).toEqual([['tls.soon'], 0])

    const { NODE_EXTRA_CA_CERTS: _, ...strange } = env
    expect((await doctor(strange, 'TLS-1')).codes).toEqual(['tls.untrusted'])
  } finally {
    await site.stop()
    await gateway.stop()
    certificates.remove()
  }
})
