import { freshPostgresql } from './harness/engine.mjs';
import { inboxCases } from './inbox_cases.mjs';

inboxCases({ storage: freshPostgresql });
