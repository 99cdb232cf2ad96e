/** Where each vendor's batches have the file that they read their calls from. */
import { GEMINI_LINES, type LineFormat, OPENAI_LINES } from './call-lines.ts'
import { inputFilesIn } from './gemini-names.ts'
import type { VendorApi } from './route.ts'

export interface BatchInputs {
  /** Of the file, as an object. */
  kind: string
  lines: LineFormat
  /** Whether a batch with this body reads its calls from the file; other files may be named in a call. */
  isInput(id: string, body: unknown): boolean
  /** Where its content is, below the base URL. */
  contentOf(id: string): string
  /** What a client is to do if the content can't be read, after the name of the file. */
  ifUnreadable(id: string): { code: 'upstream_error' | 'invalid_request'; message: string }
}

export const BATCH_INPUTS: Readonly<Record<VendorApi, BatchInputs | null>> = {
  openai: {
    kind: 'file',
    lines: OPENAI_LINES,
    isInput: () => true,
    contentOf: (id) => `files/${encodeURIComponent(id)}/content`,
    ifUnreadable: (id) => ({
      code: 'upstream_error',
      message: `gateway: the input ${id} could not be read at its upstream, so the batch was not made. Try again, or upload the file with POST /v1/files and the purpose 'batch'.`,
    }),
  },
  gemini: {
    kind: 'gemini_file',
    lines: GEMINI_LINES,
    isInput: (id, body) => inputFilesIn(body).includes(id),
    contentOf: (id) => `v1beta/files/${id}:download?alt=media`,
    // Google's uploads can't be read back.
    ifUnreadable: (id) => ({
      code: 'invalid_request',
      message: `gateway: the lines of files/${id} were not checked while it was uploaded, so the batch was not made. Upload it again with this key, as lines of {"key": …, "request": …}: in one request, or all its pieces to the same instance of the gateway.`,
    }),
  },
  // Its batches have their calls in the request.
  anthropic: null,
}
