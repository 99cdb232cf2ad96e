/** That the table of vendor routes in the documents is the one that is served. */
import { expect, test } from 'bun:test'
import { VENDOR_REFERENCE, vendorReference } from './vendor-reference.ts'

test('docs/vendor-routes.md is made from the table of routes', async () => {
  expect(await Bun.file(VENDOR_REFERENCE).text()).toBe(vendorReference())
})
