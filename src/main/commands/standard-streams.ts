/** Standard output and error, whose readers may go away: `gpt-proxy user list | head -1` ends without a word. */
import { EXIT_CODES } from '../../cli/exit-codes.ts'

/** Thrown by the next write, so that a command stops and puts away what it has opened. */
export class OutputLost extends Error {
  override readonly name = 'OutputLost'
}

export function standardStreams() {
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
  // There is nowhere left to say so.
  process.stderr.on('error', () => {})
  return {
    writeError,
    writeOut(text: string): void {
      if (lost) throw new OutputLost()
      process.stdout.write(text)
    },
  }
}
