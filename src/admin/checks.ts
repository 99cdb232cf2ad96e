/** What names, addresses, models and secrets may look like; each refusal says what to give instead. */

import type { Provider } from '../core/entities.ts'
import { readBaseUrl } from '../upstreams/base-url.ts'
import { AdminError } from './errors.ts'

/** Not digits alone: those are ids. */
const NAME = /^(?!\d+$)[\w.@:-]{1,64}$/
const LABEL = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,64}$/u
const MODEL = /^[\x21-\x7e]{1,200}$/
/** Shorter ones could not be masked in what an upstream says without masking half of it. */
const SECRET = /^[\x21\x23-\x26\x28-\x7e]{8,512}$/

export function checkedName(name: string, what: string): string {
  if (NAME.test(name)) return name
  throw new AdminError(
    'invalid',
    `'${shown(name)}' is no name for ${what}`,
    'Use up to 64 letters, digits, or . _ @ : - and not digits alone',
  )
}

/** A text for people only, such as what a key is for. */
export function checkedLabel(label: string): string {
  if (LABEL.test(label) && label.trim() !== '') return label
  throw new AdminError(
    'invalid',
    `'${shown(label)}' is no name for a key`,
    'Use 1 to 64 printable characters',
  )
}

export function checkedEmail(email: string | null): string | null {
  if (email === null || /^[^\s@]+@[^\s@]+$/.test(email)) return email
  throw new AdminError(
    'invalid',
    `'${shown(email)}' is no email address`,
    'Give one such as alice@example.com',
  )
}

export function checkedModels(models: readonly string[] | null): readonly string[] | null {
  const wrong = models?.find((model) => !MODEL.test(model) || model.slice(0, -1).includes('*'))
  if (wrong === undefined)
    return models === null || models.length === 0 ? null : [...new Set(models)]
  throw new AdminError(
    'invalid',
    `'${shown(wrong)}' is no model name`,
    'Give a name without spaces; a * may only stand at its end',
  )
}

/** Null where there are none. */
export function checkedDeployments(
  deployments: Readonly<Record<string, string>> | null,
): Readonly<Record<string, string>> | null {
  const pairs = Object.entries(deployments ?? {})
  const wrong = pairs.flat().find((name) => !MODEL.test(name))
  if (wrong === undefined) return pairs.length === 0 ? null : deployments
  throw new AdminError(
    'invalid',
    `'${shown(wrong)}' is no name for a model or its deployment`,
    'Give names without spaces, as MODEL=DEPLOYMENT',
  )
}

export function checkedApiVersion(version: string | null, provider: Provider): string | null {
  if (version === null) return null
  if (provider !== 'azure')
    throw new AdminError(
      'invalid',
      `an upstream of provider ${provider} has no API version`,
      'Leave --api-version out',
    )
  if (/^[\w.-]{1,40}$/.test(version)) return version
  throw new AdminError(
    'invalid',
    `'${shown(version)}' is no API version`,
    'Give one such as 2024-10-21',
  )
}

export function checkedBaseUrl(text: string, provider: Provider): string {
  const read = readBaseUrl(text)
  if (!read.ok)
    throw new AdminError(
      'invalid',
      `the base URL can't be used: ${read.reason}`,
      'Give one such as https://api.openai.com/v1',
    )
  if (provider === 'azure' && /\/openai(\/|$)/.test(new URL(read.url).pathname)) {
    throw new AdminError(
      'invalid',
      'the base URL of an azure upstream ends before /openai',
      'Give one such as https://NAME.openai.azure.com',
    )
  }
  return read.url
}

export function checkedSecret(text: string): string {
  const secret = text.trim()
  if (SECRET.test(secret)) return secret
  throw new AdminError(
    'invalid',
    'the upstream key is shorter than 8 characters, or holds a space, a quote or a line break',
    'Give the key alone, on one line; where the upstream checks none, any 8 characters do',
  )
}

/** Text of the caller's, made fit for one line. */
function shown(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?').slice(0, 80)
}
