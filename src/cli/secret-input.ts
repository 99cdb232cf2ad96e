/** Secrets come by standard input or a variable: arguments can be read by every user of the machine. */
import { AdminError } from '../admin/errors.ts'
import type { CliContext } from './context.ts'

/** One a line, or with commas between. */
export async function readSecrets(context: CliContext): Promise<string[]> {
  const secrets = (await given(context))
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter(Boolean)
  if (secrets.length > 0) return secrets
  throw new AdminError(
    'invalid',
    'no upstream key was given',
    'Pipe it in, or set GPT_PROXY_UPSTREAM_KEY',
  )
}

function given(context: CliContext): string | Promise<string> {
  return context.secretFromVariable() || (context.isTerminal ? asked() : context.readInput())
}

/** Loaded only where somebody is there to be asked; the question is no data. */
async function asked(): Promise<string> {
  const { isCancel, password } = await import('@clack/prompts')
  const answer = await password({ message: 'Paste the upstream key', output: process.stderr })
  if (isCancel(answer)) throw new AdminError('failed', 'cancelled', 'Nothing was changed')
  return answer ?? ''
}
