/** gpt-proxy key update */
import { type Command, Option } from 'commander'
import { keyView } from '../../admin/contract.ts'
import type { KeyPatch } from '../../admin/store.ts'
import { CLI_ACTOR, type CliContext } from '../context.ts'
import { expiry, gathered, type OutputOptions, withExamples, withJson } from '../options.ts'
import { printRow } from '../output.ts'
import { withAdmin } from '../with-admin.ts'
import { type LimitOptions, limitPatch, withLimits } from './limit.ts'

interface UpdateOptions extends OutputOptions, LimitOptions {
  name?: string
  model?: string[]
  anyModel?: boolean
  expires?: number | 'never'
}

export function addKeyUpdate(key: Command, context: CliContext): void {
  const update = withLimits(
    withJson(key.command('update <key>').description('change a key, given by id or prefix')),
  )
    .option('--name <name>', 'name of the key, e.g. its purpose')
    .option(
      '--model <model>',
      'allow only these models; a trailing * matches any suffix (repeatable)',
      gathered,
    )
    .addOption(new Option('--any-model', 'allow all models').conflicts('model'))
    .option('--expires <when>', "expiry: a date, a duration, e.g. 30d, or 'never'", expiry)
  withExamples(
    update,
    "gpt-proxy key update 3 --name laptop --model 'gpt-4o*'",
    'gpt-proxy key update 3 --expires never --rpm default',
  ).action((name: string, { json, ...options }: UpdateOptions) =>
    withAdmin(context, async (admin) => {
      const changed = await admin.keys.update(CLI_ACTOR, name, patchOf(options))
      printRow(context, keyView(changed), { json })
    }),
  )
}

function patchOf({ name, model, anyModel, expires, ...limits }: UpdateOptions): KeyPatch {
  return {
    ...limitPatch(limits),
    ...(name !== undefined && { name }),
    ...(model !== undefined && { allowedModels: model }),
    ...(anyModel && { allowedModels: null }),
    ...(expires !== undefined && { expiresAtMs: expires === 'never' ? null : expires }),
  }
}
