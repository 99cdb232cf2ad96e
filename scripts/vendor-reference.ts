/**
 * Writes docs/vendor-routes.md from the table of vendor routes: `npx bun scripts/vendor-reference.ts`.
 * A test holds the file equal to what this makes.
 */
import { join } from 'node:path'
import { ANTHROPIC_ROUTES } from '../src/passthrough/anthropic-routes.ts'
import { GEMINI_API_ROUTES } from '../src/passthrough/gemini-routes.ts'
import { OPENAI_ROUTES } from '../src/passthrough/openai-routes.ts'
import type { Meter, RouteTarget, VendorRoute } from '../src/passthrough/route.ts'

/** Route → the method of the official Node client that calls it; a conformance test holds it equal to the client. */
const CLIENT_METHODS: Readonly<Record<string, string>> = await Bun.file(
  join(import.meta.dir, '../test/conformance/openai-sdk/client-methods.json'),
).json()

export const VENDOR_REFERENCE = 'docs/vendor-routes.md'

const HEAD = `# Vendor routes

In addition to chat, completions, embeddings and the list of models, the gateway passes these routes on to the vendor, with the
operator's key instead of the proxy key. Authentication, limits, quota, redaction, records and error forms are those of
a chat. Azure's own paths (\`/openai/deployments/{model}/…\`, \`/openai/…\`) are the same routes.

- **Where a call goes.** *model*: to a key that serves the model in the body. *object*: to the key that created
  the object; another user's id is a 404, and one whose key was removed a 410, until that key is added again. *any*: to the
  one that holds the objects named in the body, else to a key of the vendor: always the same one for a user while it works,
  so that what a user makes can be used together. *own*: lists contain only objects that the caller created. If these are
  at several upstream keys, they are listed key by key, in the vendor's pages.
- **Chat completions and Responses that the vendor keeps** (\`store\`) belong to the user who asked for them, too.
- **Responses of models whose upstream keeps none** are kept by the gateway itself if \`RESPONSES_STORE=true\`: encrypted,
  for \`RESPONSES_STORE_DAYS\`, for their user alone. \`previous_response_id\`, \`GET\`, \`DELETE\` and \`input_items\` work
  with them; otherwise \`previous_response_id\` is a 400 for these models. \`input_tokens\` are counted here for them.
- **Bodies** are read and checked as JSON or forms, whatever their content type (\`MAX_BODY_BYTES\`). Forms that upload
  files, parts of uploads, skills or characters are passed on as they arrive and not kept (\`MAX_UPLOAD_BYTES\`), so they
  are sent once. Replies that are neither JSON nor events pass unchanged, and so do
  redirects and parts of a file (\`Range\`).
- **Ids that the gateway has not seen**, because the objects were not created through it, belong to no user. By default
  they pass, so that what an organisation already has at a vendor can still be used; \`UNKNOWN_OBJECTS=refuse\` keeps them to
  admins' keys (\`docs/decisions/2026-11-29-unknown-objects.md\`).
- **Calls in a batch.** Each line of its input is read while the file is uploaded: one that names another user's object or
  model, or an object at another upstream key than the file's, ends the upload. A file that was uploaded in parts is read
  at its upstream when a batch is made of it. Google's uploads don't say what they are for: a file whose lines are
  \`{"key": …, "request": …}\` is checked in the same way, over all its pieces. Google lets nobody read it later, so a batch
  of a file that was not checked is a 400 (its pieces went to several instances, for example).
- **Fine-tuned models** (\`ft:…\`, Google's \`tunedModels/…\`, which are called as any model) belong to the user whose training made them: for others they are a 404 and in no list,
  until an operator defines a model with that name or names it at an upstream key.
- **Cost.** *tokens*: as reported, by the price list. *images*, *seconds*, *characters*, *video*, *searches*: by the list
  in \`src/passthrough/unit-prices.ts\` if the reply reports no tokens. *batch*: once, when its output is ready, whether or
  not its creator reads it; so are background responses. Reading an object again costs nothing. What has no price is
  recorded as unpriced, never as free. How many images, seconds, characters or searches a call took is in its record, also
  without a price (\`images\`, \`audio_seconds\`, \`characters\`, \`video_seconds\`, \`searches\`, \`file_searches\`,
  \`code_sessions\`, \`pages\`); \`gpt-proxy usage\`, the console, \`/admin/v1/usage\` and the metric
  \`gpt_proxy_units_total\` have the sums.
- **Tools of the vendor** that a model calls (web search, file search, code interpreter, images) are counted from the answer and
  cost what the vendor takes for them, besides the tokens; a request with a tool whose price is unknown is unpriced. Each
  container in which an answer ran code counts as a session of its own, although a vendor charges one that is used again
  only once. Storage of vector stores and hours of containers are in no answer: their creation is recorded as unpriced.

\`GET /v1/realtime\` is a WebSocket: its frames pass unchanged, each response has its own record, and the session
ends with close code 1008 when the quota is used up. Seconds that a transcription or a Live session reports are recorded; if a
session ends before its upstream reports what an answer used, it is unpriced. A browser sends its key as the subprotocol
\`openai-insecure-api-key.KEY\`; OpenAI's client at Azure puts it into the query (\`api-key\`), which goes no further. So are \`/v1/responses\`, \`/v1/live/sessions\`, \`/v1/live/sessions/{live_session}/attach\` and
\`…/fork\`, and \`/v1/realtime/translations\`, when a client asks for an upgrade (\`test/integration/vendor/sessions.test.ts\`).
What messages to \`/v1/responses\` and the Live API name is checked before they go on; the model of each is in its record.

Gemini's routes go to keys of \`--provider gemini\`, with the proxy key in \`x-goog-api-key\` or \`?key=\`, also below
\`/v1alpha\`. Resources that a request names (\`fileUri\`, \`cachedContent\`, \`fileSearchStoreNames\` …) go to the key that keeps
them, and another user's are a 404. The address in \`x-goog-upload-url\` is one of this gateway; behind a proxy it needs the
proxy's \`host\` and \`x-forwarded-proto\`. The Live API is a WebSocket
(\`/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent\`), recorded with the model of its setup.
If a session is refused, or closed before its setup is complete, Google's client calls \`onerror\` and \`onclose\` with the
reason, but its \`live.connect\` never settles, with or without a gateway: give it a time limit of your own.

Routes below \`/v1/messages\`, those of managed agents, and files, skills, agents and vaults of requests with the header
\`anthropic-version\`, go to keys of \`--provider anthropic\`; their errors have Anthropic's form, and models in their bodies are named as the vendor names them. A batch's \`results_url\` is a path of the gateway. A batch, or a response in
the background, is charged before it is deleted; one that still runs can't be deleted.

Sessions of agents, deployments, dreams and triggers run models that their request does not name, and report their tokens
later or as a sum of the whole session, so they are recorded as unpriced, and a key that is restricted to some models
may not begin one at Anthropic. What a vendor makes for an object belongs to that object's owner: the runs of a
deployment, their sessions, and the files of a session (\`GET /v1/files?scope_id=…\`).

Not served: administration of organisations and projects, webhooks, compliance reviews, tunnels, safety cases. Such a
call is a 400 that says so. Google's \`files:register\` takes credentials of a Google Cloud project, not a key, so it is a 404.
This table is generated from the code.

*Tested by*: the method of OpenAI's official clients that the tests call through the gateway and directly, with the
required fields and with all (\`test/conformance/openai-sdk\`). \`test/integration/vendor/every-route.test.ts\` calls every
route; ownership, cost and bodies have further tests next to it.

| route | goes to | metered by | tested by |
| --- | --- | --- | --- |
`

const PLACES: Record<RouteTarget['by'], string> = {
  model: 'model',
  object: 'object',
  account: 'any',
  list: 'own',
}
const METERS: Record<Meter, string> = {
  free: 'free',
  tokens: 'tokens',
  images: 'tokens or images',
  characters: 'characters',
  seconds: 'tokens or seconds',
  video: 'video seconds',
  searches: 'tokens or searches',
  pages: 'pages',
  batch: 'batch',
  unpriced: 'unpriced',
}

function rowOf({ api, method, path, target, meter }: VendorRoute): string {
  const route = `${method} ${path}`
  const tested = (api === 'openai' && CLIENT_METHODS[route]) || 'every-route'
  const whose = { openai: '', anthropic: ' (Anthropic)', gemini: ' (Gemini)' }[api]
  return `| \`${route}\`${whose} | ${PLACES[target.by]} | ${METERS[meter]} | \`${tested}\` |\n`
}

export function vendorReference(): string {
  return HEAD + [...OPENAI_ROUTES, ...ANTHROPIC_ROUTES, ...GEMINI_API_ROUTES].map(rowOf).join('')
}

if (import.meta.main) await Bun.write(VENDOR_REFERENCE, vendorReference())
