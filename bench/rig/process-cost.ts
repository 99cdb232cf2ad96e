/** What a process has cost so far: CPU time and memory, as the kernel counts them. */
import { readdirSync, readFileSync } from 'node:fs'

/** Nanoseconds on a CPU, over all of its threads. */
export function cpuNanoseconds(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  return threads.reduce((sum, thread) => sum + threadNanoseconds(pid, thread), 0)
}

function threadNanoseconds(pid: number, thread: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
  } catch (error) {
    // A thread may end between listing and reading.
    if ((error as { code?: string }).code === 'ENOENT') return 0
    throw error
  }
}

export interface Memory {
  residentMb: number
  /** The most that it ever was. */
  peakMb: number
}

export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const megabytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
  return { residentMb: megabytes('VmRSS'), peakMb: megabytes('VmHWM') }
}

/** Of several processes together; pages that they share count for each. */
export function residentMbOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + memoryOf(pid).residentMb, 0)
}
