/** Codes of this service's operational errors. */
export const errorCode = {
  /** The rsync program is not installed. */
  missing: 'SYNC_RSYNC_MISSING',
  /** The daemon did not come up. */
  daemon: 'SYNC_DAEMON',
  /** A folder below LINBO_DIR or the data directory cannot be prepared. */
  folder: 'SYNC_FOLDER',
} as const
