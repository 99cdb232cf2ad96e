/** Members, compared with a Set over any sequence of additions and deletions. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Members, NO_PLACE, type SetMember } from './members.ts'

const COUNT = 8
const someMembers = () => Array.from({ length: COUNT }, () => ({ place: NO_PLACE }))
const visited = (members: Members<SetMember>) => {
  const seen = new Set<SetMember>()
  members.forEach((member) => void seen.add(member))
  return seen
}

test('are those of a Set after the same additions and deletions', () => {
  const step = fc.record({ adds: fc.boolean(), which: fc.nat(COUNT - 1) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const [all, members, set] = [someMembers(), new Members<SetMember>(), new Set<SetMember>()]
      for (const { adds, which } of steps) {
        const member = all[which] as SetMember
        if (adds && !set.has(member)) members.add(member)
        if (adds) set.add(member)
        else expect(members.delete(member)).toBe(set.delete(member))
      }
      expect(members.size).toBe(set.size)
      expect(visited(members)).toEqual(set)
    }),
  )
})

test('are all visited, except deleted ones, whatever a visit adds and deletes', () => {
  const doing = fc.record({ adds: fc.nat(2), deletes: fc.array(fc.nat(COUNT - 1)) })
  const plan = fc.array(doing, { minLength: COUNT, maxLength: COUNT })
  fc.assert(
    fc.property(plan, (doings) => {
      const [all, members] = [someMembers(), new Members<SetMember>()]
      for (const member of all) members.add(member)
      const seen = new Set<SetMember>()
      const deleted = new Set<SetMember>()
      members.forEach((member) => {
        const { adds, deletes } = doings[all.indexOf(member)] ?? { adds: 0, deletes: [] }
        if (seen.has(member)) return
        seen.add(member)
        for (let count = 0; count < adds; count++) members.add({ place: NO_PLACE })
        for (const which of deletes) {
          const gone = all[which] as SetMember
          if (members.delete(gone)) deleted.add(gone)
        }
      })
      for (const member of all) expect(seen.has(member) || deleted.has(member)).toBe(true)
    }),
  )
})
