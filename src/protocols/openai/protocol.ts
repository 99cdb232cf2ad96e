/** OpenAI's chat completions, completions, embeddings and models: what most clients and upstreams speak. */
import type { Protocol } from '../protocol.ts'
import { writeError, writeErrorEvent } from './error.ts'
import { readModelList } from './model-list.ts'
import { findPrompt } from './prompt.ts'
import { readError } from './read-error.ts'
import { readReply } from './reply.ts'
import { asksForUsage, maxOutputTokens, readRequest } from './request.ts'
import { replyOfStream, streamOfReply } from './reshape.ts'
import { openStream } from './stream.ts'
import { writeRequest } from './write-request.ts'

export const openai: Protocol = {
  name: 'openai',
  readRequest,
  findPrompt,
  maxOutputTokens,
  asksForUsage,
  writeError,
  writeErrorEvent,
  forwardedHeaders: [],
  errorStatus: (status) => status,
  writeRequest,
  readReply,
  openStream,
  readError,
  streamOfReply,
  replyOfStream,
  readModelList,
}
