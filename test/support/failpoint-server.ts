/** `gpt-proxy serve` with a failpoint: `failpoint-server.ts NAME TIMES`. Only tests start it. */
import { loadConfig } from '../../src/config.ts'
import { ensureRequestCapacity } from '../../src/main/runtime.ts'
import { serve } from '../../src/main/serve.ts'
import { type Failpoint, withFailpoint } from './failpoints.ts'

const [, , point = '', times = '1'] = process.argv
ensureRequestCapacity(process.env)
const config = loadConfig(process.env)
const seams = withFailpoint(point as Failpoint, Number(times), config.dataDir)
await serve(config, process.env, seams)
