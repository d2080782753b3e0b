import { type Clock, LinboError } from '@linbo/runtime'

/** A client asks again after about four seconds: a later answer helps nobody. */
const patienceMs = 4000

/** @throws LinboError `DHCP_DATABASE` when the work takes longer than a client waits. */
export function inTime<T>(clock: Clock, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(patienceMs, () =>
      reject(new LinboError('DHCP_DATABASE', 'the database does not answer')),
    )
    work.then(resolve, reject).finally(cancel)
  })
}
