/** Runs a command as the program does, in this process: many commands in a row take a fraction of the time. */

import { execute } from '../../../src/main/commands/command.ts'
import { commandContext } from '../../../src/main/commands/command-context.ts'
import type { CliResult } from '../../support/processes/gateway-process.ts'

export async function runInProcess(
  environment: Record<string, string>,
  args: readonly string[],
  stdin = '',
  terminalWidth: number | null = null,
): Promise<CliResult> {
  const result: CliResult = { exitCode: 0, stdout: '', stderr: '' }
  const context = commandContext(environment, {
    writeOut(text) {
      result.stdout += text
    },
    writeError(text) {
      result.stderr += text
    },
  })
  Object.assign(context, {
    isTerminal: false,
    terminalWidth,
    colours: false,
    showsToTerminal: false,
    readInput: async () => stdin,
  })
  process.exitCode = 0
  // A real program's arguments begin with its own two words.
  const failed = await execute(context, ['bun', 'gpt-proxy', ...args])
  result.exitCode = failed ?? Number(process.exitCode)
  process.exitCode = 0
  return result
}
