/**
 * What an upstream key's secret is: a key that is sent as it is, or the means to get one that expires. All of
 * them are stored in one text, encrypted like any key.
 */
import { AMBIENT } from '../../core/text/credential-text.ts'
import type { AwsKeys } from '../../upstreams/credentials.ts'

export type Credential =
  | { kind: 'key'; key: string }
  | { kind: 'google'; account: ServiceAccount }
  /** A person, as `gcloud auth application-default login` stores them. */
  | { kind: 'google-user'; user: GoogleUser }
  /** From the metadata server of the machine that the gateway runs on (application default credentials). */
  | { kind: 'google-metadata' }
  | { kind: 'aws'; keys: AwsKeys }
  /** From the role of the machine, container or pod that the gateway runs on. */
  | { kind: 'aws-role' }
  | { kind: 'entra'; client: EntraClient }

/** The members of a service account's JSON file that are needed. */
export interface ServiceAccount {
  clientEmail: string
  /** PEM, PKCS #8. */
  privateKey: string
  privateKeyId: string | null
  tokenUri: string
  projectId: string | null
}

export interface GoogleUser {
  clientId: string
  clientSecret: string
  refreshToken: string
}

/** An application registered at Microsoft Entra ID. */
export interface EntraClient {
  tenantId: string
  clientId: string
  clientSecret: string
}

/** Reads a stored secret. Throws a TypeError that says what is wrong, without repeating the secret. */
export function readCredential(secret: string): Credential {
  if (secret === AMBIENT.google) return { kind: 'google-metadata' }
  if (secret === AMBIENT.aws) return { kind: 'aws-role' }
  if (!secret.trimStart().startsWith('{')) return awsPair(secret) ?? { kind: 'key', key: secret }
  const fields = parsed(secret)
  if (fields.type === 'service_account') return { kind: 'google', account: serviceAccount(fields) }
  if (fields.type === 'authorized_user') return { kind: 'google-user', user: googleUser(fields) }
  if (typeof fields.type === 'string' && Object.hasOwn(UNSUPPORTED, fields.type))
    throw new TypeError(UNSUPPORTED[fields.type])
  if ('accessKeyId' in fields || 'AccessKeyId' in fields)
    return { kind: 'aws', keys: awsKeys(fields) }
  if (isObject(fields.Credentials)) return { kind: 'aws', keys: awsKeys(fields.Credentials) }
  if ('clientSecret' in fields || 'client_secret' in fields)
    return { kind: 'entra', client: entraClient(fields) }
  throw new TypeError(
    'the JSON is neither a Google service account, nor AWS access keys, nor an Entra ID application',
  )
}

/** Files of Google's that name other files or addresses, which the gateway does not follow. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  external_account:
    "workload identity federation ('external_account') is not supported: on Google Cloud use 'adc', elsewhere a service account's JSON file",
  impersonated_service_account:
    "impersonation ('impersonated_service_account') is not supported: use the service account's own JSON file, or 'adc'",
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch {
    // Said below; the parser's message would repeat a piece of the secret.
  }
  throw new TypeError('the secret starts like JSON but is none')
}

/** `AKIA…:secret`, and with temporary credentials a session token after another colon. */
const AWS_PAIR = /^(A[KS]IA[A-Z0-9]{12,}):([A-Za-z0-9/+=]{20,})(?::(\S+))?$/

/** The file that AWS's tools read, or the name of a section in it: neither is a key. */
const AWS_FILE = /^\s*\[[\w .-]+\]|^\s*aws_access_key_id\s*=|^profile[: ]/i

function awsPair(text: string): Credential | null {
  if (AWS_FILE.test(text))
    throw new TypeError(
      "AWS's profiles and its credentials file are not read: give ACCESS_KEY_ID:SECRET, or what \"aws configure export-credentials\" prints, or 'role'",
    )
  const [whole, accessKeyId = '', secretAccessKey = '', sessionToken = null] =
    AWS_PAIR.exec(text) ?? []
  if (whole === undefined) return null
  return { kind: 'aws', keys: { accessKeyId, secretAccessKey, sessionToken } }
}

function serviceAccount(fields: Record<string, unknown>): ServiceAccount {
  return {
    clientEmail: text(fields, 'client_email'),
    privateKey: text(fields, 'private_key'),
    privateKeyId: optional(fields, 'private_key_id'),
    tokenUri: optional(fields, 'token_uri') ?? 'https://oauth2.googleapis.com/token',
    projectId: optional(fields, 'project_id'),
  }
}

function googleUser(fields: Record<string, unknown>): GoogleUser {
  return {
    clientId: text(fields, 'client_id'),
    clientSecret: text(fields, 'client_secret'),
    refreshToken: text(fields, 'refresh_token'),
  }
}

/** As `aws configure export-credentials` and `aws sts assume-role` print them, or as the SDKs name them. */
function awsKeys(fields: Record<string, unknown>): AwsKeys {
  return {
    accessKeyId: text(fields, 'accessKeyId', 'AccessKeyId'),
    secretAccessKey: text(fields, 'secretAccessKey', 'SecretAccessKey'),
    sessionToken: optional(fields, 'sessionToken', 'SessionToken'),
  }
}

/** As `az ad sp create-for-rbac` prints them, or as the SDKs name them. */
function entraClient(fields: Record<string, unknown>): EntraClient {
  return {
    tenantId: text(fields, 'tenantId', 'tenant', 'tenant_id'),
    clientId: text(fields, 'clientId', 'appId', 'client_id'),
    clientSecret: text(fields, 'clientSecret', 'password', 'client_secret'),
  }
}

function text(fields: Record<string, unknown>, ...names: string[]): string {
  const value = optional(fields, ...names)
  if (value !== null) return value
  throw new TypeError(`the JSON lacks '${names[0]}'`)
}

function optional(fields: Record<string, unknown>, ...names: string[]): string | null {
  for (const name of names) {
    const value = fields[name]
    if (typeof value === 'string' && value !== '') return value
  }
  return null
}
