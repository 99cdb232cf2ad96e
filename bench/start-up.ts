/** How long a start takes, and what the process then holds, from source and compiled. */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median } from './figures.ts'
import { EXECUTABLE, FROM_SOURCE, launchGateway, prepareFolder } from './gateway.ts'
import { memoryOf } from './process-cost.ts'

export interface StartFigures {
  readyMs: number
  /** Resident memory, a second after a start that no request followed. */
  idleMb: number
  /** Of the executable; null from source. */
  sizeMb: number | null
}

const STARTS = 7
const SETTLE_MS = 1_000

export async function measureStart(kind: 'source' | 'executable'): Promise<StartFigures | null> {
  if (kind === 'executable' && !existsSync(EXECUTABLE)) return null
  const command = kind === 'source' ? FROM_SOURCE : [EXECUTABLE]
  const dataDir = mkdtempSync(join(tmpdir(), 'gpt-proxy-bench-start-'))
  try {
    await prepareFolder(dataDir, [])
    const times: number[] = []
    for (let start = 0; start < STARTS; start++) {
      const gateway = await launchGateway(dataDir, command)
      times.push(gateway.startMs)
      await gateway.stop()
    }
    const gateway = await launchGateway(dataDir, command)
    await Bun.sleep(SETTLE_MS)
    const idleMb = memoryOf(gateway.pid).residentMb
    await gateway.stop()
    const sizeMb = kind === 'source' ? null : statSync(EXECUTABLE).size / 1024 / 1024
    return { readyMs: median(times), idleMb, sizeMb }
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}
