/** A small disk of its own, which a test fills up; needs root and a system that lets it mount. */
import { closeSync, mkdtempSync, openSync, rmSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface SmallDisk {
  path: string
  /** Until not one byte more can be written. */
  fill(): void
  makeRoom(): void
  remove(): void
}

/** Null where this system doesn't let us mount; who asks must say so. */
export function mountSmallDisk(megabytes: number): SmallDisk | null {
  const path = mkdtempSync(join(tmpdir(), 'gpt-proxy-disk-'))
  const options = ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs', path]
  if (Bun.which('mount') === null || Bun.spawnSync(['mount', ...options]).exitCode !== 0) {
    rmSync(path, { recursive: true })
    return null
  }
  const filler = join(path, 'filler')
  return {
    path,
    fill: () => fill(filler),
    makeRoom: () => unlinkSync(filler),
    remove() {
      Bun.spawnSync(['umount', '-l', path])
      rmSync(path, { recursive: true, force: true })
    },
  }
}

function fill(path: string): void {
  const file = openSync(path, 'a')
  for (const bytes of [64 * 1024, 1]) {
    try {
      for (;;) writeSync(file, new Uint8Array(bytes))
    } catch {
      // Full, to this many bytes.
    }
  }
  closeSync(file)
}
