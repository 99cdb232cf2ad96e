/** What commands need of a gateway that --server names, beyond the use cases. */
import { adminClient, type RemoteGateway } from '../../adapters/remote-admin/client.ts'
import { remoteAdmin } from '../../adapters/remote-admin/remote-admin.ts'
import type { ChatGateway, OpenCommandAdmin } from '../../cli/context.ts'
import type { Environment } from '../../config/environment.ts'
import type { Setting } from '../../config/settings.ts'
import { OperatorError } from '../../core/operator-error.ts'
import type { DoctorOptions } from '../../doctor/options.ts'
import type { Report } from '../../doctor/report.ts'

export function remoteGateway(url: string, environment: Environment): RemoteGateway {
  const key = environment.GPT_PROXY_ADMIN_KEY?.trim() ?? ''
  if (key !== '') return { url, key }
  throw new OperatorError(
    'configuration',
    'GPT_PROXY_ADMIN_KEY is not set, and --server needs the key of an admin of that gateway',
    'Set it; there is no option for it, because every user of this machine can read arguments',
  )
}

export function openRemote(gateway: RemoteGateway): OpenCommandAdmin {
  return { ...remoteAdmin(gateway), close: async () => {} }
}

/** The same columns as of the settings here. */
export async function remoteSettings(gateway: RemoteGateway): Promise<Setting[]> {
  const { variables } = await adminClient(gateway).call<{ variables: Setting[] }>(
    'GET',
    '/settings',
  )
  return variables.map(({ name, value, source }) => ({ name, value, source }))
}

export function remoteDoctor(
  gateway: RemoteGateway,
  { only, language, user, request, tokens, model }: DoctorOptions,
): Promise<Report> {
  const query = { only: only?.join(',') ?? null, lang: language, user, request, tokens, model }
  return adminClient(gateway).call('GET', '/doctor', { query })
}

/** As the admin whose key it is, with its limits and its quota. */
export function remoteChat({ url, key }: RemoteGateway): ChatGateway {
  return {
    async ask(body) {
      // Loaded when it is used: it brings the runtime's HTTP client, which the server does without.
      const { chat } = await import('./chat-request.ts')
      return chat(url, key, body)
    },
    close: async () => {},
  }
}
