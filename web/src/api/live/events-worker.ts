/** The shared worker around the event hub: one for all tabs of a browser. */
import { EventHub, type LiveMessage, type Watch } from './event-hub.ts'

const hub = new EventHub()

addEventListener('connect', (event) => {
  const port = (event as MessageEvent).ports[0]
  if (port === undefined) return
  const deliver = (message: LiveMessage) => port.postMessage(message)
  port.onmessage = ({ data }: MessageEvent<Watch | null>) => {
    if (data === null) hub.leave(deliver)
    else hub.watch(deliver, data)
  }
})
