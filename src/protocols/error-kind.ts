/** What an upstream's HTTP status means, where its body has no code that says more. */
import type { ErrorKind } from './neutral.ts'

export function kindOfStatus(status: number): ErrorKind {
  switch (status) {
    case 401:
      return 'auth'
    case 402:
      return 'quota'
    case 403:
      return 'denied'
    case 404:
      return 'missing'
    case 408:
    case 504:
      return 'timeout'
    case 413:
      return 'large'
    case 429:
      return 'rate'
    case 503:
    case 529:
      return 'overloaded'
    default:
      return status >= 400 && status < 500 ? 'invalid' : 'broken'
  }
}
