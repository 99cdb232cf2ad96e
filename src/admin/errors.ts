/**
 * Why a use case refuses: a code, the field at fault and the values that were given. Each face words it:
 * the command line adds a remedy (`src/cli/texts/error-texts.ts`), the HTTP API sends code, field and message.
 */
import { OperatorError, type OperatorErrorKind } from '../core/operator-error.ts'

type Values = Readonly<Record<string, string | number>>

interface CatalogueEntry {
  kind: OperatorErrorKind
  /** The field's name in the use case's input. */
  field: string | null
  message: (values: Values) => string
}

const entry = (
  kind: OperatorErrorKind,
  field: string | null,
  message: CatalogueEntry['message'],
): CatalogueEntry => ({ kind, field, message })

export const ADMIN_ERRORS = {
  nothing_to_change: entry('invalid', null, () => 'nothing was given to change'),
  idempotency_mismatch: entry(
    'conflict',
    'idempotency-key',
    () => 'this Idempotency-Key was used for another request before',
  ),
  time_zone_unknown: entry('invalid', 'time_zone', ({ zone }) => `unknown time zone '${zone}'`),
  records_deleted: entry(
    'conflict',
    'month',
    ({ month }) => `records of ${month} are deleted already (USAGE_RETENTION_DAYS)`,
  ),
  cursor_invalid: entry('invalid', 'after', () => 'the page cursor is invalid'),

  user_not_found: entry('not_found', 'user', ({ user }) => `there is no user '${user}'`),
  user_exists: entry('conflict', 'username', ({ user }) => `there is already a user '${user}'`),
  user_name_invalid: entry('invalid', 'username', ({ name }) => `invalid user name '${name}'`),
  email_invalid: entry('invalid', 'email', ({ email }) => `invalid email address '${email}'`),
  last_admin: entry(
    'conflict',
    'user',
    ({ user }) => `'${user}' is the last active admin and has to stay one`,
  ),

  key_not_found: entry('not_found', 'key', ({ key }) => `there is no key '${key}'`),
  key_ambiguous: entry('conflict', 'key', ({ key }) => `'${key}' fits more than one key`),
  key_name_invalid: entry('invalid', 'name', ({ name }) => `invalid key name '${name}'`),
  key_revoked: entry('conflict', 'key', ({ key }) => `key '${key}' is revoked`),
  key_rotated: entry(
    'conflict',
    'key',
    ({ key, by }) => `key '${key}' was rotated already, to ${by}`,
  ),
  key_in_grace: entry(
    'conflict',
    'grace_seconds',
    ({ key, earlier }) =>
      `key '${earlier}', which was rotated to '${key}', still works: only one old key can have a grace period`,
  ),
  key_expired: entry('invalid', 'expires_at', () => 'the key would have expired already'),
  limit_invalid: entry(
    'invalid',
    null,
    ({ field, max, value }) => `${field} must be a whole number from 0 to ${max}, but is ${value}`,
  ),

  priority_invalid: entry(
    'invalid',
    'priority',
    ({ priority }) => `the priority must be a whole number from 0 to 100, but is ${priority}`,
  ),
  tag_invalid: entry('invalid', 'tags', ({ tag }) => `invalid tag '${tag}'`),

  address_invalid: entry(
    'invalid',
    'allowed_addresses',
    ({ address }) => `invalid address or network '${address}'`,
  ),
  model_invalid: entry('invalid', null, ({ model }) => `invalid model name '${model}'`),
  deployment_invalid: entry(
    'invalid',
    'deployments',
    ({ name }) => `invalid name '${name}' for a model or its deployment`,
  ),
  header_reserved: entry(
    'invalid',
    'headers',
    ({ name }) => `the header '${name}' is the gateway's own and can't be fixed`,
  ),
  header_name: entry('invalid', 'headers', ({ name }) => `invalid header name '${name}'`),
  header_value: entry(
    'invalid',
    'headers',
    ({ name }) => `the value of header '${name}' is empty, too long, or not printable ASCII`,
  ),
  header_count: entry(
    'invalid',
    'headers',
    ({ name }) => `${name} fixed headers are more than the 50 that an upstream may have`,
  ),
  deployments_missing: entry(
    'invalid',
    'deployments',
    () => 'an azure upstream needs its deployments',
  ),
  api_version_unused: entry(
    'invalid',
    'api_version',
    ({ provider }) => `an upstream of provider ${provider} has no API version`,
  ),
  api_version_invalid: entry(
    'invalid',
    'api_version',
    ({ version }) => `invalid API version '${version}'`,
  ),
  protocol_unused: entry(
    'invalid',
    'protocol',
    ({ provider }) => `an upstream of provider ${provider} has a format of its own`,
  ),
  base_url_invalid: entry(
    'invalid',
    'base_url',
    ({ reason }) => `the base URL can't be used: ${reason}`,
  ),
  base_url_added_path: entry(
    'invalid',
    'base_url',
    ({ provider, path, url }) =>
      `the base URL of an upstream of provider ${provider} ends before ${path}: ${url}`,
  ),
  weight_invalid: entry(
    'invalid',
    'weight',
    () => 'the weight must be a whole number from 0 to 999999',
  ),
  secret_invalid: entry(
    'invalid',
    'secret',
    () =>
      'the upstream key is shorter than 8 characters, masked (***), written as NAME=KEY, or holds a space, a quote or a line break',
  ),
  secret_is_proxy_key: entry(
    'invalid',
    'secret',
    () => 'this is a proxy key of this gateway, so requests would come back to it',
  ),
  secret_line_invalid: entry(
    'invalid',
    'secret',
    ({ line }) =>
      `line ${line}: the upstream key is shorter than 8 characters, masked (***), written as NAME=KEY, or holds a space, a quote or a line break; nothing was imported`,
  ),
  upstream_name_invalid: entry(
    'invalid',
    'name',
    ({ name }) => `invalid upstream key name '${name}'`,
  ),
  upstream_not_found: entry(
    'not_found',
    'upstream',
    ({ upstream }) => `there is no upstream key '${upstream}'`,
  ),
  upstream_exists: entry(
    'conflict',
    'name',
    ({ name }) => `there is already an upstream key '${name}'`,
  ),
  upstream_locked: entry(
    'store',
    'upstream',
    ({ upstream, reason }) =>
      `the key of '${upstream}' can't be decrypted (${reason}), and its address can't change without it`,
  ),

  model_not_found: entry('not_found', 'model', ({ model }) => `there is no model '${model}'`),
  model_pattern: entry(
    'invalid',
    'model',
    ({ model }) => `the model '${model}' and its targets need whole names`,
  ),
  targets_missing: entry('invalid', 'targets', ({ model }) => `the model '${model}' has no target`),
  mirrors_only: entry(
    'invalid',
    'targets',
    ({ model }) => `the model '${model}' has only mirrors, which answer nobody`,
  ),
  model_malformed: entry('conflict', 'model', ({ reason }) => `malformed model ${reason}`),
  target_invalid: entry('invalid', 'targets', ({ target }) => `invalid target '${target}'`),
  target_number: entry(
    'invalid',
    'targets',
    ({ target }) => `a number of target '${target}' is out of range`,
  ),
  model_exists: entry('conflict', 'model', ({ model }) => `there is already a model '${model}'`),
  condition_invalid: entry('invalid', null, ({ condition }) => `invalid condition '${condition}'`),
  hedge_without_time: entry(
    'invalid',
    'first_token_ms',
    ({ model }) => `the model '${model}' can't hedge without a time for the first token`,
  ),
  parameter_invalid: entry('invalid', null, ({ text }) => `invalid parameter '${text}'`),
  parameter_reserved: entry('invalid', null, ({ name }) => `'${name}' can't be a parameter`),

  price_pattern: entry('invalid', 'model', () => 'a price is for one model'),
  price_not_found: entry(
    'not_found',
    'model',
    ({ model }) => `no price of your own is set for the model '${model}'`,
  ),
  encryption_key_not_everywhere: entry(
    'conflict',
    null,
    ({ instances, key }) =>
      `not every running instance has the new encryption key ${key}: ${instances} lack it, and could no longer use the upstream keys`,
  ),
} as const satisfies Record<string, CatalogueEntry>

export type AdminErrorCode = keyof typeof ADMIN_ERRORS

/** The error of a use case; its message is English and names no command. */
export function adminError(code: AdminErrorCode, values: Values = {}): OperatorError {
  const { kind, field, message }: CatalogueEntry = ADMIN_ERRORS[code]
  const shown = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, oneLine(value)]),
  )
  const at = field ?? (typeof values.field === 'string' ? values.field : null)
  return new OperatorError(kind, message(shown), '', { code, field: at, values: shown })
}

/** Text from a caller must not move the reader's cursor. */
function oneLine(value: string | number): string | number {
  if (typeof value === 'number') return value
  return value.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?').slice(0, 300)
}
