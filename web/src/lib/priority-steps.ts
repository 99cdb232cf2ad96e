/** What is tried together: items of one priority share the requests, and the next step follows after a failure. */
export function prioritySteps<Item>(
  items: readonly Item[],
  priorityOf: (item: Item) => number,
): Item[][] {
  const steps = new Map<number, Item[]>()
  for (const item of items) {
    const step = steps.get(priorityOf(item))
    if (step === undefined) steps.set(priorityOf(item), [item])
    else step.push(item)
  }
  return [...steps].sort(([one], [other]) => one - other).map(([, step]) => step)
}
