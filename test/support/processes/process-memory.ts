/** How much memory a process has, as the system counts it. */
import { readFileSync } from 'node:fs'

export const MIB = 2 ** 20

export function memoryBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024
}
