import type { CarillonError } from './errors.js';
import type { Inbox } from './inbox.js';
import type { Intake } from './intake.js';
import type { Sequence } from './sequence.js';

/** What is needed to list notifications over HTTP and to let them through. */
export interface Feed {
  readonly inbox: Inbox;
  readonly intake: Intake;
  readonly sequence: Sequence;
  readonly onError: (error: CarillonError) => void;
}
