/** Secrets come from standard input or a variable: every user of the machine can read arguments. */
import type { GivenSecret } from '../admin/upstreams/upstream-import.ts'
import { OperatorError } from '../core/operator-error.ts'
import type { CliContext } from './context.ts'

/** One per line, or separated by commas. */
export async function readSecrets(context: CliContext): Promise<GivenSecret[]> {
  const text = (await given(context)).replace(/^\ufeff/, '')
  // A credentials file is one secret.
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

/** Loaded only for an interactive prompt; the prompt does not go to standard output. */
async function asked(): Promise<string> {
  const { isCancel, password } = await import('@clack/prompts')
  const answer = await password({ message: 'Paste the upstream key', output: process.stderr })
  if (isCancel(answer)) throw new OperatorError('failed', 'cancelled', 'Nothing was changed')
  return answer ?? ''
}
