/**
 * A model that always tells the same story, word by word: asked to go on, it goes on where the story was cut. Its
 * tokens are words.
 */
import type { SpokenAnswer, SpokenWire } from './format.ts'

export interface Storyteller {
  story: string
  /** The next answer to a request; null: it does not take the beginning of its own turn. */
  answer(format: SpokenWire, body: Record<string, unknown>): SpokenAnswer | null
}

export interface StoryOptions {
  refusesPrefill?: boolean
  /** How many of the last characters it says again. */
  repeats?: number
  id?: string
}

export function storyteller(story: string, options: StoryOptions = {}): Storyteller {
  const { refusesPrefill = false, repeats = 0, id = 'story' } = options
  return {
    story,
    answer(format, body) {
      const turns = format.turns(body)
      if (refusesPrefill && turns.at(-1)?.role === 'model') return null
      const told = turns.findLast(({ role }) => role === 'model')?.text ?? ''
      if (!story.startsWith(told)) throw new Error(`asked to go on after '${told.slice(-40)}'`)
      const rest = story.slice(Math.max(0, told.length - repeats))
      const input = wordsOf(turns.map(({ text }) => text).join(' ')).length
      const pieces = wordsOf(rest)
      return { id, pieces, usage: { input, output: pieces.length } }
    },
  }
}

export function wordsOf(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? []
}

/** Words in a fixed order without repetitions that could look like an overlap. */
export function storyOf(words: number): string {
  return Array.from({ length: words }, (_, at) => wordAt(at)).join(' ')
}

function wordAt(at: number): string {
  const root = ROOTS[at % ROOTS.length] as string
  return at % 7 === 6 ? `${root}-${at}.\n` : `${root}${at.toString(36)}`
}

const ROOTS = ['river', 'élan', 'stone', '漢字', 'ash', 'wind🌊', 'lamp', '"Weg"', 'salt\\', 'x']
