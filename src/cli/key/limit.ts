/** gpt-proxy key limit */
import type { Command } from 'commander'
import { keyView } from '../../admin/contract.ts'
import { CLI_ACTOR, type CliContext } from '../context.ts'
import { type Output, perMinute, withExamples, withJson } from '../options.ts'
import { printRow } from '../output.ts'
import { withAdmin } from '../with-admin.ts'

export interface LimitOptions {
  rpm?: number | 'default'
  tpm?: number | 'default'
}

/** Only the given fields; null uses the configured default. */
export function limitsOf({ rpm, tpm }: LimitOptions): { rpm?: number | null; tpm?: number | null } {
  return {
    ...(rpm !== undefined && { rpm: rpm === 'default' ? null : rpm }),
    ...(tpm !== undefined && { tpm: tpm === 'default' ? null : tpm }),
  }
}

export function withLimits(command: Command): Command {
  return command
    .option('--rpm <requests>', "requests per minute; 'none' for no limit, or 'default'", perMinute)
    .option('--tpm <tokens>', "tokens per minute; 'none' for no limit, or 'default'", perMinute)
}

export function addKeyLimit(key: Command, context: CliContext): void {
  const limit = key
    .command('limit <key>')
    .description('change the rate limits of a key, given by id or prefix')
  withExamples(
    withJson(withLimits(limit)),
    'gpt-proxy key limit 3 --rpm 60 --tpm 100000',
    'gpt-proxy key limit 3 --rpm none --tpm default',
  ).action((name: string, { json, ...limits }: LimitOptions & Output) =>
    withAdmin(context, async (admin) => {
      const changed = await admin.keys.update(CLI_ACTOR, name, limitsOf(limits))
      printRow(context, keyView(changed), { json })
    }),
  )
}
