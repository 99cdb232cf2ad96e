/** Who may use a route. Every route names one of these; there is no other way to make a route. */
import { authenticate, authenticateAdmin } from '../pipeline/authenticate.ts'

export type Audience = keyof typeof AUTHORISE

/** Throws if the caller is not allowed. */
export const AUTHORISE = {
  open: () => null,
  proxy_key: authenticate,
  admin_key: authenticateAdmin,
}
