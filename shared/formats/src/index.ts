export { parseMac, printMac } from './mac.ts'
