/** Where an upstream key is used: the options that `add` and `import` share. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { OperatorError } from '../../core/operator-error.ts'
import { PRESET_NAMES, presetFor } from '../../core/providers/presets.ts'
import {
  KEY_PROVIDERS,
  PROVIDER_FACTS,
  type ProviderName,
  SPOKEN_PROTOCOLS,
  type SpokenProtocol,
} from '../../core/providers/providers.ts'
import { gathered, type OutputOptions, withJson } from '../options.ts'

export interface Placement extends OutputOptions {
  /** A provider, or a vendor with a preset. */
  provider: string
  baseUrl?: string
  model?: string[]
  deployment?: Record<string, string>
  header?: Record<string, string>
  apiVersion?: string
  protocol?: SpokenProtocol | 'any'
  weight: number
  maxInFlight?: number
  tag?: string[]
  key?: string
}

const DEFAULT: ProviderName = 'openai'
const PROVIDERS: readonly string[] = KEY_PROVIDERS

export function withPlacement(command: Command): Command {
  return withCaps(withJson(command))
    .addOption(
      new Option(
        '--provider <provider>',
        `who it is from: ${PROVIDERS.join(', ')}, or a vendor that speaks OpenAI's language: ${PRESET_NAMES.join(', ')}`,
      )
        .argParser(provider)
        .default(DEFAULT),
    )
    .option(
      '--base-url <url>',
      `base URL; default for ${DEFAULT}: ${PROVIDER_FACTS[DEFAULT].baseUrl}`,
    )
    .option(
      '--model <model>',
      'serve only this model; a trailing * matches any suffix (repeatable)',
      gathered,
    )
    .option(
      '--deployment <model=name>',
      "the model's name at the upstream (repeatable)",
      deployment,
    )
    .option('--header <name: value>', 'sent with every request to it (repeatable)', header)
    .option('--api-version <version>', 'azure only, e.g. 2024-10-21')
    .addOption(protocolOption())
    .option('--weight <number>', 'share of the requests, relative to the other keys', weight, 1)
    .addOption(new Option('--key <key>').hideHelp())
    .addOption(new Option('--api-key <key>').hideHelp())
}

/** Rejected with the reason, because people try it. */
export function refuseKeyArgument(options: Placement & { apiKey?: string }): void {
  if (options.key === undefined && options.apiKey === undefined) return
  throw new OperatorError(
    'invalid',
    'a key given as an argument can be read by every user of this machine and stays in the history of the shell',
    'Pipe it in, or set GPT_PROXY_UPSTREAM_KEY; consider the one just given as known to others',
  )
}

export function inputOf({
  provider: name,
  baseUrl,
  model,
  deployment: deployments,
  header: headers,
  apiVersion,
  protocol,
  weight,
  ...rest
}: Placement) {
  const preset = presetFor(name)
  const provider = preset === null ? (name as ProviderName) : 'compatible'
  const address = baseUrl ?? preset?.baseUrl ?? PROVIDER_FACTS[provider].baseUrl
  if (address === null) {
    throw new OperatorError(
      'invalid',
      `--provider ${name} needs --base-url`,
      'Give the address of the upstream',
    )
  }
  return {
    provider,
    baseUrl: address,
    models: model ?? null,
    deployments: deployments ?? null,
    headers: headers ?? null,
    apiVersion: apiVersion ?? null,
    protocol: protocolOf(protocol),
    weight,
    ...capsOf(rest),
  }
}

export function protocolOption(): Option {
  return new Option(
    '--protocol <format>',
    "openai, azure and compatible only: the format that it gets, chat or responses; 'any': the client's own if the host takes it",
  ).choices([...SPOKEN_PROTOCOLS, 'any'])
}

export function protocolOf(given: SpokenProtocol | 'any' | undefined): SpokenProtocol | null {
  return given === undefined || given === 'any' ? null : given
}

export interface Caps {
  maxInFlight?: number
  tag?: string[]
}

export function withCaps(command: Command): Command {
  return command
    .option(
      '--max-in-flight <requests>',
      'concurrent requests over all instances; 0 for no limit',
      requestsAtATime,
    )
    .option('--tag <tag>', "a tag for targets of models (repeatable); 'none' clears", gathered)
}

/** Only the given fields. */
export function capsOf({ maxInFlight, tag }: Caps) {
  return {
    ...(maxInFlight !== undefined && { maxInFlight: maxInFlight === 0 ? null : maxInFlight }),
    ...(tag !== undefined && { tags: tag.filter((name) => name !== 'none') }),
  }
}

function requestsAtATime(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number from 0 to 999999.')
}

function provider(text: string): string {
  const name = text.toLowerCase()
  if (PROVIDERS.includes(name) || presetFor(name) !== null) return name
  throw new InvalidArgumentError(`It must be one of ${[...PROVIDERS, ...PRESET_NAMES].join(', ')}.`)
}

export function deployment(text: string, before?: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=')
  if (at < 1 || at === text.length - 1)
    throw new InvalidArgumentError('It must be MODEL=DEPLOYMENT.')
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
}

export function header(text: string, before?: Record<string, string>): Record<string, string> {
  const at = text.indexOf(':')
  const value = text.slice(at + 1).trim()
  if (at < 1 || value === '') throw new InvalidArgumentError("It must be 'NAME: VALUE'.")
  return { ...before, [text.slice(0, at).trim()]: value }
}

export function weight(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number from 0 to 999999.')
}
