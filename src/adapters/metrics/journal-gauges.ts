/** The usage journal's state, read on each scrape. */
import { Gauge, type Registry } from 'prom-client'
import type { JournalHealth } from '../../usage/journal.ts'

const GAUGES: readonly [name: string, help: string, read: (health: JournalHealth) => number][] = [
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
      registers: [registry],
      collect() {
        this.set(read(health()))
      },
    })
  }
}
