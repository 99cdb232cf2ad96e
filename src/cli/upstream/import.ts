/** gpt-proxy upstream import */
import type { Command } from 'commander'
import { CLI_ACTOR, type CliContext, type OpenAdmin } from '../context.ts'
import { withExamples } from '../options.ts'
import { printRow } from '../output.ts'
import { readSecrets } from '../secret-input.ts'
import { areKeysInVariables, importFromVariables } from '../variable-imports.ts'
import { withAdmin } from '../with-admin.ts'
import { type Placement, refuseKeyArgument, wishOf, withPlacement } from './placement.ts'

interface ImportOptions extends Placement {
  stdin?: boolean
}

export function addUpstreamImport(upstream: Command, context: CliContext): void {
  const command = upstream
    .command('import')
    .description(
      'add keys from the variables, or one a line from standard input; known ones are left alone',
    )
    .option('--stdin', 'from standard input although variables are set')
  withExamples(
    withPlacement(command),
    'OPENAI_API_KEYS=sk-first-key,sk-second-key gpt-proxy upstream import',
    'gpt-proxy upstream import --stdin --model gpt-4o < keys.txt',
  ).action(async (options: ImportOptions) => {
    refuseKeyArgument(options)
    const fromVariables = !options.stdin && areKeysInVariables(context.config())
    const wish = fromVariables ? null : wishOf(options)
    const secrets = fromVariables ? [] : await readSecrets(context)
    await withAdmin(context, async (admin) => {
      const imported =
        wish === null
          ? await importFromVariables(admin, context.config(), { actor: CLI_ACTOR, again: true })
          : await importGiven(admin, wish, secrets)
      printRow(context, { imported: imported.added }, options)
    })
  })
}

async function importGiven(
  { upstreams }: OpenAdmin,
  input: Parameters<OpenAdmin['upstreams']['importAll']>[1],
  secrets: Parameters<OpenAdmin['upstreams']['importAll']>[2],
) {
  const { added } = await upstreams.importAll(CLI_ACTOR, input, secrets, { again: true })
  return { added: added.length }
}
