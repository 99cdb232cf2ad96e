/** OpenAI's chat completions, completions, embeddings and models: what most clients and upstreams speak. */
import type { Protocol } from '../protocol.ts'
import { writeError, writeErrorEvent } from './error.ts'
import { readModelList } from './model-list.ts'
import { findPrompt } from './prompt.ts'
import { readError } from './read-error.ts'
import { readReply } from './reply.ts'
import { asksForUsage, maxOutputTokens, parseRequest } from './request.ts'
import { replyOfStream, streamOfReply } from './reshape.ts'
import { openStream } from './stream.ts'
import { writePassedRequest } from './write-request.ts'

export const openai: Protocol = {
  name: 'openai',
  readRequest: parseRequest,
  findPrompt,
  maxOutputTokens,
  asksForUsage,
  writeError,
  writeErrorEvent,
  forwardedHeaders: [],
  errorStatus: (status) => status,
  writeRequest: writePassedRequest,
  readReply,
  openStream,
  readError,
  streamOfReply,
  replyOfStream,
  readModelList,
}
