/** The gateway's program on a pseudo-terminal, as a person sees it. */
import { join } from 'node:path'
import { waitFor } from '../waiting.ts'

const MAIN = join(import.meta.dir, '..', '..', '..', 'src', 'main.ts')
/** Wider than any line, so that none is wrapped. */
const COLUMNS = 600

export interface OnTerminal {
  /** All that was written so far. */
  written(): string
  /** Resolves when `end` shows up in it. */
  shows(end: string): Promise<string>
  exited: Promise<number>
  stop(): Promise<void>
}

export function onTerminal(args: readonly string[], env: Record<string, string>): OnTerminal {
  let written = ''
  const decoder = new TextDecoder()
  const child = Bun.spawn([process.execPath, MAIN, ...args], {
    env,
    terminal: {
      cols: COLUMNS,
      rows: 50,
      data(_, part) {
        written += decoder.decode(part, { stream: true })
      },
    },
  })
  return {
    written: () => written,
    exited: child.exited,
    async shows(end) {
      await waitFor(`'${end}' on the terminal`, () => written.includes(end), 10_000)
      return written
    },
    async stop() {
      child.kill('SIGTERM')
      await child.exited
      child.terminal?.close()
    },
  }
}
