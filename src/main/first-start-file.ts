/** Keeps the first secrets for their owner: a file nobody else can read, unless they are shown on a terminal. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config.ts'

export interface FirstSecrets {
  adminKey: string
  proxyKey: string
}

export function firstStartPath(config: Config): string {
  return join(config.dataDir, 'first-start.env')
}

/** Lines that a shell can source. */
export function writeFirstStart(config: Config, { adminKey, proxyKey }: FirstSecrets): void {
  const baseUrl = config.publicUrl ?? `http://${config.host}:${config.port}`
  const lines = [`BASE_URL=${baseUrl}/v1`, `ADMIN_KEY=${adminKey}`, `PROXY_KEY=${proxyKey}`]
  const path = firstStartPath(config)
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 })
  // The mode above is only for a file that was not there yet.
  chmodSync(path, 0o600)
}

/** The address the gateway really has is known only once it listens, as with PORT=0. */
export function correctBaseUrl(config: Config, url: string): void {
  const path = firstStartPath(config)
  if (config.publicUrl !== null || !existsSync(path)) return
  writeFileSync(path, readFileSync(path, 'utf8').replace(/^BASE_URL=.*$/m, `BASE_URL=${url}/v1`), {
    mode: 0o600,
  })
}
