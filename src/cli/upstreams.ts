/** gpt-proxy upstream … */
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Admin } from '../admin/admin.ts'
import { AdminError } from '../admin/errors.ts'
import type { Provider, UpstreamKey } from '../core/entities.ts'
import type { CliContext } from './context.ts'
import { EXIT_CODES } from './exit-codes.ts'
import { printRow, printRows, type Row } from './output.ts'
import { readSecrets } from './secret-input.ts'
import { withAdmin } from './with-admin.ts'

interface UpstreamOptions {
  provider: Provider
  baseUrl?: string
  model?: string[]
  deployment?: Record<string, string>
  apiVersion?: string
  weight?: number
  key?: string
  json?: boolean
}

const OPENAI = 'https://api.openai.com/v1'

export function addUpstreamCommands(program: Command, context: CliContext): void {
  const upstream = program
    .command('upstream')
    .description('upstream keys that the gateway sends with')

  placed(
    upstream
      .command('add <name>')
      .description('add one key, given on standard input or in GPT_PROXY_UPSTREAM_KEY'),
  )
    .addHelpText(
      'after',
      `
Examples:
  gpt-proxy upstream add main < key.txt
  gpt-proxy upstream add eu --provider azure --base-url https://eu.openai.azure.com --deployment gpt-4o=my-gpt-4o < key.txt
  gpt-proxy upstream add local --provider compatible --base-url http://127.0.0.1:11434/v1 --model llama3 < key.txt`,
    )
    .action((name: string, options: UpstreamOptions) =>
      withAdmin(context, async (admin) => {
        const [secret = ''] = await secretsOf(context, options)
        printRow(
          context,
          rowOf(await admin.upstreams.add({ ...wishOf(options), name, secret })),
          options.json,
        )
      }),
    )

  placed(
    upstream
      .command('import')
      .description(
        'add keys from the variables, or one a line from standard input; known ones are left alone',
      ),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  OPENAI_API_KEYS=sk-a,sk-b gpt-proxy upstream import\n  gpt-proxy upstream import < keys.txt',
    )
    .action((options: UpstreamOptions) =>
      withAdmin(context, async (admin) => {
        const { openaiApiKeys, azureApiKeys } = context.config()
        const fromVariables = openaiApiKeys.length + azureApiKeys.length > 0
        if (fromVariables) {
          const { imported } = await context.prepare(admin)
          return printRow(context, { imported }, options.json)
        }
        const added = await admin.upstreams.importAll(
          wishOf(options),
          await secretsOf(context, options),
        )
        printRow(context, { imported: added.length }, options.json)
      }),
    )

  upstream
    .command('list')
    .description('all upstream keys and how they are')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  gpt-proxy upstream list')
    .action((options: UpstreamOptions) =>
      withAdmin(context, async (admin) =>
        printRows(context, (await admin.upstreams.list()).map(rowOf), options.json),
      ),
    )

  upstream
    .command('test [name]')
    .description('try one key, or all of them, at their upstreams')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  gpt-proxy upstream test main')
    .action((name: string | undefined, options: UpstreamOptions) =>
      withAdmin(context, async (admin) => {
        const tested = await admin.upstreams.test(name ?? null)
        printRows(
          context,
          tested.map(({ upstream: { name }, result }) => ({
            name,
            ok: result.ok,
            status: result.status,
            latency_ms: result.latencyMs,
            detail: result.detail,
          })),
          options.json,
        )
        return tested.every(({ result }) => result.ok) ? EXIT_CODES.ok : EXIT_CODES.failed
      }),
    )

  const simple = (
    verb: string,
    what: string,
    change: (admin: Admin, name: string) => Promise<UpstreamKey>,
  ) =>
    upstream
      .command(`${verb} <name>`)
      .description(what)
      .option('--json', 'for programs')
      .addHelpText('after', `\nExample:\n  gpt-proxy upstream ${verb} main`)
      .action((name: string, options: UpstreamOptions) =>
        withAdmin(context, async (admin) =>
          printRow(context, rowOf(await change(admin, name)), options.json),
        ),
      )
  simple('reset', 'back to healthy: failures and cooldown cleared', (admin, name) =>
    admin.upstreams.reset(name),
  )
  simple('enable', 'use a disabled key again', (admin, name) =>
    admin.upstreams.setDisabled(name, false),
  )
  simple('disable', 'use a key no more, for now', (admin, name) =>
    admin.upstreams.setDisabled(name, true),
  )
  simple('remove', 'forget a key', (admin, name) => admin.upstreams.remove(name))
}

function placed(command: Command): Command {
  return command
    .addOption(
      new Option('--provider <provider>')
        .choices(['openai', 'azure', 'compatible'])
        .default('openai'),
    )
    .option('--base-url <url>', 'where it is')
    .option(
      '--model <model>',
      'serve this model only; a * at the end stands for any rest (repeatable)',
      (value, before?: string[]) => [...(before ?? []), value],
    )
    .option(
      '--deployment <model=deployment>',
      'the name a model has there (repeatable)',
      deployment,
    )
    .option('--api-version <version>', 'azure only, e.g. 2024-10-21')
    .option('--weight <number>', 'share of the traffic, compared with the others', weight)
    .option('--json', 'for programs')
    .addOption(new Option('--key <key>').hideHelp())
}

async function secretsOf(context: CliContext, options: UpstreamOptions): Promise<string[]> {
  if (options.key !== undefined) {
    throw new AdminError(
      'invalid',
      'a key as an argument can be read by every user of this machine',
      'Pipe it in, or set GPT_PROXY_UPSTREAM_KEY. Consider that key known.',
    )
  }
  return readSecrets(context, 'upstream key')
}

function wishOf({
  provider,
  baseUrl,
  model,
  deployment: deployments,
  apiVersion,
  weight,
}: UpstreamOptions) {
  if (baseUrl === undefined && provider !== 'openai')
    throw new AdminError('invalid', `--provider ${provider} needs --base-url`, 'Add it.')
  return {
    provider,
    baseUrl: baseUrl ?? OPENAI,
    models: model ?? null,
    deployments: deployments ?? null,
    apiVersion: apiVersion ?? null,
    weight: weight ?? 1,
  }
}

function rowOf({
  id,
  name,
  provider,
  baseUrl,
  keyHint,
  weight,
  models,
  deployments,
  state,
}: UpstreamKey): Row {
  const { status, failureCount, cooldownUntilMs, totalRequests, totalErrors, lastError } = state
  const served = [...(models ?? []), ...Object.keys(deployments ?? {})].join(',')
  const cooldown_until = cooldownUntilMs === null ? null : new Date(cooldownUntilMs).toISOString()
  return {
    id,
    name,
    provider,
    base_url: baseUrl,
    key: keyHint,
    weight,
    models: served || null,
    status,
    failures: failureCount,
    cooldown_until,
    requests: totalRequests,
    errors: totalErrors,
    last_error: lastError,
  }
}

function deployment(text: string, before?: Record<string, string>): Record<string, string> {
  const [model, name] = text.split('=')
  if (!model || !name) throw new InvalidArgumentError('It must be MODEL=DEPLOYMENT.')
  return { ...before, [model]: name }
}

function weight(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0 || value > 1_000_000)
    throw new InvalidArgumentError('It must be a whole number.')
  return value
}
