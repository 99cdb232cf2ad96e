/** Who may use a route. A route can only be created with one of these. */
import { authenticate, authenticateAdmin } from '../pipeline/authenticate.ts'

export type Audience = keyof typeof AUTHORISE

/** Throws if the caller is not allowed. */
export const AUTHORISE = {
  open: () => null,
  proxy_key: authenticate,
  admin_key: authenticateAdmin,
}
