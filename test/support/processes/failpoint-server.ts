/** `gpt-proxy serve` with a failpoint: `failpoint-server.ts NAME TIMES`. Only tests start it. */
import { join } from 'node:path'
import { loadConfig } from '../../../src/config.ts'
import { ensureRequestCapacity } from '../../../src/main/serve/runtime.ts'
import { runServer } from '../../../src/main/serve/serve.ts'
import { watchPostgres, watchSqlite } from '../writing-now.ts'
import { type Failpoint, withFailpoint } from './failpoints.ts'

const [, , point = '', times = '1'] = process.argv
ensureRequestCapacity(process.env)
const config = loadConfig(process.env)
const url = process.env.DATABASE_URL
const seesWriting =
  url === undefined ? watchSqlite(join(config.dataDir, 'gpt-proxy.sqlite')) : watchPostgres(url)
const seams = withFailpoint(point as Failpoint, Number(times), seesWriting)
// Further threads read them there.
Object.assign(process.env, { FAILPOINT: point, FAILPOINT_TIMES: times })
const frontThread = join(import.meta.dir, 'failpoint-front-thread.ts')
await runServer(config, process.env, { ...seams, frontThread })
