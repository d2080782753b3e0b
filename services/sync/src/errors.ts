/** Codes of this service's operational errors. */
export const errorCode = {
  /** The rsync program is not installed. */
  missing: 'SYNC_RSYNC_MISSING',
  /** The daemon did not come up. */
  daemon: 'SYNC_DAEMON',
  /** A folder below LINBO_DIR or the data directory cannot be prepared. */
  folder: 'SYNC_FOLDER',
  /** An upload that is not what its name says. */
  upload: 'SYNC_UPLOAD',
  /** A machine's introduction that cannot be taken. */
  registration: 'SYNC_REGISTRATION',
} as const
