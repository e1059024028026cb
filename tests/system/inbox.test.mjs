import { inboxCases } from './inbox_cases.mjs';

inboxCases({});
