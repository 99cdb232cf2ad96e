/** Pebble, the ACME server that Let's Encrypt tests with, and certbot configured to use it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SEARCHED } from '../../scripts/needed-programs.ts'
import { makeCertificates } from '../support/mock/certificates.ts'
import { waitFor } from '../support/waiting.ts'
import { freePort } from './nginx.ts'

export interface Acme {
  /** Runs certbot with the words that an operator gives it; what it said where it failed. */
  certbot(args: readonly string[], env?: Record<string, string>): string | null
  stop(): Promise<void>
}

/** It believes that every name resolves to this machine, and looks for its proofs at this port. */
export async function startAcme(httpPort: number): Promise<Acme> {
  const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-acme-'))
  const certificates = makeCertificates()
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const [port, managementPort, dnsPort, dnsManagementPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ]
  const pebble = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${managementPort}`,
    certificate: file('cert.pem', certificates.valid.cert),
    privateKey: file('key.pem', certificates.valid.key),
    httpPort,
    tlsPort: await freePort(),
  }
  const names = ['-management', `127.0.0.1:${dnsManagementPort}`, '-dns01', `127.0.0.1:${dnsPort}`]
  const none = ['-http01', '', '-https01', '', '-tlsalpn01', '']
  const resolver = launch([
    ...['pebble-challtestsrv', ...names, ...none],
    ...['-defaultIPv4', '127.0.0.1', '-defaultIPv6', ''],
  ])
  const configuration = file('pebble.json', JSON.stringify({ pebble }))
  const server = launch(
    ['pebble', '-config', configuration, '-dnsserver', `127.0.0.1:${dnsPort}`],
    { PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '0' },
  )
  const directory = `https://127.0.0.1:${port}/dir`
  const ca = await Bun.file(certificates.authorityFile).text()
  await waitFor('Pebble', async () => {
    if (server.exitCode !== null) throw new Error(await new Response(server.stderr).text())
    return fetch(directory, { tls: { ca } }).catch(() => null)
  })
  await waitFor('its names', async () => {
    if (resolver.exitCode !== null) throw new Error(await new Response(resolver.stderr).text())
    return fetch(`http://127.0.0.1:${dnsManagementPort}/`).catch(() => null)
  })
  const folders = ['config', 'work', 'logs'].flatMap((kind) => [
    `--${kind}-dir`,
    join(folder, kind),
  ])
  return {
    certbot(args, env = {}) {
      const { exitCode, stdout, stderr } = Bun.spawnSync(
        ['certbot', ...args, '--non-interactive', '--server', directory, ...folders],
        { env: { PATH: SEARCHED, REQUESTS_CA_BUNDLE: certificates.authorityFile, ...env } },
      )
      return exitCode === 0 ? null : `${stdout}${stderr}`
    },
    async stop() {
      for (const child of [server, resolver]) {
        child.kill('SIGTERM')
        await child.exited
      }
      certificates.remove()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function launch(command: string[], env: Record<string, string> = {}) {
  return Bun.spawn(command, {
    env: { PATH: SEARCHED, ...env },
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
  })
}
