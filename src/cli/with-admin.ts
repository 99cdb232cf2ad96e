/** Opens the use cases for one command, closes them again, and sets the exit code that the command returns. */
import type { CliContext, OpenCommandAdmin } from './context.ts'

export async function withAdmin(
  context: CliContext,
  work: (admin: OpenCommandAdmin) => Promise<unknown>,
): Promise<void> {
  const admin = await context.openAdmin()
  try {
    const code = await work(admin)
    if (typeof code === 'number') process.exitCode = code
  } finally {
    await admin.close()
  }
}
