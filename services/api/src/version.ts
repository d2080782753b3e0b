import manifest from '../package.json' with { type: 'json' }

/** The suite's version; all workspaces share one. */
export const version: string = manifest.version
