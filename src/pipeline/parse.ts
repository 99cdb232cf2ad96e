/** Stage 2: what is asked. Size is capped while the body is read, depth before it is parsed. */
import {
  type Endpoint,
  type ModelRequest,
  parseModelRequest,
  parseRequest,
} from '../protocols/openai/request.ts'

/** `body` is the whole request body, or the model's name where the endpoint is `models`. */
export function parse(endpoint: Endpoint, body: string): ModelRequest {
  return endpoint === 'models' ? parseModelRequest(body) : parseRequest(endpoint, body)
}
