/** The console's part of the web server, opened at its first request: most processes never get one. */
import type { Config } from '../../config.ts'
import { errorAnswer, newRequestId } from '../../http/error-response.ts'
import type { WebRoutes } from '../../http/route.ts'
import type { Services } from '../../pipeline/services.ts'
import type { Vault } from '../../upstreams/vault.ts'
import { loadWithFiles } from '../compose/load-with-files.ts'
import type { WebServerParts } from '../serve/server.ts'
import type { AdminListener } from './admin-api.ts'

export interface Web {
  routes(parts: WebServerParts): WebRoutes
  close(): Promise<void>
}

interface Given {
  config: Config
  environment: Readonly<Record<string, string | undefined>>
  instanceId: string
  services: Services
  vault: Vault
}

export function createWeb(given: Given): Web {
  let opening: Promise<AdminListener> | null = null
  const open = (parts: WebServerParts): Promise<AdminListener> => {
    opening ??= loadWithFiles(() => import('./admin-api.ts'))
      .then(({ openAdminApi }) => openAdminApi({ ...given, ...parts }))
      .catch((error) => {
        // The database, or a file descriptor, may be available again at the next request.
        opening = null
        throw error
      })
    return opening
  }

  return {
    routes: (parts) => ({
      serves: (path) => /^\/(admin|console)(\/|$)/.test(path),
      handler(exchange) {
        open(parts).then(
          (api) => api.handler(exchange),
          (error) =>
            exchange.respond(errorAnswer(error, newRequestId(), { logger: given.services.logger })),
        )
      },
    }),
    async close() {
      const api = await opening?.catch(() => null)
      await api?.close()
    },
  }
}
