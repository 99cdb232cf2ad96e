/** What a process has cost so far: CPU time and memory, as the kernel counts them. */
import { readdirSync, readFileSync } from 'node:fs'

/**
 * Returns the nanoseconds on a CPU since this call, over all threads. Counted for each thread, because what one has
 * used leaves the sum when it ends, as the compiler's do.
 */
export function startCpuClock(pid: number): () => number {
  const before = threadTimes(pid)
  return () => {
    let used = 0
    for (const [thread, time] of threadTimes(pid)) used += time - (before.get(thread) ?? 0)
    return used
  }
}

function threadTimes(pid: number): Map<string, number> {
  const threads = readdirSync(`/proc/${pid}/task`)
  return new Map(threads.map((thread) => [thread, threadNanoseconds(pid, thread)]))
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
