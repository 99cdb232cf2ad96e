/** gpt-proxy key limit */
import { type Command, InvalidArgumentError } from 'commander'
import { keyView } from '../../admin/contract.ts'
import type { KeyPatch } from '../../admin/store.ts'
import { CLI_ACTOR, type CliContext } from '../context.ts'
import { gathered, limit, type OutputOptions, withExamples, withJson } from '../options.ts'
import { printRow } from '../output.ts'
import { withAdmin } from '../with-admin.ts'

export interface LimitOptions {
  rpm?: number | 'default'
  tpm?: number | 'default'
  maxInFlight?: number | 'default'
  priority?: number
  tag?: string[]
  strict?: boolean
}

/** Only the given fields; null uses the configured default. */
export function limitPatch({
  rpm,
  tpm,
  maxInFlight,
  priority,
  tag,
  strict,
}: LimitOptions): KeyPatch {
  return {
    ...(rpm !== undefined && { rpm: rpm === 'default' ? null : rpm }),
    ...(tpm !== undefined && { tpm: tpm === 'default' ? null : tpm }),
    ...(maxInFlight !== undefined && {
      maxInFlight: maxInFlight === 'default' ? null : maxInFlight,
    }),
    ...(priority !== undefined && { priority }),
    ...(tag !== undefined && { tags: tag.filter((name) => name !== 'none') }),
    ...(strict !== undefined && { strict }),
  }
}

export function withLimits(command: Command): Command {
  return command
    .option('--rpm <requests>', "requests per minute; 'none' for no limit, or 'default'", limit)
    .option('--tpm <tokens>', "tokens per minute; 'none' for no limit, or 'default'", limit)
    .option(
      '--max-in-flight <requests>',
      "concurrent requests over all instances; 'none' for no limit, or 'default'",
      limit,
    )
    .option(
      '--priority <number>',
      '0 to 100; if requests have to wait, higher ones go first',
      priorityOption,
    )
    .option('--tag <tag>', "a tag for conditions of models (repeatable); 'none' clears", gathered)
    .option('--strict', 'refuse requests that would lose something in translation')
    .option('--no-strict', 'translate them, and name what is lost')
}

export function addKeyLimit(key: Command, context: CliContext): void {
  const command = key
    .command('limit <key>')
    .description('change the limits of a key, given by id or prefix')
  withExamples(
    withJson(withLimits(command)),
    'gpt-proxy key limit 3 --rpm 60 --tpm 100000',
    'gpt-proxy key limit 3 --rpm none --tpm default',
    'gpt-proxy key limit 3 --max-in-flight 4 --priority 10',
  ).action((name: string, { json, ...limits }: LimitOptions & OutputOptions) =>
    withAdmin(context, async (admin) => {
      const changed = await admin.keys.update(CLI_ACTOR, name, limitPatch(limits))
      printRow(context, keyView(changed), { json })
    }),
  )
}

function priorityOption(text: string): number {
  if (/^(?:\d{1,2}|100)$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number from 0 to 100.')
}
