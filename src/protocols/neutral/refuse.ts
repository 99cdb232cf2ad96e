/** A 400 that names the field of the request which cannot be used. */
import { type GatewayError, invalidRequest } from '../../core/errors.ts'

export function refuse(field: string, problem: string): GatewayError {
  return invalidRequest(`'${field}' ${problem}`, field)
}
