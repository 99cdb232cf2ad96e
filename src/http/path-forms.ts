/** The paths that clients build out of base URLs as people type them, and the path that each of them means. */

export interface PathForm {
  path: string
  /** The deployment that an Azure client names in the path in place of a model, still percent-encoded. */
  deployment: string | null
}

/** Only these have other forms: operators' routes are written in one way. */
const CLIENT_ROUTES = /^\/(?:v1|v1alpha|v1beta|upload|ws)\//
const AZURE_DEPLOYMENT = /^(?:\/v1)*\/openai\/deployments\/([^/]+)(\/.+)$/
/** Azure's newer paths, and those of its resources without a deployment (`/openai/files`). */
const OPENAI_PREFIX = /^\/openai(?:\/v1)*(?=\/)/
const REPEATED_VERSION = /^(?:\/v1)+(?=\/)/
/** Gemini's and OpenRouter's addresses for OpenAI clients, and other gateways' for those of Anthropic and Gemini. */
const FOREIGN_PREFIX =
  /^(?:\/v1beta\/openai|\/v1\/openai|\/api\/v1|\/anthropic(?:\/v1)*|\/gemini(?:\/v1(?:beta)?)?)(?=\/)/

/** Gemini's own paths after another gateway's address for them, or after a base URL that ends with a version. */
const BEFORE_GEMINI =
  /^(?:\/gemini(?=\/(?:v1alpha|v1beta|upload|ws)\/)|(?:\/v1|\/v1beta|\/v1alpha)(?=\/(?:upload|ws)\/))/

/**
 * What a path may mean, the likeliest first: as it is; without slashes too many; with one `/v1` instead
 * of two or none; Azure's forms. The router takes the first that is a route, and authorises that one.
 */
export function pathForms(path: string): PathForm[] {
  const tidy = tidyPath(path)
  const deployed = AZURE_DEPLOYMENT.exec(tidy)
  if (deployed !== null)
    return [{ path: `/v1${deployed[2] ?? ''}`, deployment: deployed[1] as string }]
  const others = [tidy, tidy.replace(BEFORE_GEMINI, ''), `/v1${tidy}`]
  for (const prefix of [REPEATED_VERSION, OPENAI_PREFIX, FOREIGN_PREFIX])
    if (prefix.test(tidy)) others.push(tidy.replace(prefix, '/v1'))
  const forms = new Set([path, ...others.filter((form) => CLIENT_ROUTES.test(form))])
  return [...forms].map((form) => ({ path: form, deployment: null }))
}

/** One slash where there are several, and none at the end. */
function tidyPath(path: string): string {
  const single = path.replace(/\/{2,}/g, '/')
  return single.length > 1 && single.endsWith('/') ? single.slice(0, -1) : single
}

/** A longer path, or one with more segments before a route, is not a mistyped base URL. */
const MAX_PATH = 500
const MAX_SEGMENTS = 10

/** The first of the routes that a path ends with, as a base URL with too much in it makes such paths. */
export function routeAtEnd<R>(path: string, find: (end: string) => R | null): R | null {
  if (path.length > MAX_PATH) return null
  let at = 0
  for (let segments = 0; segments < MAX_SEGMENTS; segments++) {
    at = path.indexOf('/', at + 1)
    if (at < 0) return null
    const found = find(path.slice(at))
    if (found !== null) return found
  }
  return null
}

/** At most this many times is a segment decoded: servers behind an upstream may do so more than once. */
const MAX_DECODINGS = 3
const SEPARATOR = /[/\\]/

/**
 * Whether a segment is `.` or `..`, however it is encoded. Sent on with the operator's key such a path
 * would reach what no route allows; no model or object has that name.
 */
export function hasDotSegment(path: string): boolean {
  let text = path
  for (let round = 0; round <= MAX_DECODINGS; round++) {
    if (text.split(SEPARATOR).some((segment) => segment === '.' || segment === '..')) return true
    if (!text.includes('%')) return false
    text = text.replace(/%(2e|2f|5c|25)/gi, (encoded) =>
      String.fromCharCode(Number.parseInt(encoded.slice(1), 16)),
    )
  }
  return false
}
