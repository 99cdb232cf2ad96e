/** gpt-proxy model apply: the models are what a file says. */
import type { Command } from 'commander'
import { checkDefinition, modelView } from '../../admin/models.ts'
import { CLI_ACTOR, type CliContext } from '../context.ts'
import { type OutputOptions, withExamples, withJson } from '../options.ts'
import { printRows } from '../output.ts'
import { withAdmin } from '../with-admin.ts'
import { readModelFile } from './model-file.ts'

interface ApplyOptions extends OutputOptions {
  prune?: boolean
  dryRun?: boolean
}

export function addModelApply(model: Command, context: CliContext): void {
  const apply = withJson(
    model
      .command('apply <file>')
      .description('define the models of a JSON file, or of standard input (-); others stay'),
  )
    .option('--prune', 'delete the models that the file does not have')
    .option('--dry-run', 'show what would change, and change nothing')
  withExamples(
    apply,
    'gpt-proxy model list --json > models.json',
    'gpt-proxy model apply models.json --prune',
  ).action(async (file: string, { json, prune, dryRun }: ApplyOptions) => {
    const text = file === '-' ? await context.readInput() : await context.readFile(file)
    const wanted = readModelFile(text, file === '-' ? 'standard input' : file)
    // All are right before the first one is changed.
    for (const definition of wanted) checkDefinition(definition)
    await withAdmin(context, async (admin) => {
      const before = new Map((await admin.models.list()).map((each) => [each.name, shown(each)]))
      const rows: { name: string; change: string }[] = []
      for (const definition of wanted) {
        const { name } = definition
        const change = changeOf(before.get(name), shown(definition))
        if (change !== 'unchanged' && !dryRun) await admin.models.set(CLI_ACTOR, definition)
        rows.push({ name, change })
      }
      const names = new Set(wanted.map(({ name }) => name))
      const others = prune ? [...before.keys()].filter((name) => !names.has(name)) : []
      for (const name of others) {
        if (!dryRun) await admin.models.remove(CLI_ACTOR, name)
        rows.push({ name, change: 'deleted' })
      }
      printRows(context, rows, { json })
    })
  })
}

const shown = (definition: Parameters<typeof modelView>[0]) => JSON.stringify(modelView(definition))

function changeOf(before: string | undefined, after: string): string {
  if (before === undefined) return 'added'
  return before === after ? 'unchanged' : 'changed'
}
