// Reads messages with the parser of Node.js (llhttp): one JSON list of {kind, text} per line in, one of results out.
const { HTTPParser } = require('node:_http_common')

function read({ kind, text }) {
  const messages = []
  let current = null
  const parser = new HTTPParser()
  parser.initialize(kind === 'request' ? HTTPParser.REQUEST : HTTPParser.RESPONSE, {})
  let early = ''
  // Trailers, and after them also the targets of later heads.
  parser[HTTPParser.kOnHeaders] = (_headers, url) => {
    early += url ?? ''
  }
  parser[HTTPParser.kOnHeadersComplete] = (...head) => {
    const [, , , , url, status, , upgrade] = head
    current = { target: url || early, status: status ?? 0, upgrade, body: '', ended: false }
    messages.push(current)
    return 0
  }
  parser[HTTPParser.kOnBody] = (bytes) => {
    current.body += bytes.toString('latin1')
  }
  parser[HTTPParser.kOnMessageComplete] = () => {
    current.ended = true
    early = ''
  }
  const result = parser.execute(Buffer.from(text, 'latin1'))
  const error = result instanceof Error ? result.code : null
  parser.close?.()
  return { messages, error }
}

let held = ''
process.stdin.setEncoding('utf8')
process.stdin.on('data', (part) => {
  held += part
  for (let end = held.indexOf('\n'); end >= 0; end = held.indexOf('\n')) {
    const cases = JSON.parse(held.slice(0, end))
    held = held.slice(end + 1)
    process.stdout.write(`${JSON.stringify(cases.map(read))}\n`)
  }
})
