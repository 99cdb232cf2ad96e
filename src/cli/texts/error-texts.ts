/** The command line's error messages, in the language of the shell. */
import type { AdminErrorCode } from '../../admin/errors.ts'
import { ZH_ERRORS } from '../../admin/errors-zh.ts'
import type { OperatorError } from '../../core/operator-error.ts'
import type { Language } from '../../doctor/text.ts'
import { startErrorInChinese } from './start-errors-zh.ts'

/** The remedy for each use-case error; the message is the error's own. */
const REMEDIES: Readonly<Record<AdminErrorCode, string>> = {
  nothing_to_change: 'Name what should change; see --help',
  idempotency_mismatch: 'Use a new key for a different request',
  address_invalid: 'Give networks such as 10.0.0.0/8, or single addresses',
  time_zone_unknown: 'Give an IANA name such as Asia/Shanghai',
  records_deleted: 'Only its totals are left, and they stay unchanged',
  cursor_invalid: 'Use the cursor of the previous page',
  user_not_found: 'List them with: gpt-proxy user list',
  user_exists: 'Choose another name, or change that one with: gpt-proxy user update',
  user_name_invalid: 'Use up to 64 letters, digits, or . _ @ : + - and not digits alone',
  email_invalid: 'Give one such as alice@example.com',
  last_admin: 'Create another one first: gpt-proxy user create NAME --role admin',
  key_not_found: 'Name it by its id or prefix: gpt-proxy key list',
  key_ambiguous: 'Name it by its id: gpt-proxy key list',
  key_name_invalid: 'Use 1 to 64 printable characters',
  key_revoked: 'Create a new one with: gpt-proxy key create',
  key_rotated: 'Rotate the newer key, or revoke this one: gpt-proxy key revoke',
  key_in_grace:
    'Rotate without --grace, wait for the old key to expire, or revoke it: gpt-proxy key revoke',
  key_expired: 'Give a time in the future',
  limit_invalid: "Give a whole number, 'none' or 'default'",
  priority_invalid: 'Give a whole number from 0 to 100; higher ones go first',
  tag_invalid: 'Use at most 64 letters, digits and . _ -',
  model_invalid: 'Give a name without spaces; * is only allowed at the end',
  deployment_invalid: 'Give names without spaces, as MODEL=DEPLOYMENT',
  header_reserved:
    'Remove it: it frames the message, belongs to the connection, or carries the upstream key',
  header_name: 'Give --header as NAME: VALUE, e.g. OpenAI-Organization: org-123',
  header_value: 'Give one line of printable ASCII, at most 2000 characters',
  header_count: 'Remove some of them',
  deployments_missing: 'Add --deployment MODEL=DEPLOYMENT for each',
  api_version_unused: 'Remove --api-version',
  api_version_invalid: 'Give one such as 2024-10-21',
  protocol_unused: 'Leave --protocol out',
  base_url_invalid: 'Give one such as https://api.openai.com/v1',
  base_url_added_path: 'Give that address',
  weight_invalid: 'Give a larger number for a larger share, e.g. 5',
  secret_invalid:
    'Give only the key, on one line; if the upstream does not check keys, use any 8 characters',
  secret_is_proxy_key: "Give the vendor's key, or that of another gateway",
  secret_line_invalid: 'Correct that line and run the import again',
  upstream_name_invalid: 'Use up to 64 letters, digits, or . _ @ : + - and not digits alone',
  upstream_not_found: 'List them with: gpt-proxy upstream list',
  upstream_exists: 'Choose another name, or remove that one first',
  upstream_locked: 'Give the key as well (--key-stdin), or see: gpt-proxy encryption status',
  model_not_found: 'List them with: gpt-proxy model list',
  model_pattern: 'Remove the *; patterns are for upstream keys',
  targets_missing: 'Add --target MODEL@KEY',
  mirrors_only: 'Add a --target MODEL@KEY without mirror=',
  model_malformed: 'Define it again with gpt-proxy model set, or correct the row with SQL',
  model_exists: 'Choose another name, or change the one that exists',
  condition_invalid:
    'Write tag:NAME, max-tokens:N, min-tokens:N, feature:NAME or header:NAME=VALUE, with ! to negate',
  hedge_without_time: 'Add --first-token-ms',
  target_invalid:
    'Give MODEL or MODEL@KEY, followed by ,priority=1 ,weight=3 ,context=128000 ,max-in-flight=8 ,mirror=10 or ,when=CONDITION',
  target_number:
    'Give mirror=1 to 100, max-in-flight=0 to 999999, other numbers from 0 to 999999999',
  parameter_invalid: 'Give NAME=VALUE with JSON as the value, e.g. temperature=0',
  parameter_reserved: 'Remove it: it decides where the request goes, or is its content',
  price_pattern: 'Give the full name of the model',
  price_not_found: 'List your own prices with: gpt-proxy price list',
  encryption_key_not_everywhere:
    'Set ENCRYPTION_KEY and ENCRYPTION_KEYS_OLD on every instance, restart them, and run this again',
}

export function wording(
  error: OperatorError,
  language: Language,
): { message: string; remedy: string } {
  const code = error.code as AdminErrorCode | null
  if (code === null || !(code in REMEDIES)) {
    const { message, remedy } = error
    return language === 'zh' ? startErrorInChinese(message, remedy) : { message, remedy }
  }
  if (language === 'zh') return ZH_ERRORS[code](error.values)
  return { message: error.message, remedy: REMEDIES[code] }
}
