import type { ServerEvents } from './events.js';

/** One message of the engine. */
export type Frame = {
  [K in keyof ServerEvents]: { readonly event: K; readonly data: ServerEvents[K] };
}[keyof ServerEvents];

type Kind = 'string' | 'number' | 'object';

/** The members of each event that the client itself relies on. */
const needed: { readonly [K in keyof ServerEvents]: Readonly<Record<string, Kind>> } = {
  hello: { heartbeat_seconds: 'number', seq: 'number', unread_count: 'number' },
  notification: { id: 'string' },
  'notification:read:ack': { notificationId: 'string' },
  'notification:sync': { ids: 'object' },
  unread_count: { unread_count: 'number' },
  'user:online': { userId: 'string' },
  'user:offline': { userId: 'string' },
  'presence:changed': { online: 'number' },
  bulk_progress: { batchId: 'string', status: 'string' },
  resume_failed: { oldest_seq: 'number' },
  token_expiring: { at: 'string' },
  error: { code: 'string', message: 'string' },
  pong: {},
};

function isObject(x: unknown): x is Readonly<Record<string, unknown>> {
  return typeof x === 'object' && x !== null;
}

/** Understands a text frame; undefined for what only a later client would know. */
export function readFrame(text: unknown): Frame | undefined {
  if (typeof text !== 'string') return undefined;
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (
    !isObject(message) ||
    typeof message.event !== 'string' ||
    !Object.hasOwn(needed, message.event)
  )
    return undefined;
  const members = Object.entries(needed[message.event as keyof ServerEvents]);
  const { data } = message;
  const whole = members.every(([name, kind]) => isObject(data) && typeof data[name] === kind);
  return whole ? (message as Frame) : undefined;
}
