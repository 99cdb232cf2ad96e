/** Every recorded exchange is replayed through one gateway and compared with the upstream itself. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Rig, startRig } from '../rig.ts'
import { describeRecordedAzure } from './recorded-azure.ts'
import { describeRecordedErrors } from './recorded-errors.ts'
import { describeRecordedJson } from './recorded-json.ts'
import { describeRecordedModels } from './recorded-models.ts'
import { describeRecordedStreams } from './recorded-streams.ts'
import { isAzure, KINDS, type Recording, readRecordings } from './recordings.ts'

const recordings = readRecordings()
if (recordings !== null) describeRecordings(recordings)

function describeRecordings(all: readonly Recording[]): void {
  let started: Rig
  const rig = () => started
  beforeAll(async () => {
    started = await startRig([{ name: 'recorded' }])
  })
  afterAll(() => started.close())

  const models = all.filter(({ kind }) => kind === 'models')
  const plain = all.filter((recording) => recording.kind !== 'models' && !isAzure(recording))
  const form = (wanted: Recording['form']) => plain.filter((recording) => recording.form === wanted)

  test('there are recordings of every kind', () => {
    expect([...new Set(all.map(({ kind }) => kind))].toSorted()).toEqual([...KINDS].toSorted())
  })
  describeRecordedJson(form('json'), rig)
  describeRecordedStreams(form('sse'), rig)
  describeRecordedErrors(form('error'), 'recorded', rig)
  describeRecordedModels(models, rig)
  describeRecordedAzure(all.filter(isAzure))
}
