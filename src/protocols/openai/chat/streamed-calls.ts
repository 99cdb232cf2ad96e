/** Assembles the tool calls of a chat stream, whose pieces are identified by index or id. */
import { isObject } from '../../neutral/fields.ts'
import type { JsonObject } from '../../neutral/neutral.ts'
import type { Emit } from '../../translation/format.ts'
import { newCallId } from './answer-content.ts'

interface StreamedCall {
  /** The neutral index; -1 until the call's name is known. */
  index: number
  id: string
  /** Arguments that came before the name. */
  early: string
  /** Something of the arguments was emitted. */
  received: boolean
}

export class StreamedCalls {
  /** At least one call was opened. */
  any = false
  private readonly emit: Emit
  private readonly nextIndex: () => number
  private readonly open = new Map<number, StreamedCall>()

  constructor(emit: Emit, nextIndex: () => number) {
    this.emit = emit
    this.nextIndex = nextIndex
  }

  /** `position` replaces an index that the upstream left out. */
  read(piece: JsonObject, position: number): void {
    const called = isObject(piece.function)
      ? piece.function
      : isObject(piece.custom)
        ? piece.custom
        : {}
    const freeform = isObject(piece.custom)
    const key = typeof piece.index === 'number' ? piece.index : position
    const id = typeof piece.id === 'string' ? piece.id : ''
    const name = typeof called.name === 'string' ? called.name : ''
    const call = this.callAt(key, id, name)
    if (call.id === '') call.id = id
    if (call.index < 0 && name !== '') this.begin(call, name, freeform)
    const args = freeform ? called.input : called.arguments
    const text = isObject(args) ? JSON.stringify(args) : args
    if (typeof text === 'string' && text !== '') this.more(call, text)
  }

  close(): void {
    for (const call of this.open.values()) this.closeCall(call)
    this.open.clear()
  }

  /** Some upstreams give every call index 0: another id with a name is another call. */
  private callAt(key: number, id: string, name: string): StreamedCall {
    const known = this.open.get(key)
    const another =
      known !== undefined && known.index >= 0 && id !== '' && name !== '' && id !== known.id
    if (known !== undefined && !another) return known
    if (known !== undefined) this.closeCall(known)
    const call: StreamedCall = { index: -1, id: '', early: '', received: false }
    this.open.set(key, call)
    return call
  }

  private begin(call: StreamedCall, name: string, freeform: boolean): void {
    this.any = true
    call.index = this.nextIndex()
    if (call.id === '') call.id = newCallId()
    const part = {
      type: 'call' as const,
      id: call.id,
      name,
      args: '',
      ...(freeform && { freeform }),
    }
    this.emit({ type: 'open', index: call.index, part })
    if (call.early !== '') this.more(call, call.early)
  }

  private more(call: StreamedCall, text: string): void {
    if (call.index < 0) {
      call.early += text
      return
    }
    call.received = true
    this.emit({ type: 'delta', index: call.index, text })
  }

  private closeCall(call: StreamedCall): void {
    if (call.index < 0) return
    if (!call.received) this.emit({ type: 'delta', index: call.index, text: '{}' })
    this.emit({ type: 'close', index: call.index })
  }
}
