/** One directory for several threads: what the first one reads again, the others read again, too. */
import type { KeyDirectory } from '../../../upstreams/directory.ts'
import type { Sharing } from './sharing.ts'

/**
 * So that a change holds in all threads once it is answered, and one by another process at about the same time.
 * `readings` counts how often the directory was read.
 */
export function reloadWithOthers(
  directory: Pick<KeyDirectory, 'reload' | 'reloadIfChanged'>,
  { reloadOthers }: Pick<Sharing, 'reloadOthers'>,
  readings: () => number,
): void {
  const { reload, reloadIfChanged } = directory
  directory.reload = async () => {
    await reload()
    await reloadOthers()
  }
  directory.reloadIfChanged = async () => {
    const before = readings()
    await reloadIfChanged()
    // A thread that can't read it now does so, and reports it, when it looks for changes itself. One that has
    // stopped needs no directory any more.
    if (readings() > before) await reloadOthers().catch(() => {})
  }
}
