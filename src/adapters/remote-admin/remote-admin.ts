/** The use cases of commands, run by another gateway: `gpt-proxy --server`. */
import type { CommandAdmin } from '../../admin/command-admin.ts'
import type { Rotation, SealedRow } from '../../admin/encryption.ts'
import { type AdminClient, adminClient, type RemoteGateway } from './client.ts'
import { remoteKeys } from './keys.ts'
import { remoteModels } from './models.ts'
import { remoteQuotas } from './quotas.ts'
import { remoteAudit, remotePrices, remoteUsage } from './reports.ts'
import { remoteUpstreams } from './upstreams.ts'
import { findUserView, remoteUsers } from './users.ts'

export function remoteAdmin(gateway: RemoteGateway): CommandAdmin {
  const client = adminClient(gateway)
  return {
    users: remoteUsers(client),
    keys: remoteKeys(client),
    upstreams: remoteUpstreams(client, gateway.url),
    models: remoteModels(client),
    quotas: remoteQuotas(client),
    prices: remotePrices(client),
    usage: remoteUsage(client),
    audit: remoteAudit(client),
    encryption: remoteEncryption(client),
    identity: {
      async setPassword(_, name, password) {
        const { id, username } = await findUserView(client, name)
        await client.call('PUT', '/users/{id}/password', { params: { id }, body: { password } })
        return { username }
      },
    },
    async consoleLink(_, user) {
      const { id } = await findUserView(client, user)
      const { url, expires_at } = await client.call<{ url: string; expires_at: string }>(
        'POST',
        '/users/{id}/setup-link',
        { params: { id } },
      )
      return { link: url, expiresAtMs: Date.parse(expires_at) }
    },
  }
}

type SealedView = Omit<SealedRow, 'keyId'> & { key_id: string }

function remoteEncryption(client: AdminClient): CommandAdmin['encryption'] {
  const read = () =>
    client.call<{ active_key_id: string; rows: SealedView[] }>('GET', '/encryption')
  return {
    activeKeyId: async () => (await read()).active_key_id,
    status: async () => (await read()).rows.map(sealedRow),
    async rotate() {
      const reply = await client.call<
        Pick<Rotation, 'rotated'> & { failed: SealedView[]; retired_keys?: string | null }
      >('POST', '/encryption/rotate')
      const { rotated, failed, retired_keys: retiredKeys = null } = reply
      return { rotated, failed: failed.map(sealedRow), retiredKeys }
    },
  }
}

function sealedRow({ key_id, ...row }: SealedView): SealedRow {
  return { ...row, keyId: key_id }
}
