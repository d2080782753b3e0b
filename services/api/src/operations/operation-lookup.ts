import { type Db, findOperation } from '@linbo/db'
import { parseCommands } from '@linbo/formats'

type Command = { name: string; number?: number | undefined }

/** What operations make their hosts do, remembered while they run. */
export interface OperationLookup {
  /** The commands that have run on a host that is done; none when they only run at its next boot. */
  commandsRun(operation: string): Promise<Command[]>
  forget(operation: string): void
}

export function createOperationLookup(db: Db): OperationLookup {
  const remembered = new Map<string, Command[]>()
  return {
    async commandsRun(operation) {
      const before = remembered.get(operation)
      if (before) return before
      const row = await findOperation(db, operation)
      const isNow = row !== undefined && row.options.when !== 'next-boot'
      const commands = isNow && row.commands ? parseCommands(row.commands) : []
      remembered.set(operation, commands)
      return commands
    },
    forget: (operation) => void remembered.delete(operation),
  }
}
