/** Stage 2: what is asked. Size is capped while the body is read, depth before it is parsed. */
import { type Ask, type Endpoint, readAsk, readModelAsk } from '../protocols/openai/request.ts'

/** `body` is the whole request body, or the model's name where the endpoint is `models`. */
export function parse(endpoint: Endpoint, body: string): Ask {
  return endpoint === 'models' ? readModelAsk(body) : readAsk(endpoint, body)
}
