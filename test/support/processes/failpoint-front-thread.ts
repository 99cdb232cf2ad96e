/** A further thread of `failpoint-server.ts`, with the same failpoint; each thread counts for itself. */
import { join } from 'node:path'
import { loadConfig } from '../../../src/config.ts'
import { runFrontThread } from '../../../src/main/threads/run-front-thread.ts'
import { watchPostgres, watchSqlite } from '../writing-now.ts'
import { type Failpoint, withFailpoint } from './failpoints.ts'

const { FAILPOINT = '', FAILPOINT_TIMES = '1', DATABASE_URL: url } = process.env
const config = loadConfig(process.env)
const seesWriting =
  url === undefined ? watchSqlite(join(config.dataDir, 'gpt-proxy.sqlite')) : watchPostgres(url)
runFrontThread(withFailpoint(FAILPOINT as Failpoint, Number(FAILPOINT_TIMES), seesWriting))
