/** A further thread that serves requests: an entry point of its own, also in the executable. */
import { runFrontThread } from './run-front-thread.ts'

runFrontThread()
