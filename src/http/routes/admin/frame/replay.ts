/** A creation that was made before under the same Idempotency-Key is answered with what it made. */
import { AlreadyCreated } from '../../../../admin/versions.ts'

export async function replaying<Made, Found>(
  create: () => Promise<Made>,
  find: (id: string) => Promise<Found>,
): Promise<{ value: Made; replayed: false } | { value: Found; replayed: true }> {
  try {
    return { value: await create(), replayed: false }
  } catch (error) {
    if (!(error instanceof AlreadyCreated)) throw error
    // Subjects are such as `key:3`.
    return { value: await find(error.subject.split(':')[1] ?? ''), replayed: true }
  }
}
