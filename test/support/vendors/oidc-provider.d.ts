/** The part of the package's interface that the tests use; it has no types of its own. */
declare module 'oidc-provider' {
  import type { Server } from 'node:http'

  class Provider {
    constructor(issuer: string, configuration: object)
    listen(port: number, host: string): Server
  }

  export { Provider as default }
}
