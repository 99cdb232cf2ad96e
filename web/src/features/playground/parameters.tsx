/** Parameters of a request: system prompt, temperature, length, tools. */
import { useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import type { ChatRequest } from '@/api/playground.ts'
import { Field, TextArea, TextInput } from '@/ui/field.tsx'

export interface Parameters {
  system: string
  /** What goes into the request's body; only what was filled in. */
  body: Pick<ChatRequest, 'temperature' | 'max_tokens' | 'tools'>
}

export const defaultParameters: Parameters = { system: '', body: {} }

interface ParameterFieldsProps {
  value: Parameters
  onChange: (parameters: Parameters) => void
}

export function ParameterFields({ value, onChange }: ParameterFieldsProps) {
  const { t } = useLingui()
  const [tools, setTools] = useState('')
  const [toolsProblem, setToolsProblem] = useState(false)
  const set = (body: Parameters['body']) => {
    const filled = Object.entries({ ...value.body, ...body }).filter(
      ([, each]) => each !== undefined,
    )
    onChange({ ...value, body: Object.fromEntries(filled) })
  }
  const number = (text: string) => (text === '' ? undefined : Number(text))
  const readTools = (text: string) => {
    setTools(text)
    try {
      const parsed: unknown = text.trim() === '' ? [] : JSON.parse(text)
      const list = Array.isArray(parsed) ? parsed : [parsed]
      setToolsProblem(false)
      set({ tools: list.length === 0 ? undefined : list })
    } catch {
      setToolsProblem(true)
    }
  }
  return (
    <>
      <Field label={t`System prompt`}>
        <TextArea
          value={value.system}
          onChange={(event) => onChange({ ...value, system: event.target.value })}
        />
      </Field>
      <Field label={t`Temperature`}>
        <TextInput
          type="number"
          min={0}
          max={2}
          step={0.1}
          placeholder={t`default`}
          value={value.body.temperature ?? ''}
          onChange={(event) => set({ temperature: number(event.target.value) })}
        />
      </Field>
      <Field label={t`Maximum output tokens`}>
        <TextInput
          type="number"
          min={1}
          step={1}
          placeholder={t`default`}
          value={value.body.max_tokens ?? ''}
          onChange={(event) => set({ max_tokens: number(event.target.value) })}
        />
      </Field>
      <Field
        label={t`Tools, as JSON`}
        error={toolsProblem && t`This is not valid JSON; the tools are unchanged.`}
      >
        <TextArea
          spellCheck={false}
          className="font-mono text-xs"
          value={tools}
          onChange={(event) => readTools(event.target.value)}
        />
      </Field>
    </>
  )
}
