import { setting } from '@linbo/config'

const seconds = setting.count(1, 86_400)

export const schema = {
  LINBO_CLIENT_SSH_PORT: setting.port(2222, 'Where LINBO clients listen for SSH.'),
  LINBO_REMOTE_PARALLEL: setting.count(1, 5000)(50, 'Clients that run commands at the same time.'),
  LINBO_REMOTE_OPERATIONS: setting.count(1, 1000)(20, 'Operations this service runs at once.'),
  LINBO_REMOTE_CONNECT_SECONDS: seconds(5, 'How long a client may take to let us log in.'),
  LINBO_REMOTE_RETRY_SECONDS: seconds(2, 'Between two looks at a machine that was woken.'),
  LINBO_REMOTE_PAUSE_SECONDS: setting.count(0, 600)(1, 'Between two commands on a client.'),
  LINBO_REMOTE_SILENCE_SECONDS: seconds(
    1800,
    'A command that prints nothing for this long has failed. LINBO prints nothing while it downloads an image.',
  ),
  LINBO_REMOTE_ENDING_SECONDS: seconds(
    10,
    'After this much silence start, reboot and halt count as done: the client cannot answer any more.',
  ),
  LINBO_REMOTE_HOST_SECONDS: seconds(14_400, 'The longest an operation may take on one client.'),
  LINBO_REMOTE_OUTPUT_KB: setting.count(1, 1_000_000)(
    4096,
    'Output kept per client and operation.',
  ),
  LINBO_REMOTE_WAKE_PORT: setting.port(9, 'UDP port magic packets are sent to.'),
}
