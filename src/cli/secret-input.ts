/** Secrets come by standard input or a variable: arguments can be read by every user of the machine. */
import { AdminError } from '../admin/errors.ts'
import type { CliContext } from './context.ts'

export async function readSecrets(context: CliContext, what: string): Promise<string[]> {
  const text =
    context.secretFromVariable() ??
    (context.isTerminal ? await asked(what) : await context.readInput())
  const secrets = text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter(Boolean)
  if (secrets.length === 0) {
    throw new AdminError(
      'invalid',
      `no ${what} was given`,
      'Pipe it in, or set GPT_PROXY_UPSTREAM_KEY.',
    )
  }
  return secrets
}

/** Loaded only where somebody is there to be asked. */
async function asked(what: string): Promise<string> {
  const { isCancel, password } = await import('@clack/prompts')
  const answer = await password({ message: `Paste the ${what}` })
  if (isCancel(answer)) throw new AdminError('invalid', 'cancelled', 'Nothing was changed.')
  return answer
}
