/** gpt-proxy upstream update */
import { type Command, Option } from 'commander'
import { upstreamView } from '../../admin/contract.ts'
import type { UpstreamChanges } from '../../admin/upstreams/upstream-input.ts'
import type { SpokenProtocol } from '../../core/providers/providers.ts'
import { CLI_ACTOR, type CliContext } from '../context.ts'
import { gathered, type OutputOptions, withExamples, withJson } from '../options.ts'
import { printRow } from '../output.ts'
import { readSecrets } from '../secret-input.ts'
import { withAdmin } from '../with-admin.ts'
import {
  type Caps,
  capsOf,
  deployment,
  header,
  protocolOf,
  protocolOption,
  weight,
  withCaps,
} from './placement.ts'

interface UpdateOptions extends OutputOptions, Caps {
  name?: string
  baseUrl?: string
  weight?: number
  model?: string[]
  anyModel?: boolean
  deployment?: Record<string, string>
  header?: Record<string, string>
  /** False for --no-headers. */
  headers?: boolean
  apiVersion?: string
  protocol?: SpokenProtocol | 'any'
  keyStdin?: boolean
}

export function addUpstreamUpdate(upstream: Command, context: CliContext): void {
  const update = withCaps(
    withJson(
      upstream
        .command('update <name>')
        .description(
          'change a key, given by name or id; it keeps its history and takes effect immediately',
        ),
    ),
  )
    .option('--name <name>', 'new name')
    .option('--base-url <url>', 'new base URL; the key will be sent there')
    .option('--weight <number>', 'share of the requests, relative to the other keys', weight)
    .option('--model <model>', 'serve only these models (repeatable; replaces the list)', gathered)
    .addOption(new Option('--any-model', 'serve any model').conflicts('model'))
    .option(
      '--deployment <model=name>',
      "the model's name at the upstream (repeatable; replaces the list)",
      deployment,
    )
    .option(
      '--header <name: value>',
      'sent with every request to it (repeatable; replaces all)',
      header,
    )
    .addOption(new Option('--no-headers', 'no fixed headers any more').conflicts('header'))
    .option('--api-version <version>', 'azure only, e.g. 2024-10-21')
    .addOption(protocolOption())
    .option('--key-stdin', 'new key, from standard input or GPT_PROXY_UPSTREAM_KEY')
  withExamples(
    update,
    'gpt-proxy upstream update main --weight 5',
    "gpt-proxy upstream update main --model 'gpt-4o*' --name openai-main",
    "gpt-proxy upstream update main --header 'OpenAI-Organization: org-123'",
    'gpt-proxy upstream update main --key-stdin < key.txt',
  ).action(async (name: string, { json, keyStdin, ...options }: UpdateOptions) => {
    const [given] = keyStdin ? await readSecrets(context) : []
    const changes = { ...changesOf(options), ...(given && { secret: given.secret }) }
    await withAdmin(context, async (admin) => {
      const changed = await admin.upstreams.update(CLI_ACTOR, name, changes)
      printRow(context, upstreamView(changed), { json })
    })
  })
}

function changesOf(options: UpdateOptions) {
  const { model, anyModel, deployment: deployments, maxInFlight, tag, ...others } = options
  const { header: given, headers, protocol, ...rest } = others
  const caps = { ...(maxInFlight !== undefined && { maxInFlight }), ...(tag && { tag }) }
  const changes: UpstreamChanges = { ...rest, ...capsOf(caps) }
  if (anyModel) changes.models = null
  if (model !== undefined) changes.models = model
  if (deployments !== undefined) changes.deployments = deployments
  if (given !== undefined) changes.headers = given
  if (headers === false) changes.headers = null
  if (protocol !== undefined) changes.protocol = protocolOf(protocol)
  return changes
}
