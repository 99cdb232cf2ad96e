/** PostgreSQL notifications about others' changes, on a dedicated connection, with a slow poll as a fallback. */
import { sql } from 'kysely'
import { Client } from 'pg'
import type { Logger } from '../../../core/logger.ts'
import type { DatabaseAddress } from '../../../core/text/database-address.ts'
import type { Change } from '../../../upstreams/key-store.ts'
import type { ChangeWatch } from '../change-watch.ts'
import { PRESENT } from './partitions/session.ts'
import { clientConfig, connectPostgres } from './postgres-client.ts'
import { explainPostgresError } from './postgres-error.ts'

interface Parts {
  address: DatabaseAddress
  /** Application name of this store's own connections, whose changes are ignored. */
  program: string
  logger: Logger | undefined
}

const CHANGES = 'gpt_proxy_changes'
const LEASES_WANTED = 'gpt_proxy_leases_wanted'
/** Catches lost notifications, and a connection that died silently. */
const POLL_MS = 10_000
const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 1_000

/** Changes when a row of these tables is written; request counters are excluded. */
const FINGERPRINT = `select
  (select count(*) || ':' || coalesce(sum(hashtext(ctid::text || xmin::text)), 0) from users) || ' ' ||
  (select count(*) || ':' || coalesce(sum(hashtext(ctid::text || xmin::text)), 0) from api_keys) || ' ' ||
  (select count(*) || ':' || coalesce(sum(hashtext(row(id, name, provider, base_url, encrypted_key, key_hint,
    weight, models, deployments, headers, api_version, protocol, status, failure_count,
    cooldown_until)::text)), 0)
    from upstream_keys) || ' ' ||
  (select count(*) || ':' || coalesce(sum(hashtext(ctid::text || xmin::text)), 0) from upstream_model_states)
  || ' ' || (select count(*) || ':' || coalesce(sum(hashtext(ctid::text || xmin::text)), 0) from models)
  || ' ' || (select count(*) || ':' || coalesce(sum(hashtext(ctid::text || xmin::text)), 0) from model_targets)
    as fingerprint`

export function listenForChanges({ address, program, logger }: Parts): ChangeWatch {
  let change: Change = 'none'
  let leasesWanted = (_userId: number) => {}
  let running: Promise<void> | null = null
  let closed = false
  const polling = createPause()
  // A pause of its own: the end of the connection that failed would cut it short, and the retries would never pause.
  const retrying = createPause()

  const hear = (channel: string, payload: string | undefined) => {
    const [what, ...sender] = (payload ?? '').split(' ')
    if (sender.join(' ') === program) return
    if (channel === LEASES_WANTED) leasesWanted(Number(what))
    else if (what !== 'upstream_keys' && what !== 'upstream_model_states') change = 'any'
    else if (change === 'none') change = 'upstream keys'
  }
  const listen = async (ready: () => void) => {
    const client = new Client(clientConfig(address, 'serving', program))
    client.on('notification', ({ channel, payload }) => hear(channel, payload))
    const lost = whenLost(client, polling.wake)
    try {
      await connectPostgres(client)
      await client.query(`listen ${CHANGES}; listen ${LEASES_WANTED}`)
      await client.query(`select pg_advisory_lock_shared(${PRESENT})`)
      // Changes may have been missed while not listening.
      change = 'any'
      ready()
      let before: string | undefined
      while (!closed && lost.error === null) {
        const now = await fingerprint(client)
        if (before !== undefined && now !== before) change = 'any'
        before = now
        if (lost.error === null && !closed) await polling.pause(POLL_MS)
      }
      if (lost.error !== null) throw lost.error
    } finally {
      client.end().catch(() => {})
    }
  }
  const run = async () => {
    let retryMs = FIRST_RETRY_MS
    while (!closed) {
      try {
        await listen(() => {
          if (retryMs > FIRST_RETRY_MS) logger?.info({}, 'listening for changes again')
          retryMs = FIRST_RETRY_MS
        })
      } catch (error) {
        if (closed) return
        if (retryMs === FIRST_RETRY_MS) {
          const why = String(explainPostgresError(error, address))
          logger?.warn({ error: why }, 'not listening for changes; trying again')
        }
        await retrying.pause(retryMs * (0.5 + Math.random() / 2))
        retryMs = Math.min(retryMs * 2, LAST_RETRY_MS)
      }
    }
  }

  return {
    changes() {
      // Connects on the first call only: commands never ask.
      running ??= run()
      const since = change
      change = 'none'
      return Promise.resolve(since)
    },
    async wantLeases(step, userId) {
      await sql`select pg_notify(${LEASES_WANTED}, ${`${userId} ${program}`})`.execute(step)
    },
    onLeasesWanted(listener) {
      leasesWanted = listener
    },
    async close() {
      closed = true
      polling.wake()
      retrying.wake()
      await running
    },
  }
}

/** A wait that can be ended early. */
function createPause() {
  let wake = () => {}
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  return { pause, wake: () => wake() }
}

/** Calls `listener` when the connection is lost; the cause is in `error` from then on. */
function whenLost(client: Client, listener: () => void): { error: Error | null } {
  const lost: { error: Error | null } = { error: null }
  client.on('error', (error) => {
    lost.error = error
    listener()
  })
  client.on('end', () => {
    lost.error ??= new Error('Connection terminated')
    listener()
  })
  return lost
}

async function fingerprint(client: Client): Promise<string | undefined> {
  const { rows } = await client.query<{ fingerprint: string }>(FINGERPRINT)
  return rows[0]?.fingerprint
}
