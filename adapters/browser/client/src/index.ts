export { CarillonClient } from './client.js';
export { CarillonError } from './errors.js';
export type {
  BulkProgress,
  ClientEvents,
  Hello,
  Notification,
  NotificationType,
  Priority,
  ReadAck,
  ResumeFailed,
  State,
  StateChange,
  Sync,
  Topic,
} from './events.js';
export type { CarillonOptions, TokenProvider } from './options.js';
export type { SocketConstructor, SocketLike } from './socket.js';
