/** Keeps the first secrets in a file that only its owner can read, until a terminal has shown them. */
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FirstKeys } from '../../cli/context.ts'
import type { Config } from '../../config.ts'
import { shellWord } from '../../doctor/shell-word.ts'
import { ownAddress } from './own-address.ts'

export function firstStartPath(config: Config): string {
  return join(config.dataDir, 'first-start.env')
}

/** Lines that a shell can source. */
export function writeFirstStart(
  config: Config,
  { adminKey, proxyKey }: Pick<FirstKeys, 'adminKey' | 'proxyKey'>,
): void {
  const baseUrl = baseUrlLine(config.publicUrl ?? ownAddress(config.host, config.port))
  const path = firstStartPath(config)
  writeFileSync(path, `${baseUrl}\nADMIN_KEY=${adminKey}\nPROXY_KEY=${proxyKey}\n`, { mode: 0o600 })
  // The mode above applies only if the file is new.
  chmodSync(path, 0o600)
}

/** Called once it listens, because only then is its address known. */
export function addConsoleLink(config: Config, link: string): void {
  const path = firstStartPath(config)
  const others = readFileSync(path, 'utf8').replace(/^CONSOLE_LINK=.*\n/gm, '')
  writeFileSync(path, `${others}CONSOLE_LINK=${shellWord(link)}\n`, { mode: 0o600 })
}

/** null if the file does not exist or was edited. */
export function readFirstStart(config: Config): FirstKeys | null {
  const file = firstStartPath(config)
  if (!existsSync(file)) return null
  const text = readFileSync(file, 'utf8')
  const adminKey = /^ADMIN_KEY=(\S+)$/m.exec(text)?.[1]
  const proxyKey = /^PROXY_KEY=(\S+)$/m.exec(text)?.[1]
  if (adminKey === undefined || proxyKey === undefined) return null
  return { adminKey, proxyKey, file }
}

/** The actual address is known only once it listens, for example with PORT=0. */
export function correctBaseUrl(config: Config, url: string): void {
  const path = firstStartPath(config)
  if (config.publicUrl !== null || !existsSync(path)) return
  const text = readFileSync(path, 'utf8').replace(/^BASE_URL=.*$/m, () => baseUrlLine(url))
  writeFileSync(path, text, { mode: 0o600 })
}

/** Called once they have been shown. */
export function removeFirstStart(config: Config): void {
  rmSync(firstStartPath(config), { force: true })
}

function baseUrlLine(url: string): string {
  return `BASE_URL=${shellWord(`${url}/v1`)}`
}
