/** gpt-proxy key rotate */
import { type Command, InvalidArgumentError } from 'commander'
import { CLI_ACTOR, type CliContext } from '../context.ts'
import { duration, type OutputOptions, withExamples, withJson } from '../options.ts'
import { withAdmin } from '../with-admin.ts'
import { printMinted } from './create.ts'

export function addKeyRotate(key: Command, context: CliContext): void {
  const rotate = key
    .command('rotate <key>')
    .description(
      'create a new key with the same rights; the old one is revoked immediately, or after --grace',
    )
    .option('--grace <time>', 'how long the old key stays valid, e.g. 24h', grace)
  withExamples(
    withJson(rotate),
    'gpt-proxy key rotate 3',
    'gpt-proxy key rotate 3 --grace 24h',
  ).action((name: string, { json, grace: graceMs = 0 }: OutputOptions & { grace?: number }) =>
    withAdmin(context, async (admin) =>
      printMinted(context, await admin.keys.rotate(CLI_ACTOR, name, graceMs), json),
    ),
  )
}

const MAX_GRACE_MS = 90 * 86_400_000

function grace(text: string): number {
  const graceMs = duration(text)
  if (graceMs !== null && graceMs <= MAX_GRACE_MS) return graceMs
  throw new InvalidArgumentError('It must be a time of at most 90d, such as 24h.')
}
