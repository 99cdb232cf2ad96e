/** Answers an exchange by the web framework: for all routes but those that most requests take. */
import { GatewayError } from '../core/errors.ts'
import type { Exchange } from './exchange.ts'
import { errorAnswer, newRequestId } from './refusals.ts'

type WebApp = (request: Request) => Response | Promise<Response>

/** The name that the client called us by decides nothing. */
const ORIGIN = 'http://gateway'

/** These routes take no body. */
export async function answerByWeb(app: WebApp, exchange: Exchange): Promise<void> {
  try {
    const response = await app(requestOf(exchange))
    exchange.respond({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: new Uint8Array(await response.arrayBuffer()),
    })
  } catch (error) {
    exchange.respond(errorAnswer(error, newRequestId()))
  }
}

function requestOf({ method, target, headers }: Exchange): Request {
  try {
    const url = new URL(target.startsWith('/') ? ORIGIN + target : target)
    return new Request(url.href, { method, headers: headers.entries() })
  } catch {
    throw new GatewayError(
      'not_found',
      `gateway: there is no ${method} ${target.slice(0, 200)} here.`,
    )
  }
}
