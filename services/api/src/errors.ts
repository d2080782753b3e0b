import { LinboError } from '@linbo/runtime'

/** Every error code this service raises, with its HTTP status and its title for people. */
export const problems = {
  AUTH_REQUIRED: [401, 'Sign in first'],
  AUTH_REFUSED: [401, 'Not signed in'],
  AUTH_TOO_MANY: [429, 'Too many failed sign-ins'],
  AUTH_CROSS_SITE: [403, 'Request from another site'],
  REQUEST_MALFORMED: [400, 'Request not understood'],
  REQUEST_INVALID: [422, 'Request has wrong fields'],
  REQUEST_MEDIA_TYPE: [415, 'Body type not supported'],
  REQUEST_TOO_LARGE: [413, 'Body too large'],
  ROUTE_UNKNOWN: [404, 'No such resource'],
  HOST_UNKNOWN: [404, 'No such host'],
  HOST_CONFLICT: [409, 'Host clashes with another'],
  KEY_UNKNOWN: [404, 'No pinned key'],
  GROUP_UNKNOWN: [404, 'No such group'],
  GROUP_NAME: [422, 'Not a group name'],
  GROUP_IN_USE: [409, 'Group still has hosts'],
  GROUP_EXISTS: [409, 'Group exists already'],
  GROUP_BUSY: [409, 'Group is being changed'],
  START_CONF_CONFLICT: [412, 'start.conf was changed by somebody else'],
  START_CONF_TEMPLATE: [422, 'Template cannot be used'],
  VERSION_UNKNOWN: [404, 'No such version'],
  START_CONF_UNKNOWN: [404, 'No such start.conf'],
  START_CONF_BROKEN: [422, 'start.conf has errors'],
  HOST_SCHOOL: [422, 'Host name without its school'],
  HOSTS_WOULD_GO: [409, 'Many hosts would be removed'],
  DEVICES_BROKEN: [422, 'devices.csv has errors'],
  COMMANDS_INVALID: [422, 'Commands not understood'],
  TARGETS_INVALID: [422, 'Targets cannot be used'],
  TARGETS_UNKNOWN: [422, 'Unknown hosts'],
  OPERATION_UNKNOWN: [404, 'No such operation'],
  OPERATION_OVER: [409, 'Operation is over'],
  TRANSFER_UNKNOWN: [404, 'No such transfer'],
  BOOT_UNKNOWN: [404, 'No such boot'],
  BOOT_FILE_UNKNOWN: [404, 'No such boot file'],
  BOOT_SET_UNKNOWN: [404, 'No such boot set'],
  BOOT_SET_CURRENT: [409, 'Machines boot from this boot set'],
  BOOT_SET_IN_USE: [409, 'Boot set still in use'],
  BOOT_SET_BROKEN: [409, 'Boot set not whole'],
  ISO_NO_BOOT_FILES: [409, 'No boot files yet'],
  ISO_CHANGING: [503, 'Boot files are changing'],
  ISO_NO_SPACE: [507, 'Disk is full'],
  PACKAGE_UNKNOWN: [404, 'No such package'],
  PACKAGE_ACTIVE: [409, 'Machines get this package'],
  PACKAGE_EXISTS: [409, 'Package is here already'],
  PACKAGE_BROKEN: [422, 'Package cannot be used'],
  PACKAGE_OTHER: [422, 'Another package than we need'],
  PACKAGE_KERNEL: [422, 'Kernel and modules do not fit'],
  PACKAGE_CHECKSUM: [422, 'Package is not the expected one'],
  PACKAGE_SIGNATURE: [422, 'Signature is not good'],
  PACKAGE_KEYRING: [422, 'No keyring'],
  PACKAGE_TOO_LARGE: [413, 'Package too large'],
  PACKAGE_NO_SPACE: [507, 'Not enough space'],
  REGISTRATION_UNKNOWN: [404, 'No such registration'],
  REGISTRATION_DECIDED: [409, 'Registration is decided'],
  REGISTRATION_CONFLICT: [409, 'Registration clashes with another'],
  MACHINE_UNKNOWN: [404, 'No such machine'],
  ADOPTION_INCOMPLETE: [422, 'Name, room and group needed'],
  LOG_UNKNOWN: [404, 'No such log'],
  SEARCH_BUSY: [503, 'Too many searches'],
  LINBO_PASSWORD: [422, 'Password cannot be used'],
  FIRMWARE_NAME: [422, 'Not a firmware file'],
  LINBOFS_NO_BASE: [409, 'Nothing to build from'],
  LINBOFS_HOST_KEY: [409, 'Host key cannot be used'],
  LINBOFS_CUSTOM_KERNEL: [409, 'Custom kernel cannot be used'],
  LINBOFS_TEMPLATE: [409, 'Package cannot be used'],
  EVENTS_UPGRADE: [426, 'Ask for a stream'],
  EVENTS_FULL: [503, 'Too many listeners'],
} as const satisfies Record<string, readonly [number, string]>

export type ProblemCode = keyof typeof problems

/** An error the API answers a request with; `problem.ts` turns it into a response. */
export function apiError(code: ProblemCode, detail: string, fix?: string): LinboError {
  return new LinboError(code, detail, fix ? { fix } : {})
}

/** One whose answer tells more than the fields of every problem. */
export class ExtendedError extends LinboError {
  /** Further members of the body (RFC 9457, 3.2). */
  readonly members: Record<string, unknown>

  constructor(code: ProblemCode, detail: string, fix: string, members: Record<string, unknown>) {
    super(code, detail, { fix })
    this.members = members
  }
}
