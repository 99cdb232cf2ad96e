/** gpt-proxy model set, list, show and delete. */
import { type Command, InvalidArgumentError } from 'commander'
import { modelView } from '../../admin/models.ts'
import { type ModelDefinition, STRATEGIES, type Strategy } from '../../core/entities.ts'
import { CLI_ACTOR, type CliContext } from '../context.ts'
import { gathered, type OutputOptions, withExamples, withJson, withTable } from '../options.ts'
import { printJson, printRow, printRows } from '../output.ts'
import { withAdmin } from '../with-admin.ts'
import { readParameters, readTargets, targetText } from './target-option.ts'

interface SetOptions extends OutputOptions {
  target: string[]
  strategy: Strategy
  default?: string[]
  set?: string[]
  drop?: string[]
  firstTokenMs?: number
  hedge?: boolean
  fallbackOnFilter?: boolean
}

export function addModelSet(model: Command, context: CliContext): void {
  const set = withJson(
    model
      .command('set <name>')
      .description('define a public model name and its targets; replaces an existing definition'),
  )
    .requiredOption(
      '--target <target>',
      'MODEL@KEY; KEY is a name, a pattern, a provider or #TAG; options: ,priority= ,weight= ,context= ,max-in-flight= ,mirror= ,when=',
      gathered,
    )
    .option('--strategy <strategy>', 'priority, latency, cost or sticky', strategy, 'priority')
    .option('--default <name=value>', 'a parameter added if a request lacks it', gathered)
    .option(
      '--set <name=value>',
      'a parameter set in every request; name<=number is a bound',
      gathered,
    )
    .option('--drop <name>', 'a parameter removed from every request', gathered)
    .option(
      '--first-token-ms <ms>',
      'time limit for the first token while another target is available',
      whole,
    )
    .option('--hedge', 'after that time, also ask the next target and take the first answer')
    .option('--fallback-on-filter', 'retry a filtered prompt at the next target')
  withExamples(
    set,
    "gpt-proxy model set fast --target 'gpt-4o-mini@openai*' --target haiku@backup",
    'gpt-proxy model set canary --target gpt-4o,weight=9 --target gpt-5,weight=1',
    'gpt-proxy model set tried --target gpt-4o --target gpt-5,mirror=10',
    'gpt-proxy model set sized --target small,when=max-tokens:4000 --target large',
    'gpt-proxy model set quick --target a@one --target a@two --first-token-ms 800 --hedge',
    'gpt-proxy model set gpt-3.5-turbo --target gpt-4o-mini --drop logit_bias --default max_tokens=1000',
  ).action((name: string, options: SetOptions) =>
    withAdmin(context, async (admin) => {
      const saved = await admin.models.set(CLI_ACTOR, definitionOf(name, options))
      print(context, saved, options)
    }),
  )
}

export function addModelList(model: Command, context: CliContext): void {
  const list = withTable(model.command('list').description('all public model names'))
  withExamples(list, 'gpt-proxy model list').action(({ json, wide }: OutputOptions) =>
    withAdmin(context, async (admin) => {
      const definitions = await admin.models.list()
      if (json) printJson(context, definitions.map(modelView))
      else printRows(context, definitions.flatMap(rowsOf), { wide })
    }),
  )
}

export function addModelShow(model: Command, context: CliContext): void {
  const show = withJson(model.command('show <name>').description('one public model name'))
  withExamples(show, 'gpt-proxy model show fast').action((name: string, options: OutputOptions) =>
    withAdmin(context, async (admin) => print(context, await admin.models.find(name), options)),
  )
}

export function addModelDelete(model: Command, context: CliContext): void {
  const remove = withJson(
    model.command('delete <name>').description('delete a name; upstream keys may still serve it'),
  )
  withExamples(remove, 'gpt-proxy model delete fast').action(
    (name: string, options: OutputOptions) =>
      withAdmin(context, async (admin) => {
        await admin.models.remove(CLI_ACTOR, name)
        printRow(context, { name, deleted: true }, options)
      }),
  )
}

function definitionOf(name: string, options: SetOptions): ModelDefinition {
  return {
    name,
    strategy: options.strategy,
    targets: readTargets(options.target, options.strategy),
    parameters: {
      default: readParameters(options.default ?? []),
      set: readParameters(options.set ?? []),
      drop: options.drop ?? [],
    },
    firstTokenMs: options.firstTokenMs ?? null,
    firstTokenAction: options.hedge ? 'hedge' : 'replace',
    fallbackOnFilter: options.fallbackOnFilter ?? false,
  }
}

function print(context: CliContext, definition: ModelDefinition, options: OutputOptions): void {
  if (options.json) {
    printJson(context, modelView(definition))
    return
  }
  const { name, strategy, targets, firstTokenMs, firstTokenAction, fallbackOnFilter } = definition
  const first = firstTokenMs === null ? null : `${firstTokenMs} ms, then ${firstTokenAction}`
  printRow(
    context,
    {
      name,
      strategy,
      ...Object.fromEntries(targets.map((target, at) => [`target ${at + 1}`, targetText(target)])),
      parameters: parameterText(definition),
      first_token: first,
      fallback_on_filter: fallbackOnFilter,
    },
    options,
  )
}

/** One for each target, so that a row fits a terminal. */
function rowsOf(definition: ModelDefinition) {
  const { name, strategy, targets } = definition
  const parameters = parameterText(definition)
  return targets.map((target) => ({ name, strategy, target: targetText(target), parameters }))
}

function parameterText({ parameters }: ModelDefinition): string | null {
  const assigned = (fields: Readonly<Record<string, unknown>>, sign: string) =>
    Object.entries(fields).map(([field, value]) => `${field}${sign}${JSON.stringify(value)}`)
  const changes = [
    ...assigned(parameters.default, '?='),
    ...assigned(parameters.set, '='),
    ...parameters.drop.map((field) => `-${field}`),
  ]
  return changes.join(' ') || null
}

function strategy(text: string): Strategy {
  const known = STRATEGIES.find((name) => name === text)
  if (known !== undefined) return known
  throw new InvalidArgumentError(`It must be one of ${STRATEGIES.join(', ')}.`)
}

function whole(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number of milliseconds.')
}
