/** The error for a path that is not a route: it names the method or the address that would be right. */
import { GatewayError } from '../core/errors.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const MAX_SHOWN = 200

/** `served` says whether the path is a route with another method, `meant` names the route that it ends with. */
export function notFound(
  method: string,
  path: string,
  served: (method: string) => boolean,
  meant: string | null = null,
): GatewayError {
  const shown = path.slice(0, MAX_SHOWN)
  const others = METHODS.filter((other) => other !== method && served(other))
  const help =
    others.length > 0
      ? `This path takes ${others.join(' or ')}.`
      : `${meant === null ? '' : `The route is ${meant}. `}${baseUrlOf(meant)}; the README lists the routes.`
  return new GatewayError('not_found', `gateway: ${method} ${shown} is not served. ${help}`)
}

function baseUrlOf(meant: string | null): string {
  return meant?.startsWith('/v1/messages')
    ? 'The base URL for Anthropic clients is this address and nothing after it, e.g. http://HOST:8000'
    : 'The base URL for OpenAI clients is this address with /v1 and nothing after it, e.g. http://HOST:8000/v1'
}

export function dotSegmentRefusal(): GatewayError {
  return new GatewayError(
    'not_found',
    "gateway: a path with a segment '.' or '..' is never served. Send the path of the route itself; the README lists the routes.",
  )
}
