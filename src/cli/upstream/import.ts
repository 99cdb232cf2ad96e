/** gpt-proxy upstream import */
import type { Command } from 'commander'
import { CLI_ACTOR, type CliContext, type OpenCommandAdmin } from '../context.ts'
import { withExamples } from '../options.ts'
import { printRow } from '../output.ts'
import { readSecrets } from '../secret-input.ts'
import { areKeysInVariables, importFromVariables } from '../variable-imports.ts'
import { withAdmin } from '../with-admin.ts'
import { inputOf, type Placement, refuseKeyArgument, withPlacement } from './placement.ts'

interface ImportOptions extends Placement {
  stdin?: boolean
}

export function addUpstreamImport(upstream: Command, context: CliContext): void {
  const command = upstream
    .command('import')
    .description(
      'add keys from the variables, or one per line from standard input; known keys are skipped',
    )
    .option('--stdin', 'read standard input even if variables are set')
  withExamples(
    withPlacement(command),
    'OPENAI_API_KEYS=sk-first-key,sk-second-key gpt-proxy upstream import',
    'gpt-proxy upstream import --stdin --model gpt-4o < keys.txt',
  ).action(async (options: ImportOptions) => {
    refuseKeyArgument(options)
    const fromVariables = !options.stdin && areKeysInVariables(context.config())
    const input = fromVariables ? null : inputOf(options)
    const secrets = fromVariables ? [] : await readSecrets(context)
    await withAdmin(context, async (admin) => {
      const imported =
        input === null
          ? await importFromVariables(admin, context.config(), { actor: CLI_ACTOR, again: true })
          : await importGiven(admin, input, secrets)
      printRow(context, { imported: imported.added }, options)
    })
  })
}

async function importGiven(
  { upstreams }: OpenCommandAdmin,
  input: Parameters<OpenCommandAdmin['upstreams']['importAll']>[1],
  secrets: Parameters<OpenCommandAdmin['upstreams']['importAll']>[2],
) {
  const { added } = await upstreams.importAll(CLI_ACTOR, input, secrets, { again: true })
  return { added: added.length }
}
