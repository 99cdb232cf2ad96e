/** Calls the admin API of another gateway with the key of an admin; its refusals become the errors of the use cases. */
import { ADMIN_ERRORS, type AdminErrorCode } from '../../admin/errors.ts'
import { OperatorError, type OperatorErrorKind } from '../../core/operator-error.ts'

export interface RemoteGateway {
  /** Without a trailing slash; may have a path prefix. */
  url: string
  key: string
}

export interface AdminCall {
  /** Of the path. */
  params?: Readonly<Record<string, string | number>>
  query?: Readonly<Record<string, string | number | null | undefined>>
  body?: object
}

export interface AdminClient {
  /** `path` is a template of the contract, e.g. `/users/{id}`. Resolves to null for a reply without a body. */
  call<Reply>(method: string, path: string, call?: AdminCall): Promise<Reply>
}

interface ErrorBody {
  message: string
  code: string | null
  remedy?: string
  values?: Readonly<Record<string, string | number>>
}

/** Testing a key, rotating the encryption key and the doctor take a while. */
const PATIENCE_MS = 120_000

export function adminClient({ url, key }: RemoteGateway): AdminClient {
  const base = `${url}/admin/v1`

  const send = async (method: string, path: string, call: AdminCall): Promise<Response> => {
    const { body } = call
    try {
      return await fetch(`${base}${filled(path, call)}`, {
        method,
        // A redirect would carry the key elsewhere.
        redirect: 'manual',
        signal: AbortSignal.timeout(PATIENCE_MS),
        headers: {
          authorization: `Bearer ${key}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
    } catch (error) {
      throw unreachable(url, error)
    }
  }

  /** Whether the gateway lacks the operation, or only the object. */
  const refused = async (response: Response, operation: string): Promise<OperatorError> => {
    const path = operation.slice(operation.indexOf(' ') + 1)
    const error = await errorIn(response)
    if (error === null) return noAdminApi(url, response.status)
    if (response.status === 404 && error.code === 'not_found') {
      const document = await fetch(`${base}/openapi.json`, { redirect: 'manual' })
      if (!document.ok) return noAdminApi(url, document.status)
      const { paths, info } = (await document.json()) as OpenApi
      if (paths[path] === undefined) return tooOld(url, info.version, operation)
    }
    return errorOf(response.status, error, url)
  }

  return {
    async call<Reply>(method: string, path: string, call: AdminCall = {}): Promise<Reply> {
      const response = await send(method, path, call)
      if (!response.ok) throw await refused(response, `${method} ${path}`)
      if (response.status === 204) return null as Reply
      try {
        return (await response.json()) as Reply
      } catch {
        throw noAdminApi(url, response.status)
      }
    },
  }
}

interface OpenApi {
  info: { version: string }
  paths: Readonly<Record<string, unknown>>
}

function filled(path: string, { params = {}, query = {} }: AdminCall): string {
  const target = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(params[name] ?? ''))
  const given = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== null && value !== undefined) given.set(name, String(value))
  return given.size === 0 ? target : `${target}?${given}`
}

async function errorIn(response: Response): Promise<ErrorBody | null> {
  try {
    const { error } = (await response.json()) as { error?: ErrorBody }
    return typeof error?.message === 'string' ? error : null
  } catch {
    return null
  }
}

const REMEDY_FOR_KEY = 'Set GPT_PROXY_ADMIN_KEY to an active key of an admin of that gateway'

function errorOf(status: number, error: ErrorBody, url: string): OperatorError {
  const { message, code, values, remedy = '' } = error
  if (status === 401 || status === 403)
    return new OperatorError('configuration', `${url} refuses the key: ${message}`, REMEDY_FOR_KEY)
  if (code !== null && code in ADMIN_ERRORS) {
    const { kind, field } = ADMIN_ERRORS[code as AdminErrorCode]
    // Without the values of an older gateway, the message can't be said in another language.
    const options = values === undefined ? {} : { code, field, values }
    return new OperatorError(kind, message, remedy, options)
  }
  return new OperatorError(
    kindOf(status),
    message,
    remedy === '' ? REMEDIES[kindOf(status)] : remedy,
  )
}

function kindOf(status: number): OperatorErrorKind {
  if (status === 404) return 'not_found'
  if (status === 409 || status === 412) return 'conflict'
  if (status === 503) return 'store'
  return status < 500 && status !== 429 ? 'invalid' : 'failed'
}

const REMEDIES: Readonly<Record<OperatorErrorKind, string>> = {
  invalid: 'Try again',
  not_found: 'Check the name',
  conflict: 'Look at what is there, then run the command again',
  failed: "Try again; the gateway's log has more",
  configuration: "See the gateway's log",
  store: "Try again; the gateway's log has more",
}

function unreachable(url: string, error: unknown): OperatorError {
  const { code, name, message } = error as { code?: string; name?: string; message?: string }
  const reason = name === 'TimeoutError' ? 'it did not answer' : (code ?? message ?? 'unknown')
  return new OperatorError(
    'failed',
    `the gateway at ${url} can't be reached (${reason})`,
    `Check the address, and that it runs: gpt-proxy health --server ${url}`,
    { cause: error },
  )
}

function noAdminApi(url: string, status: number): OperatorError {
  return new OperatorError(
    'failed',
    `there is no admin API of GPT Proxy at ${url} (status ${status})`,
    'Give the address of the gateway with its path prefix, or that of ADMIN_LISTEN, without /admin',
  )
}

export function tooOld(url: string, version: string | null, what: string): OperatorError {
  const which = version === null ? '' : ` (version ${version})`
  return new OperatorError(
    'failed',
    `the gateway at ${url}${which} does not have '${what}' yet`,
    'Update the gateway, or use the program of its version',
  )
}
