/** The running gateway's metrics by name, without labels; null if they can't be read. */
import { ask } from './ask.ts'
import type { DoctorSurroundings } from './surroundings.ts'

export async function readMetrics({
  opened,
  url,
}: DoctorSurroundings): Promise<ReadonlyMap<string, number> | null> {
  try {
    const key = await opened?.keys.metrics()
    if (key === null || key === undefined) return null
    const { status, body } = await ask(`${url}/metrics`, { key })
    if (status !== 200) return null
    const lines = body.matchAll(/^(\w+) (\S+)$/gm)
    return new Map([...lines].map(([, name = '', value]) => [name, Number(value)]))
  } catch {
    return null
  }
}
