/** What the admin API says when it refuses, as one kind of error. */
import type { components } from './schema.ts'

type ErrorBody = components['schemas']['Error']['error']

export class ApiError extends Error {
  /** HTTP status; 0 where no reply came. */
  readonly status: number
  readonly body: Partial<ErrorBody>
  /** Seconds to wait, where the reply says so. */
  readonly retryAfterSeconds: number | null

  constructor(status: number, body: Partial<ErrorBody>, retryAfterSeconds: number | null = null) {
    super(body.message ?? `HTTP ${status}`)
    this.status = status
    this.body = body
    this.retryAfterSeconds = retryAfterSeconds
  }

  get code(): string {
    return this.body.code ?? ''
  }

  /** The message about a field of a form, by the field's name in the API. */
  fieldMessage(field: string): string | undefined {
    const named = this.body.fields?.find((each) => each.field === field)
    if (named) return named.message
    return this.body.param === field ? this.body.message : undefined
  }

  /** Someone else has changed it since it was read. */
  get isConflict(): boolean {
    return this.status === 412
  }
}

export async function errorFrom(response: Response, parsed: unknown): Promise<ApiError> {
  const body =
    typeof parsed === 'object' && parsed !== null && 'error' in parsed
      ? (parsed as { error: Partial<ErrorBody> }).error
      : {}
  const wait = Number(response.headers.get('retry-after'))
  return new ApiError(response.status, body, wait > 0 ? wait : null)
}

/** No reply: the gateway is away or something between cut the connection. */
export const unreachable = () => new ApiError(0, { code: 'unreachable' })

/** The gateway refused, so nothing was done. Without a reply that is unknown. */
export function wasRefused(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500
}
