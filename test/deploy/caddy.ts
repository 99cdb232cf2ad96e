/** The real Caddy with the shipped file: only its ports, its authority and its files are put in their places. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SEARCHED } from '../../scripts/needed-programs.ts'
import { waitFor } from '../support/waiting.ts'
import { freePort } from './nginx.ts'

const FILE = join(import.meta.dir, '../../deploy/Caddyfile')
const CADDY = Bun.which('caddy', { PATH: SEARCHED }) ?? 'caddy'
/** For this name Caddy contacts no authority: it signs the certificate itself. */
const DOMAIN = 'localhost'

export interface Caddy {
  httpPort: number
  /** `https://localhost:…` */
  origin: string
  authorityFile: string
  stop(): Promise<void>
}

/** `caddy validate`: exit code and all that it said. */
export function validateCaddyfile(): { exitCode: number; said: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync(
    [CADDY, 'validate', '--adapter', 'caddyfile', '--config', FILE],
    { env: { ...process.env, DOMAIN } },
  )
  return { exitCode, said: `${stdout}${stderr}` }
}

/** `instances` are ports on this machine. */
export async function startCaddy(instances: readonly number[]): Promise<Caddy> {
  const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-caddy-'))
  const [httpPort, httpsPort] = [await freePort(), await freePort()]
  const env = {
    PATH: SEARCHED,
    HOME: folder,
    DOMAIN,
    INSTANCES: instances.map((port) => `127.0.0.1:${port}`).join(' '),
  }
  const configuration = join(folder, 'caddy.json')
  writeFileSync(configuration, JSON.stringify(placed(adapted(env), httpPort, httpsPort)))
  const child = Bun.spawn([CADDY, 'run', '--config', configuration], {
    env,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: Bun.file(join(folder, 'log')),
  })
  const authorityFile = join(folder, '.local/share/caddy/pki/authorities/local/root.crt')
  await waitFor('Caddy to listen', async () => {
    if (child.exitCode !== null)
      throw new Error(`Caddy did not start: ${await Bun.file(join(folder, 'log')).text()}`)
    const reply = await fetch(`http://${DOMAIN}:${httpPort}/`, { redirect: 'manual' }).catch(
      () => null,
    )
    return reply !== null && (await Bun.file(authorityFile).exists())
  })
  return {
    httpPort,
    origin: `https://${DOMAIN}:${httpsPort}`,
    authorityFile,
    async stop() {
      child.kill('SIGTERM')
      await child.exited
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface Configuration {
  admin?: object
  apps: {
    http: { http_port?: number; https_port?: number; servers: Record<string, { listen: string[] }> }
    pki?: object
  }
}

function adapted(env: Record<string, string>): Configuration {
  const { stdout, stderr } = Bun.spawnSync(
    [CADDY, 'adapt', '--adapter', 'caddyfile', '--config', FILE],
    { env },
  )
  if (stdout.length === 0) throw new Error(`caddy adapt: ${stderr.toString()}`)
  return JSON.parse(stdout.toString()) as Configuration
}

function placed({ apps }: Configuration, httpPort: number, httpsPort: number): Configuration {
  const { servers } = apps.http
  for (const server of Object.values(servers)) server.listen = [`127.0.0.1:${httpsPort}`]
  return {
    admin: { disabled: true },
    apps: {
      ...apps,
      http: { http_port: httpPort, https_port: httpsPort, servers },
      pki: { certificate_authorities: { local: { install_trust: false } } },
    },
  }
}
