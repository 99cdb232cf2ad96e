/** How long a start takes, and what the process then holds: from source, as installed, and compiled. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median } from './rig/figures.ts'
import {
  AS_INSTALLED,
  EXECUTABLE,
  FROM_SOURCE,
  launchGateway,
  prepareFolder,
} from './rig/gateway.ts'
import { startNginx } from './rig/nginx.ts'
import { memoryOf } from './rig/process-cost.ts'

export interface StartFigures {
  readyMs: number
  /** Resident memory, a second after a start that no request followed. */
  idleMb: number
  /** Of the executable; null for the others. */
  sizeMb: number | null
}

const STARTS = 7
const LOOK_EVERY_MS = 0.5
const SETTLE_MS = 1_000

const COMMANDS = { source: FROM_SOURCE, installed: AS_INSTALLED, executable: [EXECUTABLE] }

export async function measureStart(kind: keyof typeof COMMANDS): Promise<StartFigures> {
  const command = COMMANDS[kind]
  const dataDir = mkdtempSync(join(tmpdir(), 'gpt-proxy-bench-start-'))
  try {
    await prepareFolder(dataDir, [])
    const times: number[] = []
    for (let start = 0; start < STARTS; start++) {
      const gateway = await launchGateway(dataDir, { command })
      times.push(gateway.startMs)
      await gateway.stop()
    }
    const gateway = await launchGateway(dataDir, { command })
    await Bun.sleep(SETTLE_MS)
    const idleMb = memoryOf(gateway.pid).residentMb
    await gateway.stop()
    const sizeMb = kind === 'executable' ? statSync(EXECUTABLE).size / 1024 / 1024 : null
    return { readyMs: median(times), idleMb, sizeMb }
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** From spawning nginx to the first connection that it takes. */
export async function measureNginxStart(): Promise<number> {
  const times: number[] = []
  for (let start = 0; start < STARTS; start++) {
    const port = freePort()
    const startedMs = performance.now()
    const starting = startNginx(`server { listen 127.0.0.1:${port}; return 200; }`)
    await connectable(port)
    times.push(performance.now() - startedMs)
    await (await starting).stop()
  }
  return median(times)
}

async function connectable(port: number): Promise<void> {
  const untilMs = performance.now() + 5_000
  while (performance.now() < untilMs) {
    try {
      const socket = await Bun.connect({ hostname: '127.0.0.1', port, socket: { data() {} } })
      socket.end()
      return
    } catch {
      await Bun.sleep(LOOK_EVERY_MS)
    }
  }
  throw new Error('nginx did not start in time')
}

function freePort(): number {
  using listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  return listener.port
}
