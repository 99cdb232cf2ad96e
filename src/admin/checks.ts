/** The syntax of names, addresses, models and secrets. */

import { MAX_CONCURRENT, MAX_ROW_ID } from '../core/entities.ts'
import { type FixedHeaders, readFixedHeaders } from '../core/fixed-headers.ts'
import {
  PROVIDER_FACTS,
  type ProviderName,
  type SpokenProtocol,
} from '../core/providers/providers.ts'
import { isCredential } from '../core/text/credential-text.ts'
import { readCidr } from '../limits/ip-address.ts'
import { readBaseUrl } from '../upstreams/base-url.ts'
import { type AdminErrorCode, adminError } from './errors.ts'

/** Letters and digits of any script. Not only digits, because those are ids. */
const NAME = /^(?!\d+$)[\p{L}\p{M}\p{N}_.@:+-]{1,64}$/u
const LABEL = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,64}$/u
/** Letters of any script, and all printable ASCII except the space. */
const MODEL = /^[\x21-\x7e\p{L}\p{M}\p{N}]{1,200}$/u
/** Shorter secrets could not be masked in upstream replies without masking ordinary text. */
const SECRET = /^[\x21\x23-\x26\x28-\x7e]{8,512}$/
/** Copied from where it is masked, or with the name of its variable. */
const NOT_ALONE = /[^*]\*{3,}|\*{3,}[^*]|^[A-Z][A-Z0-9]*_[A-Z0-9_]*=[^=]/
/** As the conditions and targets of models name them. */
const TAG = /^[\p{L}\p{M}\p{N}_.-]{1,64}$/u
const MAX_WEIGHT = 999_999

/** The id that a caller may have given instead of a name; null if the text can't be one. */
export function rowIdIn(text: string): number | null {
  const id = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : 0
  return id >= 1 && id <= MAX_ROW_ID ? id : null
}

/** Normalised, so that names that look the same are equal. */
export function checkedName(name: string, code: AdminErrorCode): string {
  const normal = name.normalize('NFC')
  if (NAME.test(normal)) return normal
  throw adminError(code, { name })
}

/** For names that were not typed, such as those of an identity provider. */
export function isUsableName(name: string): boolean {
  return NAME.test(name) && name.normalize('NFC') === name
}

/** A text for people only, such as the purpose of a key. */
export function checkedLabel(label: string): string {
  if (LABEL.test(label) && label.trim() !== '') return label
  throw adminError('key_name_invalid', { name: label })
}

/** Networks and single addresses; an empty list allows any. */
export function checkedAddresses(addresses: readonly string[] | null): readonly string[] | null {
  const wrong = addresses?.find((address) => readCidr(address) === null)
  if (wrong !== undefined) throw adminError('address_invalid', { address: wrong })
  return addresses === null || addresses.length === 0 ? null : [...new Set(addresses)]
}

export function checkedEmail(email: string | null): string | null {
  if (email === null || (/^[^\s@]+@[^\s@]+$/.test(email) && email.length <= 254)) return email
  throw adminError('email_invalid', { email })
}

/** A limit: 0 is unlimited, null the configured default. */
export function checkedLimit(
  field: 'rpm' | 'tpm' | 'max_in_flight',
  value: number | null,
): number | null {
  const max = field === 'max_in_flight' ? MAX_CONCURRENT : Number.MAX_SAFE_INTEGER
  if (value === null || (Number.isSafeInteger(value) && value >= 0 && value <= max)) return value
  throw adminError('limit_invalid', { field, max, value: String(value) })
}

const MAX_PRIORITY = 100

export function checkedPriority(priority: number): number {
  if (Number.isSafeInteger(priority) && priority >= 0 && priority <= MAX_PRIORITY) return priority
  throw adminError('priority_invalid', { priority: String(priority) })
}

export function checkedTags(tags: readonly string[]): readonly string[] {
  const wrong = tags.find((tag) => !TAG.test(tag))
  if (wrong !== undefined) throw adminError('tag_invalid', { tag: wrong })
  return [...new Set(tags)]
}

/** `field` is the input field that holds the names; errors report it. */
export function checkedModels(
  models: readonly string[] | null,
  field: string,
): readonly string[] | null {
  const wrong = models?.find((model) => !MODEL.test(model) || model.slice(0, -1).includes('*'))
  if (wrong !== undefined) throw adminError('model_invalid', { field, model: wrong })
  return models === null || models.length === 0 ? null : [...new Set(models)]
}

/** Null if there are none. */
export function checkedDeployments(
  deployments: Readonly<Record<string, string>> | null,
): Readonly<Record<string, string>> | null {
  const pairs = Object.entries(deployments ?? {})
  const wrong = pairs.flat().find((name) => !MODEL.test(name))
  if (wrong !== undefined) throw adminError('deployment_invalid', { name: wrong })
  return pairs.length === 0 ? null : deployments
}

/** With names in lower case; null if there are none. */
export function checkedHeaders(headers: FixedHeaders | null): FixedHeaders | null {
  const read = readFixedHeaders(headers)
  if (read.ok) return read.headers
  throw adminError(`header_${read.problem}`, { name: read.name })
}

export function checkedApiVersion(version: string | null, provider: ProviderName): string | null {
  if (version === null) return null
  if (!PROVIDER_FACTS[provider].hasApiVersion) throw adminError('api_version_unused', { provider })
  if (/^[\w.-]{1,40}$/.test(version)) return version
  throw adminError('api_version_invalid', { version })
}

export function checkedProtocol(
  protocol: SpokenProtocol | null,
  provider: ProviderName,
): SpokenProtocol | null {
  if (protocol === null || PROVIDER_FACTS[provider].choosesProtocol) return protocol
  throw adminError('protocol_unused', { provider })
}

export function checkedBaseUrl(text: string, provider: ProviderName): string {
  const read = readBaseUrl(text)
  if (!read.ok) throw adminError('base_url_invalid', { reason: read.reason })
  const { addedPath } = PROVIDER_FACTS[provider]
  if (addedPath === null) return read.url
  const { origin, pathname } = new URL(read.url)
  const at = `${pathname}/`.indexOf(`${addedPath}/`)
  if (at < 0) return read.url
  const url = `${origin}${pathname.slice(0, at)}`
  throw adminError('base_url_added_path', { provider, path: addedPath, url })
}

export function checkedWeight(weight: number): number {
  if (Number.isSafeInteger(weight) && weight >= 0 && weight <= MAX_WEIGHT) return weight
  throw adminError('weight_invalid', { weight: String(weight) })
}

export function checkedSecret(text: string): string {
  const secret = oneLine(text.trim())
  if (looksLikeSecret(secret)) return secret
  throw adminError('secret_invalid')
}

export function looksLikeSecret(text: string): boolean {
  return (SECRET.test(text) && !NOT_ALONE.test(text)) || isCredential(text)
}

/** A credentials file is multi-line JSON; its line breaks carry no meaning. */
function oneLine(text: string): string {
  if (!text.startsWith('{')) return text
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return text
  }
}
