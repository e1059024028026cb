import type { CarillonError } from './errors.js';

export type NotificationType = 'info' | 'success' | 'warning' | 'error' | 'alert';
export type Priority = 'low' | 'normal' | 'high' | 'urgent';

/** A notification as the engine shows it to this user. */
export interface Notification {
  readonly id: string;
  readonly title: string;
  readonly message: string;
  readonly type: NotificationType;
  readonly priority: Priority;
  readonly user_id: string | null;
  readonly role: string | null;
  readonly store_id: string | null;
  readonly is_read: boolean;
  readonly read_at: string | null;
  readonly extra_data: Readonly<Record<string, unknown>> | null;
  readonly source: string | null;
  readonly group_key: string | null;
  readonly created_at: string;
  readonly expires_at: string | null;
  /** Its place in the order of all notifications. */
  readonly seq: number | null;
  /** Kept from being pushed by the user's preferences. */
  readonly suppressed?: boolean;
}

export interface Hello {
  readonly session_id: string;
  readonly user_id: string;
  readonly heartbeat_seconds: number;
  readonly seq: number;
  readonly unread_count: number;
}

export interface ReadAck {
  readonly notificationId: string;
  readonly timestamp: string;
}

/** What another device of the same user did. */
export interface Sync {
  readonly ids: readonly string[];
  /** More than `ids` names: everything that was unread. */
  readonly all?: boolean;
  readonly is_read?: boolean;
  readonly deleted?: boolean;
}

/** How far a bulk is that this user began; its times are RFC 3339. */
export interface BulkProgress {
  readonly batchId: string;
  readonly totalUsers: number;
  readonly processedUsers: number;
  readonly successCount: number;
  readonly failureCount: number;
  readonly status: 'processing' | 'completed' | 'cancelled' | 'failed';
  /** In percent. */
  readonly progress: number;
  readonly estimatedTimeRemaining: string | null;
  readonly createdAt: string;
  readonly completedAt: string | null;
}

/** The engine could not replay what was missed; the client has listed it instead. */
export interface ResumeFailed {
  readonly oldest_seq: number;
  /** How many missed notifications follow this event. */
  readonly listed: number;
  /** Older ones were missed, too many to list. */
  readonly truncated: boolean;
}

export type State = 'connecting' | 'open' | 'polling' | 'closed';
export type Topic = 'presence';

export interface StateChange {
  readonly state: State;
  readonly previous: State;
}

/** What the engine says in `carillon.v1`. */
export interface ServerEvents {
  hello: Hello;
  notification: Notification;
  'notification:read:ack': ReadAck;
  'notification:sync': Sync;
  unread_count: { readonly unread_count: number };
  'user:online': { readonly userId: string };
  'user:offline': { readonly userId: string };
  'presence:changed': { readonly online: number };
  bulk_progress: BulkProgress;
  resume_failed: { readonly oldest_seq: number };
  token_expiring: { readonly at: string };
  error: { readonly code: string; readonly message: string };
  pong: unknown;
}

/** What a client tells its listeners: event name → what the listener is given. */
export interface ClientEvents extends Omit<ServerEvents, 'resume_failed' | 'error' | 'pong'> {
  state: StateChange;
  resume_failed: ResumeFailed;
  error: CarillonError;
}
