/** The gateway of a further thread, and what it gets from others. */
import type { ClosableLogger } from '../../adapters/log/pino-logger.ts'
import type { RunningGateway } from '../compose/gateway.ts'
import type { LedgerConnection } from '../ledger/ledger-port.ts'
import type { Server } from '../serve/server.ts'
import type { ExchangeSender } from './exchange-sender.ts'
import type { Link } from './link.ts'
import type { HubOffers } from './offers.ts'

export interface Front {
  running: RunningGateway
  logger: ClosableLogger
  listen(port: number, exchanges: ExchangeSender): Server
  close(): Promise<void>
}

/** What comes from other threads. */
export interface FromOthers {
  hub: Link<HubOffers>
  ledger: LedgerConnection
  live: ((message: string) => void)[]
  leasesWanted: ((userId: number) => void)[]
}
