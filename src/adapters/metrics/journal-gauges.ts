/** The usage journal's state, read on each scrape. */
import type { Registry } from 'prom-client'
import Gauge from 'prom-client/lib/gauge.js'

import type { JournalHealth } from '../../usage/journal.ts'

type Reading = [name: string, help: string, read: (health: JournalHealth) => number]

/** Each thread has a journal of its own; most figures of several are added up. */
const TOGETHER: Readonly<Record<string, 'min' | 'max'>> = {
  healthy: 'min',
  oldest_waiting_seconds: 'max',
}

const GAUGES: readonly Reading[] = [
  [
    'healthy',
    '1 where the usage journal can be written',
    ({ state }) => Number(state === 'healthy'),
  ],
  [
    'waiting_records',
    'Usage records that ended and are not in the store yet',
    ({ waitingRecords }) => waitingRecords,
  ],
  [
    'oldest_waiting_seconds',
    'Since the oldest of them ended',
    ({ oldestWaitingMs }) => oldestWaitingMs / 1000,
  ],
  ['bytes', 'Size of the usage journal on disk', ({ bytes }) => bytes],
  ['sync_failures', 'Failed syncs of the usage journal', ({ syncFailures }) => syncFailures],
  [
    'refused_records',
    'Usage records that the store never accepted, quarantined',
    ({ refused }) => refused,
  ],
  ['damaged', 'Stretches of the usage journal that were damaged', ({ damaged }) => damaged],
]

export function journalGauges(registry: Registry, health: () => JournalHealth): void {
  for (const [name, help, read] of GAUGES) {
    new Gauge({
      name: `gpt_proxy_journal_${name}`,
      help,
      aggregator: TOGETHER[name] ?? 'sum',
      registers: [registry],
      collect() {
        this.set(read(health()))
      },
    })
  }
}
