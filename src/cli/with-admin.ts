/** Opens the store for one command, closes it again, and sets the exit code that the command returns. */
import type { CliContext, OpenAdmin } from './context.ts'

export async function withAdmin(
  context: CliContext,
  work: (admin: OpenAdmin) => Promise<unknown>,
  ifMissing: 'make it' | 'refuse' = 'refuse',
): Promise<void> {
  const admin = await context.openAdmin(ifMissing)
  try {
    const code = await work(admin)
    if (typeof code === 'number') process.exitCode = code
  } finally {
    await admin.close()
  }
}
