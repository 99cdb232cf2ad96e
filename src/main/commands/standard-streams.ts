/** Standard output and error, whose readers may close them: `gpt-proxy user list | head -1` ends silently. */
import { EXIT_CODES } from '../../cli/exit-codes.ts'

/** Thrown by the next write, so that a command stops and closes what it has opened. */
export class OutputLost extends Error {
  override readonly name = 'OutputLost'
}

export interface StandardStreams {
  writeOut(text: string): void
  writeError(text: string): void
}

export function standardStreams(): StandardStreams {
  let lost = false
  const writeError = (text: string) => void process.stderr.write(text)
  process.stdout.on('error', ({ code }: { code?: string }) => {
    lost = true
    if (code === 'EPIPE') return
    writeError(
      `error: standard output can't be written to (${code}). Make room, or name another file.\n`,
    )
    process.exitCode = EXIT_CODES.failed
  })
  // There is no stream left to report it on.
  process.stderr.on('error', () => {})
  return {
    writeError,
    writeOut(text: string): void {
      if (lost) throw new OutputLost()
      process.stdout.write(text)
    },
  }
}
