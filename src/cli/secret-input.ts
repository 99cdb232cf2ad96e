/** Secrets come by standard input or a variable: arguments can be read by every user of the machine. */
import type { GivenSecret } from '../admin/upstream-import.ts'
import { OperatorError } from '../core/operator-error.ts'
import type { CliContext } from './context.ts'

/** One a line, or with commas between. */
export async function readSecrets(context: CliContext): Promise<GivenSecret[]> {
  const text = (await given(context)).replace(/^\ufeff/, '')
  // A file of credentials is one secret.
  if (text.trimStart().startsWith('{')) return [{ secret: text.trim(), line: 1 }]
  const secrets = text
    .split('\n')
    .flatMap((line, index) =>
      line.split(',').map((part) => ({ secret: part.trim(), line: index + 1 })),
    )
    .filter(({ secret }) => secret !== '')
  if (secrets.length > 0) return secrets
  throw new OperatorError(
    'invalid',
    'no upstream key was given',
    'Pipe it in, or set GPT_PROXY_UPSTREAM_KEY',
  )
}

function given(context: CliContext): string | Promise<string> {
  return context.secretFromVariable() || (context.isTerminal ? asked() : context.readInput())
}

/** Loaded only if somebody is there to be asked; the question is no data. */
async function asked(): Promise<string> {
  const { isCancel, password } = await import('@clack/prompts')
  const answer = await password({ message: 'Paste the upstream key', output: process.stderr })
  if (isCancel(answer)) throw new OperatorError('failed', 'cancelled', 'Nothing was changed')
  return answer ?? ''
}
