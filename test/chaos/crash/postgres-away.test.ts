/** PostgreSQL away, hung, locked, full or elsewhere while requests come: all are served, and recorded once. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { rmSync } from 'node:fs'
import { type PostgresServer, startPostgres } from '../../support/servers/postgres-server.ts'
import { pause, waitFor } from '../../support/waiting.ts'
import {
  APPLICATION,
  AWAY_SECONDS,
  DRAINED_WITHIN_MS,
  type PostgresRig,
  startPostgresRig,
  throughTrouble,
} from './postgres-rig.ts'

const LIMIT_MS = AWAY_SECONDS * 1_000 + DRAINED_WITHIN_MS + 60_000
/** Leases of users who asked nothing for two seconds were given back once. */
const QUIET_MS = 3_000
let rig: PostgresRig

beforeEach(async () => {
  rig = await startPostgresRig({ DB_POOL_SIZE: '3' })
}, 60_000)
afterEach(() => rig.close(), 60_000)

const health = async () =>
  (await (await fetch(`${rig.gateway.origin}/health`)).json()) as {
    services: { database: string }
  }

test(
  `stopped for ${AWAY_SECONDS} seconds`,
  async () => {
    await throughTrouble(rig, async () => {
      await rig.server.stop()
      await pause(AWAY_SECONDS * 1_000)
      expect((await health()).services.database).toBe('unhealthy')
      await rig.server.start()
      await waitFor('health', async () => (await health()).services.database === 'healthy')
    })
    expect(rig.gateway.logs()).not.toContain('pg-canary')
  },
  LIMIT_MS,
)

test(
  'stopped at once, in the middle of its work, three times',
  async () => {
    await throughTrouble(rig, async () => {
      for (let times = 0; times < 3; times++) {
        await rig.server.stop('immediate')
        await rig.server.start()
        await pause(500)
      }
    })
  },
  LIMIT_MS,
)

test('stopped while a user with a quota was idle', async () => {
  const ask = async () => {
    const messages = [{ role: 'user', content: 'Hello' }]
    const reply = await rig.gateway.chat({ model: 'm', messages, max_tokens: 100 })
    await reply.arrayBuffer()
    return reply.status
  }
  expect(await ask()).toBe(200)
  await pause(QUIET_MS)
  await rig.server.stop()
  const statuses: number[] = []
  for (let at = 0; at < 20; at++) {
    statuses.push(await ask())
    await pause(QUIET_MS / 20)
  }
  expect(statuses).toEqual(new Array(20).fill(200))
  await rig.server.start()
}, 60_000)

test(
  'hung',
  async () => {
    await throughTrouble(rig, async () => {
      rig.server.freeze()
      await pause(AWAY_SECONDS * 1_000)
      rig.server.thaw()
    })
  },
  LIMIT_MS,
)

test(
  'a lock held on its tables',
  async () => {
    await throughTrouble(rig, async () => {
      const tables = ['usage_records', 'usage_monthly', 'upstream_keys', 'users']
      const release = await rig.server.lockTables(APPLICATION, tables)
      await pause(AWAY_SECONDS * 1_000)
      await release()
    })
  },
  LIMIT_MS,
)

test(
  'no connection left',
  async () => {
    await throughTrouble(rig, async () => {
      const { server } = rig
      server.sql(`alter role ${APPLICATION} connection limit 0`)
      server.sql(
        `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${APPLICATION}'`,
      )
      await pause((AWAY_SECONDS * 1_000) / 2)
      expect((await health()).services.database).toBe('unhealthy')
      server.sql(`alter role ${APPLICATION} connection limit -1`)
    })
    expect(rig.gateway.logs()).toContain('it has no connection left')
  },
  LIMIT_MS,
)

test.each(['stopped', 'hung'] as const)(
  'a failover to another address, from a server that %s',
  async (how) => {
    const first = rig.server
    try {
      await throughTrouble(rig, async () => {
        if (how === 'stopped') await first.stop('immediate')
        else first.freeze()
        rig.server = await copyOf(first)
        // A connection to a hanging server gets no sign that it is dead.
        rig.relay.pointAt(rig.server.port, how === 'stopped' ? 'cut' : 'left')
      })
    } finally {
      await first.close()
    }
  },
  LIMIT_MS,
)

/** As a standby that has all that was committed. */
function copyOf({ folder }: PostgresServer): Promise<PostgresServer> {
  const copy = `${folder}-second`
  Bun.spawnSync(['cp', '-a', folder, copy])
  rmSync(`${copy}/data/postmaster.pid`, { force: true })
  return startPostgres({ folder: copy })
}
