/** gpt-proxy user password */
import type { Command } from 'commander'
import { OperatorError } from '../../core/operator-error.ts'
import { CLI_ACTOR, type CliContext } from '../context.ts'
import { withExamples } from '../options.ts'
import { withAdmin } from '../with-admin.ts'

export function addUserPassword(user: Command, context: CliContext): void {
  const command = user
    .command('password <user>')
    .description('set the password for the console, given on standard input; ends all sessions')
  withExamples(
    command,
    'gpt-proxy user password admin',
    'gpt-proxy user password admin < password.txt',
  ).action(async (name: string) => {
    const password = (await given(context)).replace(/\r?\n$/, '')
    await withAdmin(context, async (admin) => {
      const { username } = await admin.identity.setPassword(CLI_ACTOR, name, password)
      context.writeError(`the password of ${username} is set; all sessions have ended\n`)
    })
  })
}

function given(context: CliContext): string | Promise<string> {
  return context.isTerminal ? asked() : context.readInput()
}

/** Loaded only for an interactive prompt. */
async function asked(): Promise<string> {
  const { isCancel, password } = await import('@clack/prompts')
  const answer = await password({ message: 'The new password', output: process.stderr })
  if (isCancel(answer)) throw new OperatorError('failed', 'cancelled', 'Nothing was changed')
  return answer ?? ''
}
