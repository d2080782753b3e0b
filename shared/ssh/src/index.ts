export {
  type ConnectOptions,
  connectClient,
  type ExecOptions,
  type ExecResult,
  type SshConnection,
} from './connect.ts'
export { type ClientKey, loadClientKey } from './key.ts'
export { quote } from './quote.ts'
export { readUploadPassword } from './upload-password.ts'
